import type { FeatureProfile } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { unusual } from './unusual';

const numeric: FeatureProfile = {
  type: 'numeric',
  n: 1000,
  missing: 1,
  missing_rate: 0.001,
  min: 0,
  max: 100,
  quantiles: { '0.01': 2, '0.99': 90 },
};
const text: FeatureProfile = {
  type: 'categorical',
  n: 1000,
  missing: 200,
  missing_rate: 0.2,
  categories: [
    { value: 'BR', count: 995 },
    { value: 'DE', count: 5 },
  ],
};

describe('a value is unusual', () => {
  it.each([
    [50, null],
    [95, 'in the largest 1 %'],
    [1, 'in the smallest 1 %'],
    [101, 'larger than ever'],
    [-1, 'smaller than ever'],
    [null, 'hardly ever missing'],
    ['text', null],
  ])('among numbers: %j', (value, mark) => expect(unusual(value, numeric)?.text ?? null).toBe(mark));
  it.each([
    ['BR', null],
    ['DE', 'rare'],
    ['US', 'never seen'],
    [null, null],
  ])('among categories: %j', (value, mark) => expect(unusual(value, text)?.text ?? null).toBe(mark));
  it('only where there is something to compare with', () => {
    expect(unusual(5, null)).toBeNull();
    expect(unusual(5, { ...numeric, n: 0 })).toBeNull();
  });
});
