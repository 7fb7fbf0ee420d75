import type { Filter } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import {
  chipsOf,
  type Draft,
  draftOf,
  filtersOf,
  filtersParam,
  filterText,
  opsFor,
  parseFilters,
  withFilters,
} from './filter';

const draft = (more: Partial<Draft>): Draft => ({
  field: 'features.x',
  op: 'eq',
  value: '',
  high: '',
  values: [],
  ...more,
});

it('survives the URL, and whatever else stands there', () => {
  const filters: Filter[] = [
    { field: 'features.a, "b"', op: 'in', value: ['x', null, 3] },
    { field: 'version', op: 'not_null' },
  ];
  expect(parseFilters(filtersParam(filters))).toEqual(filters);
  expect(filtersParam([])).toBeNull();
  for (const raw of [null, '', '{', '3', '{"a":1}', '[1,null,{}]', '[{"field":"a","op":"between","value":1}]'])
    expect(parseFilters(raw)).toEqual([]);
  expect(parseFilters('[{"field":"a","op":"in","value":"x"},{"field":"a","op":"eq","value":{}}]')).toEqual([]);
  expect(parseFilters(JSON.stringify(Array(30).fill(filters[1])))).toHaveLength(20);
});

it('says conditions in words', () => {
  expect(filterText({ field: 'features.age', op: 'gte', value: 30 })).toBe('age ≥ 30');
  expect(filterText({ field: 'tags.country', op: 'in', value: ['BR', 'AR'] })).toBe('country is one of BR, AR');
  expect(filterText({ field: 'tags.c', op: 'not_in', value: ['a', 'b', 'c', 'd', null] })).toBe(
    'c is none of a, b, c, d + 1',
  );
  expect(filterText({ field: 'features.age', op: 'is_null' })).toBe('age is missing');
  expect(filterText({ field: 'version', op: 'eq', value: '' })).toBe('version = (empty)');
});

it('takes the two bounds of a bin for one chip', () => {
  const filters: Filter[] = [
    { field: 'features.x', op: 'gte', value: 31000 },
    { field: 'features.x', op: 'lt', value: 38000 },
    { field: 'features.y', op: 'gte', value: 1 },
    { field: 'features.x', op: 'lt', value: 9 },
  ];
  const chips = chipsOf(filters);
  expect(chips.map((c) => c.text)).toEqual(['x 31\u202f000 – 38\u202f000', 'y ≥ 1', 'x < 9']);
  expect(chips.flatMap((c) => c.filters)).toEqual(filters);
  expect(filtersOf(draftOf(chips[0]!), 'numeric')).toEqual(chips[0]!.filters);
});

it.each([
  [{ op: 'gt', value: '30' }, [{ op: 'gt', value: 30 }]],
  [{ op: 'gt', value: 'old' }, null],
  [{ op: 'eq', value: '3.0' }, [{ op: 'eq', value: 3 }]],
  [{ op: 'eq', value: ' ' }, null],
  [{ op: 'in', values: ['BR', null] }, [{ op: 'in', value: ['BR', null] }]],
  [{ op: 'in', values: ['BR'] }, [{ op: 'eq', value: 'BR' }]],
  [{ op: 'not_in', values: [] }, null],
  [{ op: 'is_null' }, [{ op: 'is_null' }]],
  [{ op: 'between', value: '1\u202f000', high: '' }, [{ op: 'gte', value: 1000 }]],
  [
    { op: 'between', value: '−2', high: '5' },
    [
      { op: 'gte', value: -2 },
      { op: 'lt', value: 5 },
    ],
  ],
  [{ op: 'between', value: '5', high: '2' }, null],
  [{ op: 'between', value: 'x', high: '2' }, null],
] as [Partial<Draft>, Partial<Filter>[] | null][])('%o is edited to %o', (typed, want) => {
  expect(filtersOf(draft(typed), 'numeric')).toEqual(want?.map((w) => ({ field: 'features.x', ...w })) ?? null);
});

it('edits every condition into itself', () => {
  const all: Filter[] = [
    ...(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const).map((op) => ({ field: 'features.x', op, value: 7 })),
    { field: 'features.x', op: 'in', value: ['a', null] },
    { field: 'features.x', op: 'is_null' },
    { field: 'features.x', op: 'not_null' },
  ];
  for (const f of all) expect(filtersOf(draftOf({ filters: [f], text: '' }), 'numeric')).toEqual([f]);
  expect(opsFor('categorical')).not.toContain('gt');
});

it('adds each condition once', () => {
  const a: Filter = { field: 'version', op: 'eq', value: 'v1' };
  expect(withFilters([a], [a, { ...a, value: 'v2' }])).toHaveLength(2);
});
