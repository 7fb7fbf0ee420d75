import { expect, it } from 'vitest';
import { sortRows } from './table-sort';

it('sorts numbers and names, nulls last either way', () => {
  const by = (v: number | null) => v;
  expect(sortRows([2, null, 10, 1], by, false)).toEqual([1, 2, 10, null]);
  expect(sortRows([2, null, 10, 1], by, true)).toEqual([10, 2, 1, null]);
  expect(sortRows(['v10', 'v9', 'V1'], (v) => v, false)).toEqual(['V1', 'v9', 'v10']);
});
