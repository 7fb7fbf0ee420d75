import { expect, it } from 'vitest';
import { draftFor } from '../edit/draft';
import { parseAsked } from './search-params';

const parse = (search: string) => {
  const params = new URLSearchParams(search);
  return parseAsked((key) => params.get(key));
};
const slice = [
  { field: 'tags.country', op: 'eq', value: 'BR' },
  { field: 'features.age', op: 'gte', value: 30 },
];

it('begins with the slice that a link names', () => {
  const asked = parse(`model=m&metric=accuracy&slice=${encodeURIComponent(JSON.stringify(slice))}`);
  expect(asked).toEqual({ model: 'm', metric: 'accuracy', slice });
  expect(draftFor(asked)).toMatchObject({
    model: 'm',
    metric: 'accuracy',
    slice,
    name: 'accuracy where country = BR, age ≥ 30',
  });
});

it('leaves out what does not fit', () => {
  expect(parse('model=m&slice=nonsense')).toEqual({ model: 'm', metric: '', slice: [] });
  expect(parse(`slice=${encodeURIComponent('[{"field":"x"}, 7]')}`).slice).toEqual([]);
  expect(draftFor(parse(''))).toMatchObject({ model: '', name: '', slice: [] });
});
