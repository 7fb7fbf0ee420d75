import type { SlicesAnswer } from '@plumbline/contracts';
import type { Scored } from './best.js';

/** Rows of before, and rows that came. */
type Counts = { was: number; came: number };

/**
 * Pure: the answer in terms of volume: `n` rows that came, `before` those that were to be expected (so many for each of before), `error` the share
 * that is lacking, `explains` what is lacking by what all lack. `slices`: as they were found among the rows of before.
 */
export function fallen(answer: SlicesAnswer, slices: readonly Scored[], all: Counts, expected: number): SlicesAnswer {
  const lacking = ({ was, came }: Counts) => (was > 0 ? 1 - came / (was * expected) : null);
  const overall = lacking(all);
  const lost = all.was * expected - all.came;
  return {
    ...answer,
    overall: { n: all.came, error: overall, before: all.was * expected },
    slices: answer.slices.map((slice, i) => {
      const { n: was, before } = slices[i]!;
      const came = before?.n ?? 0;
      const own = 1 - came / (was * expected);
      return {
        ...slice,
        n: came,
        share: was / all.was,
        error: own,
        rest: lacking({ was: all.was - was, came: all.came - came }),
        before: was * expected,
        lift: overall !== null && overall > 0 ? own / overall : 0,
        explains: lost > 0 ? (was * expected - came) / lost : null,
      };
    }),
  };
}
