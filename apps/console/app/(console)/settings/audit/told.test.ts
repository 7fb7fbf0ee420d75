import { expect, it } from 'vitest';
import { detailText, told } from './told';

it.each([
  ['monitor.create', 'Monitor created'],
  ['key.revoke', 'Key revoked'],
  ['person.password', 'Changed their own password'],
  ['session.close_all', 'Signed out everywhere'],
  ['something.newAndStrange', 'Something new and strange'],
  ['bare', 'Bare'],
])('%s is told as %s', (action, text) => expect(told(action)).toBe(text));

it('details are one line', () => {
  expect(detailText({ name: 'a', scopes: ['read', 'admin'], gone: null })).toBe('name a · scopes read, admin');
  expect(detailText({ matchers: { model: 'm', severity: 'info' } })).toBe('matchers model m, severity info');
  expect(detailText({ deep: { a: [1, { b: 2 }] } })).toBe('deep a [1,{"b":2}]');
  expect(detailText({})).toBe('');
});
