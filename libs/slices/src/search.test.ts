import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from './best.js';
import { type SearchInput, searchSlices } from './search.js';

/** Every conjunction, by the definition. */
function exhaustive({ loss, fields, maxPredicates, minSupport, alpha, before, expected }: SearchInput) {
  const n = loss.length;
  const mean = (losses: ArrayLike<number>) =>
    losses.length > 0 ? Array.from(losses).reduce((a, b) => a + b, 0) / losses.length : 0;
  const [error, was] = [mean(loss), mean(before?.loss ?? [])];
  const found: { fields: number[]; codes: number[]; n: number; sum: number; score: number }[] = [];
  const grow = (chosen: number[], codes: number[], rows: number[]) => {
    if (chosen.length > 0) {
      const sum = rows.reduce((s, row) => s + loss[row]!, 0);
      if (rows.length < Math.max(1, minSupport)) return;
      const own =
        before &&
        Array.from(before.loss).filter((_, row) => chosen.every((f, i) => before.fields[f]!.codes[row] === codes[i]));
      const meanBefore = own && own.length > 0 ? mean(own) : was;
      const size = (1 - alpha) * (n / rows.length - 1);
      const score = (alpha * (sum / rows.length - meanBefore - (error - was))) / error - size;
      // By the definition in terms of volume: the share that is lacking, in the slice and in all.
      const lacking = (came: number, of: number) => 1 - came / (of * expected!);
      const all = Math.max(0.01, lacking(before?.loss.length ?? 0, n));
      const volume = alpha * (lacking(own?.length ?? 0, rows.length) / all - 1) - size;
      if (sum > 0)
        found.push({ fields: chosen, codes, n: rows.length, sum, score: expected === undefined ? score : volume });
    }
    if (chosen.length === maxPredicates) return;
    for (let f = (chosen.at(-1) ?? -1) + 1; f < fields.length; f++)
      for (let code = 1; code <= fields[f]!.size; code++)
        grow(
          [...chosen, f],
          [...codes, code],
          rows.filter((row) => fields[f]!.codes[row] === code),
        );
  };
  if (error > 0)
    grow(
      [],
      [],
      Array.from(loss, (_, i) => i),
    );
  return found.sort(compare);
}
const best = (input: SearchInput) => exhaustive(input).slice(0, input.k);

/** Bits of a number, well mixed. */
function mixed(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  return (h ^ (h >>> 16)) >>> 0;
}

const problem = fc
  .record({
    rows: fc.integer({ min: 1, max: 60 }),
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
  })
  .chain(({ rows, sizes }) =>
    fc.record({
      loss: fc.oneof(
        fc.array(fc.constantFrom(0, 0, 1), { minLength: rows, maxLength: rows }),
        fc.array(fc.constantFrom(0, 0.25, 1, 3), { minLength: rows, maxLength: rows }),
      ),
      codes: fc.tuple(
        ...sizes.map((size) => fc.array(fc.integer({ min: 0, max: size }), { minLength: rows, maxLength: rows })),
      ),
      sizes: fc.constant(sizes),
      split: fc.oneof(fc.constant(rows), fc.integer({ min: 1, max: rows })),
      maxPredicates: fc.integer({ min: 1, max: 3 }),
      minSupport: fc.integer({ min: 1, max: 8 }),
      k: fc.integer({ min: 1, max: 12 }),
      alpha: fc.constantFrom(0.5, 0.9, 0.95, 1),
    }),
  )
  .map(({ loss, codes, sizes, split, ...rest }) => {
    const part = (from: number, to: number) => ({
      loss: Float64Array.from(loss.slice(from, to)),
      fields: codes.map((c, i) => ({ codes: Uint8Array.from(c.slice(from, to)), size: sizes[i]! })),
    });
    return { ...rest, ...part(0, split), ...(split < loss.length ? { before: part(split, loss.length) } : {}) };
  });

describe('searchSlices', () => {
  it('finds what trying out every slice finds, with its ties', () => {
    fc.assert(
      fc.property(problem, (input) => {
        const [found, all] = [searchSlices(input).best, best(input)];
        const shown = (slices: typeof all) => slices.map((s) => [s.fields, s.codes, s.n, Number(s.sum.toFixed(9))]);
        const scores = (slices: typeof all) => slices.map((s) => Number(s.score.toFixed(9)));
        expect(scores(found)).toEqual(scores(all));
        // Scores that differ in rounding alone may change places.
        if (new Set(scores(all)).size === all.length) expect(shown(found)).toEqual(shown(all));
      }),
      { numRuns: 400 },
    );
  });

  it('finds where rows are lacking as trying out every slice does', () => {
    fc.assert(
      fc.property(problem, fc.constantFrom(0.1, 0.5, 1, 3), (given, expected) => {
        if (!given.before) return;
        const input = { ...given, loss: given.loss.map(() => 1), expected };
        const scores = (slices: { score: number }[]) => slices.map((s) => Number(s.score.toFixed(9)));
        expect(scores(searchSlices(input).best)).toEqual(scores(best(input)));
      }),
      { numRuns: 400 },
    );
  });

  it('counts at least as many slices as there are, so that evidence is weighed against all of them', () => {
    fc.assert(
      fc.property(problem, (input) => {
        const { evaluated, pruned } = searchSlices(input);
        const all = exhaustive(input);
        for (const [i, counted] of evaluated.entries())
          expect(counted + pruned[i]!).toBeGreaterThanOrEqual(all.filter((s) => s.fields.length === i + 1).length);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves out what cannot be among the best', () => {
    const n = 20_000;
    const fields = Array.from({ length: 8 }, (_, f) => ({
      codes: Uint8Array.from({ length: n }, (_, i) => 1 + (mixed(8 * i + f) % 6)),
      size: 6,
    }));
    const loss = Float64Array.from({ length: n }, (_, i) =>
      (fields[0]!.codes[i] === 2 && fields[3]!.codes[i] === 5) || i % 50 === 0 ? 1 : 0,
    );
    const { best, pruned } = searchSlices({ loss, fields, maxPredicates: 3, minSupport: 200, k: 5, alpha: 0.95 });
    expect(best[0]).toMatchObject({ fields: [0, 3], codes: [2, 5] });
    expect(pruned[2]).toBeGreaterThan(1000);
  });

  it('of nothing wrong, or of nothing at all, finds nothing', () => {
    const fields = [{ codes: new Uint8Array(3).fill(1), size: 1 }];
    const base = { fields, maxPredicates: 3, minSupport: 1, k: 5, alpha: 0.95 };
    expect(searchSlices({ ...base, loss: new Float64Array(3) })).toMatchObject({ best: [], n: 3, error: 0 });
    const none = [{ codes: new Uint8Array(0), size: 1 }];
    expect(searchSlices({ ...base, fields: none, loss: new Float64Array(0) })).toMatchObject({
      best: [],
      n: 0,
      error: 0,
    });
  });

  it('refuses shapes that do not fit', () => {
    const fields = [{ codes: new Uint8Array(2), size: 1 }];
    const base = { loss: new Float64Array(2), fields, maxPredicates: 2, minSupport: 1, k: 5, alpha: 0.95 };
    expect(() => searchSlices({ ...base, loss: new Float64Array(3) })).toThrow('a code per row');
    expect(() => searchSlices({ ...base, loss: Float64Array.of(1, -1) })).toThrow('not below 0');
    expect(() => searchSlices({ ...base, alpha: 0 })).toThrow('alpha');
    expect(() => searchSlices({ ...base, maxPredicates: 4 })).toThrow('predicates');
  });
});
