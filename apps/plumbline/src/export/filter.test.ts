import { describe, expect, it } from 'vitest';
import { parseFilter } from './filter.js';

describe('a condition as it is typed', () => {
  it.each([
    ['tags.country=BR', { field: 'tags.country', op: 'eq', value: 'BR' }],
    ['tags.country != BR', { field: 'tags.country', op: 'ne', value: 'BR' }],
    ['features.age>=30', { field: 'features.age', op: 'gte', value: 30 }],
    ['prediction.score < 0.5', { field: 'prediction.score', op: 'lt', value: 0.5 }],
    ['version in v1, v2', { field: 'version', op: 'in', value: ['v1', 'v2'] }],
    ['tags.a not in x', { field: 'tags.a', op: 'not_in', value: ['x'] }],
    ['label is null', { field: 'label', op: 'is_null' }],
    ['features.x is not null', { field: 'features.x', op: 'not_null' }],
    ['version=', { field: 'version', op: 'eq', value: '' }],
    ['{"field":"label","op":"eq","value":1}', { field: 'label', op: 'eq', value: 1 }],
  ])('%s', (raw, expected) => expect(parseFilter(raw)).toEqual(expected));
  it.each(['country=BR', 'features.age>old', 'label', '{"field":1}', 'version in ,', ''])(
    '%j is refused with an example',
    (raw) =>
      raw === 'version in ,'
        ? expect(parseFilter(raw)).toEqual({ field: 'version', op: 'in', value: [] })
        : expect(() => parseFilter(raw)).toThrow(/Use one such as/),
  );
});
