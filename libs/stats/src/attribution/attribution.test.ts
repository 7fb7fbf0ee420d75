import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { aucChange, type ScoredRows } from './pairs.js';
import { type RatioSums, ratioChange } from './ratio.js';

type Row = { slice: number; a: number; b: number };
const sumsOf = (rows: readonly Row[], slice: number): RatioSums => {
  const out = { a: 0, b: 0, aa: 0, ab: 0, bb: 0 };
  for (const r of rows)
    if (r.slice === slice) {
      out.a += r.a;
      out.b += r.b;
      out.aa += r.a * r.a;
      out.ab += r.a * r.b;
      out.bb += r.b * r.b;
    }
  return out;
};
const SLICES = 3;
const change = (before: readonly Row[], now: readonly Row[], weighting: 'now' | 'symmetric') =>
  ratioChange(
    Array.from({ length: SLICES }, (_, s) => ({ before: sumsOf(before, s), now: sumsOf(now, s) })),
    weighting,
  );
const total = (terms: readonly { rate: { value: number }; mix: { value: number } }[]) =>
  terms.reduce((all, t) => all + t.rate.value + t.mix.value, 0);

const row = (b: fc.Arbitrary<number>) =>
  fc.record({ slice: fc.integer({ min: 0, max: SLICES - 1 }), a: fc.double({ min: -3, max: 3, noNaN: true }), b });
const rows = (b: fc.Arbitrary<number>) => fc.array(row(b), { minLength: 1, maxLength: 12 });

describe('ratioChange', () => {
  it('adds up to the change, whatever is empty', () => {
    for (const weighting of ['now', 'symmetric'] as const)
      fc.assert(
        fc.property(rows(fc.constantFrom(0, 1, 2)), rows(fc.constantFrom(0, 1, 2)), (before, now) => {
          const found = change(before, now, weighting);
          const [b0, b1] = [before, now].map((of) => of.reduce((all, r) => all + r.b, 0)) as [number, number];
          expect(found === null).toBe(b0 === 0 || b1 === 0);
          // A slice without denominators has no rate: its numerators belong to nobody, as in tp without predicted positives.
          const lone = [before, now].some((of) =>
            [0, 1, 2].some((s) => sumsOf(of, s).b === 0 && Math.abs(sumsOf(of, s).a) > 0),
          );
          if (found && !lone) expect(total(found.terms)).toBeCloseTo(found.now - found.before, 12);
        }),
        { numRuns: 500 },
      );
  });

  it('is the formula: rate at the shares of now, mix against the mean of before', () => {
    const before = [0, 0, 0, 1].map((slice, i) => ({ slice, a: i === 0 ? 1 : 0, b: 1 }));
    const now = [0, 1, 1, 1].map((slice, i) => ({ slice, a: i > 1 ? 1 : 0, b: 1 }));
    const [first, second] = change(before, now, 'now')!.terms;
    expect([first!.rate.value, first!.mix.value]).toEqual([0.25 * (0 - 1 / 3), (0.25 - 0.75) * (1 / 3 - 0.25)]);
    expect([second!.rate.value, second!.mix.value]).toEqual([0.75 * (2 / 3 - 0), (0.75 - 0.25) * (0 - 0.25)]);
  });

  it('reads the same backwards when it is symmetric', () => {
    fc.assert(
      fc.property(rows(fc.constantFrom(1, 2)), rows(fc.constantFrom(1, 2)), (x, y) => {
        const [there, back] = [change(x, y, 'symmetric')!, change(y, x, 'symmetric')!];
        for (let s = 0; s < SLICES; s++) {
          expect(there.terms[s]!.rate.value).toBeCloseTo(-back.terms[s]!.rate.value, 12);
          expect(there.terms[s]!.mix.value).toBeCloseTo(-back.terms[s]!.mix.value, 12);
        }
      }),
    );
  });

  it('covers the true terms as often as it says', () => {
    // Slice 1 gets worse and larger; a row is a predicted positive (b) that is right (a).
    const worlds = { before: { share: 0.3, b: 0.5, rate: [0.8, 0.7] }, now: { share: 0.4, b: 0.5, rate: [0.8, 0.5] } };
    const draw = (random: ReturnType<typeof seededRandom>, w: (typeof worlds)['now'], n: number): Row[] =>
      Array.from({ length: n }, () => {
        const slice = random.uniform() < w.share ? 1 : 0;
        const b = random.uniform() < w.b ? 1 : 0;
        return { slice, b, a: b && random.uniform() < w.rate[slice]! ? 1 : 0 };
      });
    const mean = (w: (typeof worlds)['now']) => (1 - w.share) * w.rate[0]! + w.share * w.rate[1]!;
    const truth = {
      rate: ((0.3 + 0.4) / 2) * (0.5 - 0.7),
      mix: 0.1 * (0.6 - (mean(worlds.before) + mean(worlds.now)) / 2),
    };
    const TRIALS = 400;
    const hits = { rate: 0, mix: 0 };
    for (let seed = 1; seed <= TRIALS; seed++) {
      const random = seededRandom(seed);
      const [x, y] = [draw(random, worlds.before, 600), draw(random, worlds.now, 500)];
      const { terms } = change(x, y, 'symmetric')!;
      for (const part of ['rate', 'mix'] as const) {
        const { low, high } = terms[1]![part];
        hits[part] += Number(low! <= truth[part] && truth[part] <= high!);
      }
    }
    // Binomial(400, 0.95): 99.9 % lie within 0.91 and 0.985.
    for (const part of ['rate', 'mix'] as const) {
      expect(hits[part] / TRIALS).toBeGreaterThanOrEqual(0.915);
      expect(hits[part] / TRIALS).toBeLessThanOrEqual(0.985);
    }
  });
});

