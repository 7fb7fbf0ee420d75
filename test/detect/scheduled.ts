import { rounded } from './month.js';
import type { Named, Plan, Row, Said } from './plan.js';
import {
  accuracyFalls,
  coverageFalls,
  METRICS,
  peacefulCoverage,
  peacefulFreshness,
  peacefulPerformance,
  peacefulVolume,
  volumeChange,
} from './schedule.js';

/** Labels of these metrics are drawn row by row: with more of them a year takes too long. */
const METRIC_ROWS_MAX = { accuracy: Number.POSITIVE_INFINITY, mae: 10_000, roc_auc: 1000 };

/** Alarms per model-month of the monitors that look at the clock, by rows a day and kind. */
type Scheduled = Map<number, Record<'performance' | 'volume' | 'freshness' | 'label_coverage', number>>;

/** Metrics, volume, freshness and label coverage: false alarms in peace, and the power to find what changes from one day to the next. */
export function onSchedule(plan: Plan, draws: Named, table: Row[], say: Said): Scheduled {
  const out: Scheduled = new Map();
  for (const n of plan.rows) {
    say(`performance, volume, freshness and label coverage of a peaceful year, ${n} rows a day`);
    const metrics = METRICS.filter((metric) => n <= METRIC_ROWS_MAX[metric]).map((metric) => ({
      metric,
      ...peacefulPerformance({ metric, n, days: plan.days }, draws(`${metric} ${n}`)),
    }));
    const found = {
      performance: Math.max(...metrics.map((m) => m.budgeted)),
      // The first weeks teach them.
      volume: peacefulVolume({ n, days: 28 + plan.days }, draws(`volume ${n}`)),
      freshness: peacefulFreshness({ n: Math.min(n, 10_000), days: 14 + plan.days }, draws(`freshness ${n}`)),
      label_coverage: peacefulCoverage({ n, days: plan.days }, draws(`coverage ${n}`)),
    };
    out.set(n, found);
    for (const { metric, budgeted, interval } of metrics)
      table.push({ what: 'false alarms', kind: 'performance', metric, n, ours: budgeted, interval_alone: interval });
    for (const kind of ['volume', 'freshness', 'label_coverage'] as const)
      table.push({ what: 'false alarms', kind, n, ours: found[kind] });
    const changes = (runs: number, rings: () => boolean) =>
      Array.from({ length: runs }, rings).filter(Boolean).length / runs;
    for (const loss of [0.02, 0.05, 0.1]) {
      const random = draws(`accuracy ${n} ${loss}`);
      table.push({
        what: 'power',
        kind: 'performance',
        metric: 'accuracy',
        shift: `0.90 to ${rounded(0.9 - loss)}`,
        n,
        ours: changes(plan.powerRuns, () => accuracyFalls({ n, loss }, random)),
      });
    }
    for (const factor of [0, 0.5, 2]) {
      const random = draws(`volume ${n} ${factor}`);
      table.push({
        what: 'power',
        kind: 'volume',
        shift: `times ${factor}`,
        n,
        ours: changes(plan.powerRuns, () => volumeChange({ n, factor }, random)),
      });
    }
    for (const after of [0, 0.1, 0.2]) {
      const random = draws(`coverage ${n} ${after}`);
      table.push({
        what: 'power',
        kind: 'label_coverage',
        shift: `0.5 to ${after}`,
        n,
        ours: changes(plan.powerRuns, () => coverageFalls({ n, before: 0.5, after }, random)),
      });
    }
  }
  return out;
}
