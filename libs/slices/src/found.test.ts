import { describe, expect, it } from 'vitest';
import type { Scored } from './best.js';
import { atMostQ, foldSlices, found } from './found.js';

/** A stream of numbers below 1 that is always the same. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ROWS = 20_000;
const FIELDS = 8;
const SIZE = 7;
const ERROR = 0.1;

/** Fields of seven values by chance, and errors: twice as many where all predicates hold. */
function world(seed: number, planted: readonly [field: number, code: number][]) {
  const random = stream(seed);
  const fields = Array.from({ length: FIELDS }, () => ({
    codes: Uint8Array.from({ length: ROWS }, () => 1 + Math.floor(random() * SIZE)),
    size: SIZE,
  }));
  const loss = Float64Array.from({ length: ROWS }, (_, row) => {
    const inside = planted.length > 0 && planted.every(([field, code]) => fields[field]!.codes[row] === code);
    return random() < (inside ? 2 * ERROR : ERROR) ? 1 : 0;
  });
  // At 0.95 a slice of two percent would need four times the errors to outweigh its size.
  return { loss, fields, maxPredicates: 3, minSupport: ROWS / 100, k: 10, alpha: 0.99, fold: true };
}

describe('found', () => {
  it('a slice of two percent of the rows with twice the errors, by its exact predicates', () => {
    let [exact, sure] = [0, 0];
    const TRIALS = 200;
    for (let seed = 1; seed <= TRIALS; seed++) {
      const random = stream(1000 + seed);
      const first = Math.floor(random() * (FIELDS - 1));
      const planted: [number, number][] = [
        [first, 1 + Math.floor(random() * SIZE)],
        [first + 1, 1 + Math.floor(random() * SIZE)],
      ];
      const { slices } = found(world(seed, planted));
      const top = slices[0];
      sure += Number(top!.qValue < 0.05);
      exact += Number(
        JSON.stringify([top?.fields, top?.codes]) ===
          JSON.stringify([planted.map((p) => p[0]), planted.map((p) => p[1])]),
      );
    }
    expect(exact / TRIALS).toBeGreaterThanOrEqual(0.95);
    expect(sure / TRIALS).toBeGreaterThanOrEqual(0.9);
  }, 120_000);

  it('nothing where there is nothing', () => {
    let quiet = 0;
    const TRIALS = 200;
    for (let seed = 1; seed <= TRIALS; seed++)
      quiet += Number(found(world(50_000 + seed, [])).slices.every((s) => s.qValue >= 0.05));
    expect(quiet / TRIALS).toBeGreaterThanOrEqual(0.95);
  }, 120_000);

  /** Rows of before and since, of which one in so many errs wherever it is; where the first field is 1, more since, if so. */
  function twoTimes(seed: number, split: number, more: number, everywhere = 0) {
    const random = stream(seed);
    const part = (rows: number, since: boolean) => {
      const fields = Array.from({ length: FIELDS }, () => ({
        codes: Uint8Array.from({ length: rows }, () => 1 + Math.floor(random() * SIZE)),
        size: SIZE,
      }));
      const loss = Float64Array.from({ length: rows }, (_, row) =>
        Number(random() < ERROR + (since ? everywhere + (fields[0]!.codes[row] === 1 ? more : 0) : 0)),
      );
      return { fields, loss };
    };
    const rows = 6_000;
    const options = { maxPredicates: 3, minSupport: rows / 100, k: 100, alpha: 0.95, fold: true };
    return { ...part(rows * (1 - split), true), before: part(rows * split, false), ...options };
  }
  const TIMES = 100;

  it.each([
    [0.2, 0],
    [0.3, 0],
    [0.5, 0],
    [0.3, 0.1],
    [0.3, -0.06],
  ])(
    'nothing that grew more than the rest where all grew alike, with a share of %d of the rows before, by %d',
    (split, everywhere) => {
      let quiet = 0;
      for (let seed = 1; seed <= TIMES; seed++)
        quiet += Number(found(twoTimes(90_000 + seed, split, 0, everywhere)).slices.every((s) => s.qValue >= 0.05));
      expect(quiet / TIMES).toBeGreaterThanOrEqual(0.95);
    },
    120_000,
  );

  it.each([0.2, 0.5])(
    'what grew, first and beyond chance, with a share of %d of the rows before',
    (split) => {
      let sure = 0;
      for (let seed = 1; seed <= TIMES; seed++) {
        const [top] = found(twoTimes(70_000 + seed, split, 0.25)).slices;
        sure += Number(JSON.stringify([top!.fields, top!.codes]) === '[[0],[1]]' && top!.qValue < 0.05);
      }
      expect(sure / TIMES).toBeGreaterThanOrEqual(0.95);
    },
    120_000,
  );

  it('slices with nearly the same rows once, by the shortest', () => {
    const slice = (fields: number[], from: number, to: number, score: number): [Scored, Uint32Array] => {
      const rows = new Uint32Array(16);
      for (let row = from; row < to; row++) rows[row >>> 5]! |= 1 << (row & 31);
      return [{ fields, codes: fields.map(() => 1), n: to - from, sum: 1, score }, rows];
    };
    const all = [
      slice([0, 1], 0, 100, 3),
      slice([0], 0, 103, 2.9),
      slice([2], 300, 400, 2),
      slice([0, 2], 1, 100, 1),
      slice([3], 50, 150, 0.5),
    ];
    const rows = new Map(all);
    const folded = foldSlices([...rows.keys()], (s) => rows.get(s)!, 2);
    expect(folded.map((g) => [g.shown.fields, g.members])).toEqual([
      [[0], 3],
      [[2], 1],
    ]);
  });

  it('q-values are those of Benjamini and Hochberg when all tests are told, and more when they are not', () => {
    const q = atMostQ([0.01, 0.04, 0.03, 0.2], 4);
    expect(q.map((x) => Number(x.toFixed(6)))).toEqual([0.04, 0.053333, 0.053333, 0.2]);
    expect(atMostQ([0.01, 0.04], 100)).toEqual([1, 1]);
    expect(atMostQ([], 5)).toEqual([]);
  });
});