const scored = fc
  .array(
    fc.record({
      score: fc.constantFrom(0.1, 0.2, 0.3, 0.5, 0.9),
      y: fc.boolean(),
      slice: fc.integer({ min: 0, max: SLICES - 1 }),
    }),
    { minLength: 2, maxLength: 14 },
  )
  .map(
    (list): ScoredRows => ({
      scores: Float64Array.from(list, (r) => r.score),
      positive: Uint8Array.from(list, (r) => Number(r.y)),
      slices: list.map((r) => r.slice),
    }),
  );
/** Pairs in the right order, by trying out all; and how many there are. */
function pairs({ scores, positive, slices }: ScoredRows, s?: number, t?: number): [right: number, all: number] {
  let [right, all] = [0, 0];
  for (let i = 0; i < scores.length; i++)
    for (let j = 0; j < scores.length; j++) {
      if (!positive[i] || positive[j]) continue;
      if (s !== undefined && (slices[i] !== s || slices[j] !== t)) continue;
      all++;
      right += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  return [right, all];
}

describe('aucChange', () => {
  it('adds up to the change of the AUC that trying out all pairs gives', () => {
    fc.assert(
      fc.property(scored, scored, (before, now) => {
        const found = aucChange(before, now, SLICES);
        const [[r0, n0], [r1, n1]] = [pairs(before), pairs(now)];
        expect(found === null).toBe(n0 === 0 || n1 === 0);
        if (!found) return;
        expect([found.before, found.now]).toEqual([expect.closeTo(r0 / n0, 12), expect.closeTo(r1 / n1, 12)]);
        expect(total(found.terms)).toBeCloseTo(r1 / n1 - r0 / n0, 12);
        for (let s = 0; s < SLICES; s++) {
          const [[a0, m0], [a1, m1]] = [pairs(before, s, s), pairs(now, s, s)];
          const rate = m0 > 0 && m1 > 0 ? ((m0 / n0 + m1 / n1) / 2) * (a1 / m1 - a0 / m0) : 0;
          expect(found.terms[s]!.within.rate).toBeCloseTo(rate, 12);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('covers the true terms as often as it says', () => {
    // Scores of positives are higher by d; in slice 1 d falls.
    const draw = (random: ReturnType<typeof seededRandom>, n: number, share: number, d: number): ScoredRows => {
      const slices = Array.from({ length: n }, () => Number(random.uniform() < share));
      const positive = Uint8Array.from(slices, () => Number(random.uniform() < 0.4));
      const scores = Float64Array.from(slices, (s, i) => random.normal() + (positive[i] ? (s === 1 ? d : 1.5) : 0));
      return { scores, positive, slices };
    };
    const worlds = [
      { share: 0.3, d: 1.5 },
      { share: 0.4, d: 0.2 },
    ] as const;
    const truth = (() => {
      const random = seededRandom(99);
      const big = worlds.map((w) => draw(random, 60_000, w.share, w.d));
      return aucChange(big[0]!, big[1]!, 2)!.terms[1]!;
    })();
    const TRIALS = 200;
    const hits = { rate: 0, mix: 0, total: 0 };
    for (let seed = 1; seed <= TRIALS; seed++) {
      const random = seededRandom(seed);
      const found = aucChange(draw(random, 500, 0.3, 1.5), draw(random, 500, 0.4, 0.2), 2)!.terms[1]!;
      for (const part of ['rate', 'mix', 'total'] as const)
        hits[part] += Number(found[part].low! <= truth[part].value && truth[part].value <= found[part].high!);
    }
    for (const part of ['rate', 'mix', 'total'] as const) expect(hits[part] / TRIALS).toBeGreaterThanOrEqual(0.9);
    expect(hits.rate / TRIALS).toBeLessThanOrEqual(0.995);
  });
});
