import type { FeatureProfile } from '@plumbline/contracts';
import { contractBody } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { inferContract, inferValue } from './infer.js';

const LEVELS = ['0.01', '0.05', '0.25', '0.5', '0.75', '0.95', '0.99'];
const numeric = (n: number, quantiles: number[], min: number, max: number, missing = 0): FeatureProfile => ({
  type: 'numeric',
  n,
  missing,
  missing_rate: missing / (n + missing),
  min,
  max,
  quantiles: Object.fromEntries(LEVELS.map((level, i) => [level, quantiles[i]!])),
});
const categorical = (counts: Record<string, number>, distinct?: number): FeatureProfile => {
  const categories = Object.entries(counts).map(([value, count]) => ({ value, count }));
  const n = categories.reduce((sum, c) => sum + c.count, 0);
  return { type: 'categorical', n, missing: 0, missing_rate: 0, categories, distinct: distinct ?? categories.length };
};
const SPREAD = [1, 5, 25, 50, 75, 95, 99];

describe('the contract of a number', () => {
  it('has a margin beyond the extremes and tolerates what a sample of this size cannot rule out', () => {
    expect(inferValue(numeric(10_000, SPREAD, 0, 100))).toEqual({
      type: 'numeric',
      min: 0,
      max: 110,
      outside_max: 0.01,
      missing_max: expect.closeTo(0.0206, 3),
      varies: true,
    });
    expect(inferValue(numeric(10_000, SPREAD, -20, 100))).toMatchObject({ min: -32, max: 112 });
    expect(inferValue(numeric(50, SPREAD, 0, 100)).outside_max).toBeGreaterThan(0.1);
  });

  it('of a tiny reference, and of a constant, has no range', () => {
    expect(inferValue(numeric(10, SPREAD, 0, 100))).not.toHaveProperty('min');
    expect(inferValue(numeric(1_000, [3, 3, 3, 3, 3, 3, 3], 3, 3))).toMatchObject({ varies: false });
    expect(inferValue(numeric(1_000, [3, 3, 3, 3, 3, 3, 3], 3, 3))).not.toHaveProperty('max');
  });

  it('may be constant when nearly all of the reference is', () => {
    expect(inferValue(numeric(1_000, [0, 0, 0, 0, 0, 0, 7], 0, 9))).toMatchObject({ varies: false });
    expect(inferValue(numeric(1_000, [0, 0, 0, 0, 4, 5, 7], 0, 9))).toMatchObject({ varies: true });
  });

  it('allows as much missing as there was, with room for a small reference', () => {
    const missing = (n: number) => inferValue(numeric(n * 0.9, SPREAD, 0, 1, n * 0.1)).missing_max!;
    expect(missing(100_000)).toBeCloseTo(0.122, 2);
    expect(missing(50)).toBeGreaterThan(0.2);
  });
});

describe('the contract of a category', () => {
  it('knows the categories, and how many new ones a sample of this size leaves open', () => {
    expect(inferValue(categorical({ BR: 500, DE: 480, US: 20 }))).toMatchObject({
      categories: ['BR', 'DE', 'US'],
      unseen_max: 0.01,
      cardinality_max: 13,
      cardinality_rows: 1_000,
      varies: true,
    });
    expect(inferValue(categorical({ a: 45, b: 30, c: 1 })).unseen_max).toBeGreaterThan(0.1);
  });

  it('of ids has no list, only a number of them', () => {
    const ids = categorical(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`id${i}`, 1])));
    expect(inferValue(ids)).toMatchObject({ cardinality_max: 800, cardinality_rows: 400 });
    expect(inferValue(ids)).not.toHaveProperty('categories');
    expect(inferValue(categorical({ a: 9, b: 9 }, 20_000))).not.toHaveProperty('categories');
  });
});

describe('the contract of a model', () => {
  const profiles = { age: numeric(1_000, SPREAD, 0, 100), '\u0001prediction.score': numeric(1_000, SPREAD, 0.1, 0.9) };

  it('is one that could be put as it is', () => {
    const inferred = inferContract(profiles, { age: { type: 'numeric', source: 'crm' } }, 'binary');
    expect(contractBody.parse(inferred)).toEqual(inferred);
    expect(inferred.features.age).toMatchObject({ source: 'crm', type: 'numeric' });
    expect(inferred.outputs['prediction.score']).toMatchObject({ min: 0, max: 1, outside_max: 0, varies: true });
  });

  it('leaves out what is not watched, and watches the main output even if the reference has none', () => {
    const inferred = inferContract({ age: profiles.age }, { age: { type: 'numeric', monitored: false } }, 'regression');
    expect(inferred.features).toEqual({});
    expect(inferred.outputs).toEqual({ 'prediction.value': { type: 'numeric', varies: true } });
  });

  it('takes names of what every object has for names like any other', () => {
    expect(inferContract({ constructor: profiles.age }, {}, 'binary').features.constructor).toMatchObject({ min: 0 });
  });
});
