import type { FeatureProfile } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { prepareDistribution } from './distribution.prepare';

const base = { n: 100, missing: 0, missing_rate: 0 };
const numeric = (edges: number[], counts: number[]): FeatureProfile => ({ ...base, type: 'numeric', edges, counts });
const categorical = (categories: Record<string, number>): FeatureProfile => ({
  ...base,
  type: 'categorical',
  categories: Object.entries(categories).map(([value, count]) => ({ value, count })),
});

describe('numbers', () => {
  it('take both ways to write edges', () => {
    expect(
      prepareDistribution(numeric([0, 10, 20], [30, 70]), null)?.bins.map((b) => [b.label, b.reference, b.current]),
    ).toEqual([
      ['0 – 10', 0.3, null],
      ['10 – 20', 0.7, null],
    ]);
    expect(
      prepareDistribution(numeric([10], [1, 1]), numeric([10], [3, 1]))?.bins.map((b) => [b.label, b.current]),
    ).toEqual([
      ['≤ 10', 0.75],
      ['> 10', 0.25],
    ]);
  });
  it('are not laid over other bins', () => {
    expect(prepareDistribution(numeric([10], [1, 1]), numeric([11], [3, 1]))?.bins[0]).toMatchObject({
      reference: 0.5,
      current: null,
    });
    expect(prepareDistribution(numeric([1, 2, 3, 4], [1]), null)).toBeNull();
  });
});

it('puts the largest categories first and marks new ones', () => {
  const d = prepareDistribution(categorical({ a: 60, b: 40 }), categorical({ b: 50, c: 50 }))!;
  expect(d.bins.map((b) => [b.label, b.reference, b.current, b.fresh])).toEqual([
    ['a', 0.6, 0, false],
    ['b', 0.4, 0.5, false],
    ['c', 0, 0.5, true],
  ]);
  expect(prepareDistribution(null, null)).toBeNull();
});
