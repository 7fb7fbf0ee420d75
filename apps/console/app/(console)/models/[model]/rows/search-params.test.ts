import { expect, it } from 'vitest';
import { rowsParams } from '../../../../../lib/paths';
import { parseRows, rowsQuestion } from './search-params';

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
