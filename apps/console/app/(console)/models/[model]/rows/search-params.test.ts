import { expect, it } from 'vitest';
import { rowsParams } from '../../../../../lib/paths';
import { filterText, makeFilter, parseRows, rowsQuestion } from './search-params';

const range = { from: 'F', to: 'T' };
const get = (query: Record<string, string>) => (key: string) => query[key] ?? null;

it.each([{}, { q: 'not json' }, { q: '[]' }, { q: '3' }, { filters: '[{"field":1}]' }, { filters: '{' }])(
  'takes %o for nothing asked',
  (query) => {
    expect(rowsQuestion(parseRows(get(query as Record<string, string>)), range)).toEqual({
      from: 'F',
      to: 'T',
      filters: [],
      order: 'ts',
      limit: 50,
    });
  },
);

it('carries the whole question of an incident, each part a parameter or all in one', () => {
  const q = {
    from: 'A',
    to: 'B',
    filters: [{ field: 'tags.country', op: 'eq' as const, value: 'BR' }],
    known_at: 'K',
    version: 'v',
    order: 'error' as const,
  };
  expect(parseRows(get({ q: JSON.stringify(q) }))).toEqual(q);
  expect(parseRows(get({ ...q, filters: JSON.stringify(q.filters) }))).toEqual(q);
  const params = rowsParams(q);
  expect(parseRows((key) => params[key] ?? null)).toEqual(q);
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
