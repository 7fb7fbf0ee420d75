import type { FeatureProfile, ValueContract } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { inferValue } from './infer.js';
import {
  above,
  becameConstant,
  isConstant,
  judgeAbsent,
  judgeCardinality,
  judgeCategories,
  judgeRange,
  judgeRefused,
  quantileOf,
} from './judge.js';
import type { SeenCategories, SeenValue } from './seen.js';

const subject = (contract: Partial<ValueContract>, name = 'x') => ({
  name,
  rowsMin: 50,
  contract: { type: 'numeric', ...contract } as ValueContract,
});
const value = (numeric: number, outside: number): SeenValue => ({ numeric, text: 0, outside, min: 0, max: 500 });
const seen = (counts: Record<string, number>): SeenCategories => ({
  n: Object.values(counts).reduce((a, b) => a + b, 0),
  distinct: Object.keys(counts).length,
  counts: new Map(Object.entries(counts)),
});
const states = (findings: { state: string }[]) => findings.map((f) => f.state);

describe('a share beyond its limit', () => {
  it.each<[string, number, number, number, boolean]>([
    ['one outlier in a small window', 1, 50, 0, false],
    ['four odd values where none may be', 4, 1_000, 0, false],
    ['five odd values where none may be', 5, 1_000, 0, true],
    ['two per cent of a few rows where one may be', 4, 200, 0.01, false],
    ['two per cent of many rows where one may be', 200, 10_000, 0.01, true],
    ['exactly what may be', 100, 10_000, 0.01, false],
  ])('%s', (_, odd, n, limit, expected) => {
    expect(above(odd, n, limit)).toBe(expected);
  });
});

it('a monitor that may ring rarely, or looks at many, wants more', () => {
  expect(quantileOf(0.05, 1)).toBeCloseTo(2.326, 3);
  expect(quantileOf(0.001, 1)).toBeCloseTo(3.09, 2);
  expect(quantileOf(0.001, 100)).toBeCloseTo(4.265, 2);
  expect(above(30, 1_000, 0.02, quantileOf(0.05, 1))).toBe(false);
  expect(above(35, 1_000, 0.02, quantileOf(0.05, 1))).toBe(true);
  expect(above(35, 1_000, 0.02, quantileOf(0.001, 100))).toBe(false);
});

describe('the range', () => {
  const range = { min: 0, max: 100, outside_max: 0.01 };
  it('rings on a share outside, names how far it reaches, and never on too few rows', () => {
    expect(states(judgeRange(subject(range), value(1_000, 5)))).toEqual(['ok']);
    const [found] = judgeRange(subject(range), value(1_000, 100));
    expect(found).toMatchObject({ state: 'bad', value: 0.1, threshold: 0.01, details: { check: 'range' } });
    expect(found!.message).toContain('10.0 % of 1,000 values of x are outside 0 to 100 (they reach from 0 to 500)');
    expect(judgeRange(subject(range), value(49, 49))).toEqual([]);
    expect(judgeRange(subject({}), value(1_000, 0))).toEqual([]);
  });
});

describe('categories', () => {
  const known: ValueContract = {
    type: 'categorical',
    categories: ['a', 'b'],
    cardinality_max: 5,
    cardinality_rows: 1_000,
  };
  it('ring on a share of new ones and name them', () => {
    expect(states(judgeCategories(subject(known), seen({ a: 500, b: 497, c: 3 })))).toEqual(['ok']);
    const [found] = judgeCategories(subject(known), seen({ a: 500, c: 300, d: 200 }));
    expect(found).toMatchObject({ state: 'bad', value: 0.5 });
    expect(found!.message).toContain('("c", "d")');
  });

  it('ring when there are far more of them than the contract allows for so many rows', () => {
    const many = (n: number, distinct: number) => ({ n, distinct, counts: new Map() });
    expect(states(judgeCardinality(subject(known), many(500, 5)))).toEqual(['ok']);
    expect(states(judgeCardinality(subject(known), many(500, 6)))).toEqual(['bad']);
    expect(states(judgeCardinality(subject(known), many(10_000, 50)))).toEqual(['ok']);
    expect(states(judgeCardinality(subject({ ...known, cardinality_rows: null }), many(10_000, 50)))).toEqual(['bad']);
  });
});

