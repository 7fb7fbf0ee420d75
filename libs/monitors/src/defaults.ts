import type { MonitorBody } from '@plumbline/contracts';
import { monitorBody } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Judged windows by the model's granularity: long enough for labels and counts, short enough to be news. */
const WINDOW = { '1h': '1d', '1d': '7d', '7d': '30d' } as const;
const VOLUME_WINDOW = { '1h': '1h', '1d': '1d', '7d': '7d' } as const;

/** The starter set of a new model: what a newcomer need not tune. */
export function defaultMonitors(model: ModelContext): MonitorBody[] {
  const window = WINDOW[model.granularity];
  const volume = VOLUME_WINDOW[model.granularity];
  // Trailing windows overlap: one that is good again may be bad at the next look.
  const make = (body: Record<string, unknown>) => monitorBody.parse({ model: model.model, resolve_for: 2, ...body });
  return [
    make({
      name: `${model.primaryMetric} against reference`,
      kind: 'performance',
      target: { metric: model.primaryMetric },
      window,
      compare: { to: 'reference' },
      severity: 'critical',
    }),
    make({
      name: 'feature drift',
      kind: 'drift',
      target: { measure: 'psi' },
      window,
      compare: { to: 'reference' },
      severity: 'warning',
    }),
    make({ name: 'missing values', kind: 'missing', window, compare: { to: 'reference' }, severity: 'warning' }),
    make({ name: 'schema', kind: 'schema', window, compare: { to: 'reference' }, severity: 'warning' }),
    make({ name: 'data contract', kind: 'schema', target: { measure: 'values' }, window, severity: 'warning' }),
    make({ name: 'outputs', kind: 'schema', target: { measure: 'outputs' }, window, severity: 'critical' }),
    // What it was trained on does not move from one quarter of an hour to the next, nor does what it takes to compare.
    make({ name: 'training-serving skew', kind: 'skew', window, every: '1h', severity: 'warning' }),
    make({
      name: 'volume',
      kind: 'volume',
      window: volume,
      for: model.granularity === '1h' ? 2 : 1,
      severity: 'warning',
    }),
    make({ name: 'freshness', kind: 'freshness', window: '1h', every: '5m', resolve_for: 1, severity: 'critical' }),
    make({ name: 'label coverage', kind: 'label_coverage', window, severity: 'warning' }),
    make({ name: 'latency', kind: 'latency', window, every: '1h', compare: { to: 'previous' }, severity: 'warning' }),
    make({ name: 'model age', kind: 'staleness', window: '1d', every: '1h', resolve_for: 1, severity: 'info' }),
  ];
}
