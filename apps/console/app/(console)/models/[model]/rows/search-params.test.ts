import { expect, it } from 'vitest';
import { filterText, makeFilter, parseRows, rowsQuestion } from './search-params';

const range = { from: 'F', to: 'T' };

it.each([null, '', 'not json', '[]', '3', '{"filters":[{"field":1}]}'])('takes %s for nothing asked', (raw) => {
  expect(rowsQuestion(parseRows(raw), range)).toEqual({ from: 'F', to: 'T', filters: [], order: 'ts', limit: 50 });
});

it('carries the whole question of an incident', () => {
  const q = {
    from: 'A',
    to: 'B',
    filters: [{ field: 'tags.country', op: 'eq', value: 'BR' }],
    known_at: 'K',
    version: '',
    order: 'error',
  };
  expect(rowsQuestion(parseRows(JSON.stringify(q)), range)).toEqual({ ...q, limit: 50 });
});

it('says filters in words', () => {
  expect(filterText({ field: 'features.age', op: 'gte', value: 30 })).toBe('age ≥ 30');
  expect(filterText({ field: 'tags.country', op: 'in', value: ['BR', 'AR'] })).toBe('country is one of BR, AR');
  expect(filterText({ field: 'features.age', op: 'is_null' })).toBe('age is missing');
});

it.each([
  ['features.age', 'gt', '30', { field: 'features.age', op: 'gt', value: 30 }],
  ['features.age', 'gt', 'old', null],
  ['tags.c', 'in', 'BR, AR,', { field: 'tags.c', op: 'in', value: ['BR', 'AR'] }],
  ['tags.c', 'is_null', '', { field: 'tags.c', op: 'is_null' }],
  ['tags.c', 'eq', ' ', null],
] as const)('%s %s %s', (field, op, typed, want) => expect(makeFilter(field, op, typed)).toEqual(want));
