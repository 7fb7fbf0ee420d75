import type { Evidence } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { rowsLink } from './rows-link';

const evidence = (rows_query: Record<string, unknown>) =>
  ({ kind: 'performance', window: { start: 'S', end: 'E' }, known_at: 'K', rows_query }) as unknown as Evidence;
const q = (href: string) => Object.fromEntries(new URL(href, 'http://x').searchParams);

it('freezes the window and what was known', () => {
  expect(q(rowsLink('m', evidence({})))).toEqual({ from: 'S', to: 'E', known_at: 'K', order: 'error' });
});
it('keeps the filters of the evidence, drops what is none, and adds a slice once', () => {
  const filter = { field: 'tags.country', op: 'eq', value: 'BR' };
  const href = rowsLink('m', evidence({ from: 0, filters: [filter, 'x', null] }), {
    field: 'tags.country',
    value: 'BR',
  });
  expect(q(href)).toMatchObject({ from: '1970-01-01T00:00:00.000Z', filters: JSON.stringify([filter]) });
  expect(q(rowsLink('m', evidence({}), { field: 'features.a', value: null })).filters).toBe(
    '[{"field":"features.a","op":"is_null"}]',
  );
});