describe('what became constant', () => {
  it('is news only if most of the known windows before held several values', () => {
    expect(becameConstant(true, [false, false, false, null])).toBe(true);
    expect(becameConstant(true, [false, false, null, null])).toBe(false);
    expect(becameConstant(true, [true, true, false, true, false])).toBe(false);
    expect(becameConstant(false, [false, false, false])).toBe(false);
    expect(becameConstant(null, [false, false, false])).toBe(false);
  });

  it('takes enough values to be told', () => {
    const five = { numeric: 200, text: 0, outside: 0, min: 5, max: 5 };
    expect(isConstant('numeric', five)).toBe(true);
    expect(isConstant('numeric', { ...five, max: 6 })).toBe(false);
    expect(isConstant('numeric', { ...five, numeric: 100 })).toBeNull();
    expect(isConstant('categorical', undefined, seen({ a: 200 }))).toBe(true);
    expect(isConstant('categorical', undefined, seen({ a: 199, b: 1 }))).toBe(false);
    expect(isConstant('categorical')).toBeNull();
  });
});

it('what is absent, and what was refused, is held against its share', () => {
  expect(states(judgeAbsent(subject({ missing_max: 0.05 }), 900, 1_000))).toEqual(['bad']);
  expect(states(judgeAbsent(subject({ missing_max: 0.2 }), 900, 1_000))).toEqual(['ok']);
  expect(judgeAbsent(subject({}), 0, 1_000)).toEqual([]);
  expect(states(judgeRefused({ name: 'prediction', rowsMin: 50 }, 100, 0, 0.001))).toEqual(['bad']);
  expect(judgeRefused({ name: 'prediction', rowsMin: 50 }, 100, 900, null)).toEqual([]);
});

/** Draws that are the same on every run (mulberry32). */
function draws(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('a contract inferred from a small reference', () => {
  const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
  const sorted = (xs: number[]) => [...xs].sort((a, b) => a - b);
  const count = (xs: string[]) => {
    const counts = new Map<string, number>();
    for (const x of xs) counts.set(x, (counts.get(x) ?? 0) + 1);
    return counts;
  };
  const numeric = (xs: number[]): FeatureProfile => {
    const s = sorted(xs);
    const quantiles = Object.fromEntries(QUANTILES.map((q) => [String(q), s[Math.floor((s.length - 1) * q)]!]));
    return { type: 'numeric', n: s.length, missing: 0, missing_rate: 0, min: s[0], max: s.at(-1), quantiles };
  };
  const categorical = (xs: string[]): FeatureProfile => {
    const categories = [...count(xs)].map(([v, c]) => ({ value: v, count: c }));
    return { type: 'categorical', n: xs.length, missing: 0, missing_rate: 0, categories, distinct: categories.length };
  };

  it('rings for less than one in a hundred stationary features, heavy and long tails included', () => {
    const random = draws(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const numbers: [string, () => number][] = [
      ['normal', normal],
      ['log-normal', () => Math.exp(1.5 * normal())],
      ['Pareto', () => (1 - random()) ** (-1 / 1.5)],
    ];
    // A country of Zipf's law: a few are most of the traffic, two hundred are the rest.
    const weights = Array.from({ length: 200 }, (_, i) => 1 / (i + 1) ** 1.5);
    const total = weights.reduce((a, b) => a + b, 0);
    const zipf = () => {
      let left = random() * total;
      for (let i = 0; i < weights.length; i++) {
        left -= weights[i]!;
        if (left <= 0) return `c${i}`;
      }
      return 'c199';
    };
    const runs = 150;
    for (const reference of [40, 300, 2_000]) {
      let rang = 0;
      for (let run = 0; run < runs; run++) {
        for (const [, draw] of numbers) {
          const contract = inferValue(numeric(Array.from({ length: reference }, draw)));
          const window = Array.from({ length: 1_000 }, draw);
          const outside = window.filter(
            (x) => x < (contract.min ?? -Infinity) || x > (contract.max ?? Infinity),
          ).length;
          const s = sorted(window);
          const all = { numeric: 1_000, text: 0, outside, min: s[0]!, max: s.at(-1)! };
          if (judgeRange({ name: 'x', rowsMin: 50, contract }, all).some((f) => f.state === 'bad')) rang++;
        }
        const contract = inferValue(categorical(Array.from({ length: reference }, zipf)));
        const counts = count(Array.from({ length: 1_000 }, zipf));
        const all = { n: 1_000, distinct: counts.size, counts };
        const part = { name: 'x', rowsMin: 50, contract };
        if ([...judgeCategories(part, all), ...judgeCardinality(part, all)].some((f) => f.state === 'bad')) rang++;
      }
      if (process.env.MEASURED) console.log(`reference of ${reference} rows: ${rang} of ${4 * runs} features rang`);
      expect(rang / (4 * runs), `reference of ${reference} rows`).toBeLessThan(0.01);
    }
  });
});
