import type { SlicesAnswer } from '@plumbline/contracts';
import type { Rows } from './decode.js';

type Range = { from: number; to: number };

/**
 * Rows of now and of before as one: a row "errs" if it is from before. Where the mean is largest, the fewest of those that came before come
 * now, so the same exact search finds where volume fell.
 */
export function bothTimes(now: Rows, before: Rows): Rows {
  const loss = new Float64Array(now.n + before.n).fill(1, now.n);
  const numbers = new Map(
    [...now.numbers].map(([name, own]) => [name, () => joined(own(), before.numbers.get(name)!())]),
  );
  const codes = new Map([...now.codes].map(([name, own]) => [name, joined(own, before.codes.get(name)!)]));
  return { n: now.n + before.n, measures: [loss], numbers, codes };
}

function joined<A extends Float64Array | Uint16Array | Uint8Array>(a: A, b: A): A {
  // Without rows the kind of the other side is the one that holds its values.
  const wide = a.BYTES_PER_ELEMENT >= b.BYTES_PER_ELEMENT ? a : b;
  const out = new (wide.constructor as new (length: number) => A)(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/**
 * Pure: the answer in terms of volume: `n` rows of now, `before` those that were to be expected, `error` the share that is lacking, `explains`
 * what is lacking by what all lack.
 */
export function fallen(answer: SlicesAnswer, { now, before }: { now: Range; before: Range }): SlicesAnswer {
  const scale = (now.to - now.from) / (before.to - before.from);
  const of = (n: number, share: number | null) => {
    const was = Math.round(n * (share ?? 0));
    const [expected, came] = [was * scale, n - was];
    return { came, expected, lacking: expected > 0 ? 1 - came / expected : null };
  };
  const all = of(answer.overall.n, answer.overall.error);
  const lost = all.expected - all.came;
  return {
    ...answer,
    overall: { n: all.came, error: all.lacking, before: all.expected },
    slices: answer.slices.flatMap((s) => {
      const own = of(s.n, s.error);
      const rest = of(answer.overall.n - s.n, s.rest);
      if (own.lacking === null) return [];
      return {
        ...s,
        n: own.came,
        share: own.expected / all.expected,
        error: own.lacking,
        rest: rest.lacking,
        before: own.expected,
        lift: all.lacking !== null && all.lacking > 0 ? own.lacking / all.lacking : 0,
        explains: lost > 0 ? (own.expected - own.came) / lost : null,
      };
    }),
  };
}
