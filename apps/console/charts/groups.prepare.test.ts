import type { ExploreAnswer, ExploredGroup, Filter, GroupPredicate } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { groupText, ownOrder, prepareGroups, prepareMatrix } from './groups.prepare';

const rows = (value: number | null, labelled = 100) => ({
  predictions: labelled,
  labelled,
  value,
  low: value === null ? null : value - 0.02,
  high: value === null ? null : value + 0.02,
});
const eq = (value: string, field = 'tags.c'): GroupPredicate => ({ field, op: 'eq', value });
const between = (from: number, to: number): GroupPredicate => ({
  field: 'features.x',
  op: 'between',
  value: [from, to],
});
const group = (
  predicates: GroupPredicate[],
  value: number | null,
  more: Partial<ExploredGroup> = {},
): ExploredGroup => ({
  ...rows(value),
  predicates,
  filters: predicates.flatMap((p): Filter[] =>
    p.op === 'between'
      ? [
          { field: p.field, op: 'gte', value: (p.value as number[])[0]! },
          { field: p.field, op: 'lt', value: (p.value as number[])[1]! },
        ]
      : [],
  ),
  share: 0.1,
  uncertain: false,
  impact: value === null ? null : value - 0.9,
  ...more,
});
const answer = (groups: ExploredGroup[], more: Partial<ExploreAnswer> = {}): ExploreAnswer => ({
  metric: 'accuracy',
  overall: rows(0.9, 1000),
  baseline: null,
  by: [{ field: 'tags.c', type: 'categorical', distinct: groups.length }],
  groups,
  ...more,
});
const order = (a: ExploreAnswer, by: Parameters<typeof prepareGroups>[1]) =>
  prepareGroups(a, by).bars.map((b) => b.labels[0]);

it('judges a group by its interval, and a small one not at all', () => {
  const a = answer([
    group([eq('a')], 0.8),
    group([eq('b')], 0.95),
    group([eq('c')], 0.91),
    group([eq('d')], 0.1, { uncertain: true }),
    group([eq('e')], null),
  ]);
  const { bars, centre, reach } = prepareGroups(a, 'own');
  expect(bars.map((b) => b.verdict)).toEqual(['worse', 'better', 'same', 'unknown', 'unknown']);
  expect(centre).toBe(0.9);
  expect(reach).toBeCloseTo(0.1);
  expect(bars.map((b) => b.shade && Math.round(b.shade * 10) / 10)).toEqual([1, -0.5, -0.1, 1, null]);
});

it('turns for metrics that should be small', () => {
  const a = answer([group([eq('a')], 12), group([eq('b')], 5)], { metric: 'mae', overall: rows(8, 1000) });
  expect(prepareGroups(a, 'own').bars.map((b) => [b.verdict, Math.sign(b.shade!)])).toEqual([
    ['worse', 1],
    ['better', -1],
  ]);
});

it('orders by value, by badness, by size and by what a group does to the whole', () => {
  const a = answer([
    group([eq('10')], 0.85, { predictions: 900, impact: -0.04 }),
    group([eq('9')], 0.5, { predictions: 10, uncertain: true, impact: -0.001 }),
    group([eq('b')], 0.7, { predictions: 50, impact: -0.01 }),
    group([eq('c')], 0.99, { predictions: 300, impact: 0.03 }),
    group([{ field: 'tags.c', op: 'is_null', value: null }], 0.9, { predictions: 30, impact: 0 }),
  ]);
  expect(order(a, 'own')).toEqual(['9', '10', 'b', 'c', 'missing']);
  expect(order(a, 'size')).toEqual(['10', 'c', 'b', 'missing', '9']);
  expect(order(a, 'worst')).toEqual(['b', '10', 'missing', 'c', '9']);
  expect(order(a, 'impact')).toEqual(['10', 'b', '9', 'missing', 'c']);
  expect(order(a, null)).toEqual(order(a, 'size'));
});

it('draws changes around zero when there is something to compare with', () => {
  const change = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
  const a = answer(
    [
      group([eq('a')], 0.8, { before: rows(0.9), change: change(-0.1), contribution: -0.05 }),
      group([eq('b')], 0.9, { before: rows(0.9), change: change(0), contribution: 0 }),
      group([eq('c')], 0.9, { before: rows(0.2, 5), change: change(0.7), contribution: 0.01 }),
    ],
    { before: rows(0.95), change: change(-0.05) },
  );
  const { bars, centre, overall, comparing } = prepareGroups(a, null);
  expect([centre, overall, comparing]).toEqual([0, -0.05, true]);
  expect(bars.map((b) => [b.labels[0], b.verdict])).toEqual([
    ['a', 'worse'],
    ['b', 'same'],
    ['c', 'unknown'],
  ]);
});

it('puts two fields into a table, in their own order', () => {
  const a = answer(
    [
      group([between(5, 9), eq('ios', 'tags.p')], 0.8),
      group([between(0, 5), eq('web', 'tags.p')], 0.9),
      group([between(0, 5), eq('ios', 'tags.p')], 0.7),
    ],
    {
      by: [
        { field: 'features.x', type: 'numeric', distinct: 90 },
        { field: 'tags.p', type: 'categorical', distinct: 2 },
      ],
    },
  );
  const m = prepareMatrix(prepareGroups(a, null));
  expect(m.rows).toEqual(['0 – 5', '5 – 9']);
  expect(m.columns).toEqual(['ios', 'web']);
  expect(m.cells.map((c) => [c.row, c.column]).sort()).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
  ]);
});

it('says groups in words', () => {
  const bin = group([between(20000, 31000), eq('')], 1);
  expect(groupText(bin)).toBe('x 20\u202f000 – 31\u202f000 and c = (empty)');
  expect(groupText({ ...bin, filters: bin.filters.slice(1) })).toBe('x below 31\u202f000 and c = (empty)');
  expect(groupText({ ...bin, filters: bin.filters.slice(0, 1) })).toBe('x 20\u202f000 and more and c = (empty)');
  expect(ownOrder({ field: 'f', op: 'not_in', value: ['a'] }, eq('z'))).toBeGreaterThan(0);
});

it('holds without any group or value', () => {
  expect(prepareGroups(answer([], { overall: rows(null, 0) }), null)).toMatchObject({ bars: [], reach: 0 });
});
