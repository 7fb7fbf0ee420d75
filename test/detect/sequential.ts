import { decideFamily, eDetector, evidenceOf, noEvidence, watchLosses, wilson } from '@plumbline/stats';
import { judgeChange } from '../../libs/monitors/src/kinds/performance.js';
import type { Draws } from './draws.js';
import { DAY_MS, MONTH_DAYS } from './month.js';
import { monitorOf } from './rules.js';
import { accuracyAt, shareOfDay } from './schedule.js';
import { REFERENCE_DAYS, REFERENCE_ROWS_MAX } from './stationary.js';
import { fared } from './watcher.js';

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

/** Days that are watched after the accuracy fell. */
const WATCHED_DAYS = 7;

/**
 * How soon a fall of the accuracy rings, labels coming at once: the performance monitor, which looks at the last day every quarter of an
 * hour, and an e-detector over the same quarters of an hour with the same budget, which tolerates the same.
 */
export function afterAccuracyFell(
  { n, loss, runs }: { n: number; loss: number; runs: number },
  { binomial, poisson }: Draws,
): Record<'monitor' | 'eDetector', ReturnType<typeof fared>> {
  const { level, everyMs, windowMs } = monitorOf('performance');
  const perDay = Math.round(windowMs / everyMs);
  const times: Record<'monitor' | 'eDetector', (number | null)[]> = { monitor: [], eDetector: [] };
  for (let run = 0; run < runs; run++) {
    const refRows = Math.min(REFERENCE_ROWS_MAX, n) * REFERENCE_DAYS;
    const baseline = wilson(binomial(refRows, 0.9), refRows);
    const { tolerance } = judgeChange('accuracy', baseline, baseline);
    const detector = eDetector({ baseline: 1 - baseline.value! + tolerance, alpha: 1 / (n * MONTH_DAYS) });
    let state = noEvidence(detector);
    const parts: { n: number; hits: number }[] = [];
    const found: Record<'monitor' | 'eDetector', number | null> = { monitor: null, eDetector: null };
    for (let at = 0; at < (1 + WATCHED_DAYS) * perDay; at++) {
      const [day, since] = [Math.floor(at / perDay), (at + 1 - perDay) * everyMs];
      const rows = poisson(n * shareOfDay(at % perDay, perDay));
      const hour = ((at % perDay) / perDay) * (DAY_MS / 3_600_000);
      const hits = binomial(rows, accuracyAt(day, hour, since > 0 ? loss : 0));
      parts.push({ n: rows, hits });
      state = watchLosses(detector, state, { n: rows, sum: rows - hits });
      const rings = evidenceOf(detector, state).rings;
      if (since <= 0) {
        if (rings) state = noEvidence(detector);
        continue;
      }
      if (rings) found.eDetector ??= since;
      const last = parts.slice(-perDay);
      const sum = (key: 'n' | 'hits') => last.reduce((all, part) => all + part[key], 0);
      const { evidence } = judgeChange('accuracy', wilson(sum('hits'), sum('n')), baseline);
      if (decideFamily([evidence], level)[0]) found.monitor ??= since;
      if (found.monitor !== null && found.eDetector !== null) break;
    }
    times.monitor.push(found.monitor);
    times.eDetector.push(found.eDetector);
  }
  return { monitor: fared(times.monitor), eDetector: fared(times.eDetector) };
}
