import { eDetector, evidenceOf, noEvidence, watchLosses } from '@plumbline/stats';
import type { Draws } from './draws.js';

const BASELINE = 0.05;
/** A run without a false alarm ends here; it then counts with this length, which is too short. */
const LABELS_MAX = 400_000;

/** Labels until the detector rings on 0/1 losses, one label at a time, from a state that has seen `before` good labels. */
export function runLength({ rate, before = 0 }: { rate: number; before?: number }, { random }: Draws): number {
  const detector = eDetector({ baseline: BASELINE });
  const loss = (p: number) => ({ n: 1, sum: random.uniform() < p ? 1 : 0 });
  let state = noEvidence(detector);
  for (let i = 0; i < before; i++) {
    state = watchLosses(detector, state, loss(BASELINE));
    // An alarm before the change is a false one; it is answered, and the watch goes on afresh.
    if (evidenceOf(detector, state).rings) state = noEvidence(detector);
  }
  for (let labels = 1; labels < LABELS_MAX; labels++) {
    state = watchLosses(detector, state, loss(rate));
    if (evidenceOf(detector, state).rings) return labels;
  }
  return LABELS_MAX;
}

/** Mean labels to a false alarm at the baseline, and to the alarm after the error rate rose from 5 % to `after`. */
export function detector({ runs, after }: { runs: number; after: readonly number[] }, draws: Draws) {
  const mean = (lengths: number[]) => lengths.reduce((a, b) => a + b, 0) / lengths.length;
  const repeat = (input: Parameters<typeof runLength>[0], times: number) =>
    mean(Array.from({ length: times }, () => runLength(input, draws)));
  return {
    run_length: repeat({ rate: BASELINE }, runs),
    delays: after.map((rate) => ({ rate, labels: repeat({ rate, before: 1000 }, 2 * runs) })),
  };
}
