import type { FeatureProfile, ReferenceView } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { placeOf, referenceFor } from './place';

const numeric = (more: Partial<FeatureProfile> = {}): FeatureProfile => ({
  type: 'numeric',
  n: 100,
  missing: 0,
  missing_rate: 0,
  min: 0,
  max: 100,
  quantiles: { '0.05': 5, '0.5': 50, '0.95': 95 },
  ...more,
});
const places: FeatureProfile = {
  type: 'categorical',
  n: 900,
  missing: 100,
  missing_rate: 0.1,
  distinct: 3,
  categories: [
    { value: 'BR', count: 800 },
    { value: '1', count: 95 },
    { value: 'rare', count: 5 },
  ],
};

it.each([
  [50, 0.5, false, '50th percentile'],
  [72.5, 0.725, false, '73rd percentile'],
  [11, 0.11, false, '11th percentile'],
  [0.2, 0.002, true, 'among the least 1 %'],
  [-3, 0, true, 'below the least, 0'],
  [101, 1, true, 'above the largest, 100'],
])('puts %d among numbers', (x, at, odd, text) => {
  const place = placeOf(x, numeric());
  expect(place).toMatchObject({ kind: 'numeric', odd, text });
  expect(place).toHaveProperty('at', expect.closeTo(at, 9));
});

it('reads bins too, and takes the middle of what many rows have', () => {
  const p = numeric({ quantiles: {}, edges: [10, 20], counts: [80, 10, 10] });
  expect(placeOf(15, p)).toMatchObject({ at: expect.closeTo(0.85, 9) });
  expect(placeOf(6, numeric({ min: 6, quantiles: { '0.01': 6, '0.05': 6 } }))).toMatchObject({ at: 0.025, odd: false });
  expect(placeOf(7, numeric({ min: 7, max: 7, quantiles: {} }))).toMatchObject({ text: 'always this' });
});

it('says how rare a category is', () => {
  expect(placeOf('BR', places)).toMatchObject({ share: 0.8, odd: false, text: 'in 80\u202f%' });
  expect(placeOf(1, places)).toMatchObject({ share: 0.095 });
  expect(placeOf('rare', places)).toMatchObject({ odd: true });
  expect(placeOf('new', places)).toMatchObject({ share: 0, odd: true, text: 'never seen' });
  expect(placeOf('new', { ...places, distinct: 90 })!.text).toBe('not among the 3 most frequent');
  expect(placeOf(null, places)).toMatchObject({ share: 0.1, odd: false, text: 'missing in 10\u202f%' });
});

it('says nothing without a reference', () => {
  expect(placeOf(1, undefined)).toBeNull();
  expect(placeOf('x', numeric())).toBeNull();
  expect(placeOf(1, { ...numeric(), n: 0 })).toBeNull();
  expect(referenceFor([], 'v1')).toBeUndefined();
  const all = [{ version: 'v2' }, { version: 'v1' }] as ReferenceView[];
  expect([referenceFor(all, 'v1')?.version, referenceFor(all, 'v9')?.version]).toEqual(['v1', 'v2']);
});
