import type { Facts, ModelFacts, MonitorFacts } from './facts.js';

export type Sample = { labels: Record<string, string>; value: number };
/** Samples by the name of their metric. */
export type Samples = Map<MetricName, Sample[]>;

/** Every gauge with its meaning; `docs/monitoring.md` lists the same. */
export const GAUGES = {
  plumbline_model_last_event_timestamp_seconds: {
    help: 'Time of the newest prediction',
    labels: ['project', 'model'],
  },
  plumbline_model_predictions: {
    help: 'Predictions in the newest window that is over',
    labels: ['project', 'model'],
  },
  plumbline_model_window_seconds: { help: 'Length of that window', labels: ['project', 'model'] },
  plumbline_model_label_coverage: {
    help: 'Share of its predictions that have a label',
    labels: ['project', 'model'],
  },
  plumbline_model_metric: {
    help: 'Metrics: realized of the newest window with enough labels, estimated of the newest that is over',
    labels: ['project', 'model', 'metric', 'kind'],
  },
  plumbline_model_metric_low: {
    help: 'Lower bound of their 95 % intervals',
    labels: ['project', 'model', 'metric', 'kind'],
  },
  plumbline_model_metric_high: {
    help: 'Upper bound of their 95 % intervals',
    labels: ['project', 'model', 'metric', 'kind'],
  },
  plumbline_drift: {
    help: 'Drift of a feature or output by the newest look of a drift monitor',
    labels: ['project', 'model', 'feature', 'measure'],
  },
  plumbline_drift_threshold: {
    help: 'From where on it is drift',
    labels: ['project', 'model', 'feature', 'measure'],
  },
  plumbline_monitor_state: {
    help: '1 for the state that an enabled monitor is in: ok, pending, firing, no_data, error, unknown',
    labels: ['project', 'model', 'monitor', 'kind', 'severity', 'state'],
  },
  plumbline_monitor_value: {
    help: 'What a monitor judged by its newest look, bad findings first',
    labels: ['project', 'model', 'monitor', 'kind', 'subject'],
  },
  plumbline_monitor_low: {
    help: 'Lower bound of its interval',
    labels: ['project', 'model', 'monitor', 'kind', 'subject'],
  },
  plumbline_monitor_high: {
    help: 'Upper bound of its interval',
    labels: ['project', 'model', 'monitor', 'kind', 'subject'],
  },
  plumbline_monitor_threshold: {
    help: 'What it was held against',
    labels: ['project', 'model', 'monitor', 'kind', 'subject'],
  },
  plumbline_incidents: { help: 'Incidents that are not resolved', labels: ['project', 'model', 'severity'] },
  plumbline_deliveries: { help: 'Notifications by state: pending, sent, failed, muted', labels: ['state'] },
  plumbline_channel_failures: {
    help: 'Failures in a row of a channel, 0 when its last notification arrived',
    labels: ['project', 'channel'],
  },
  plumbline_series_left_out: { help: 'Series of models and monitors that were too many to export', labels: [] },
} as const satisfies Record<string, { help: string; labels: readonly string[] }>;
export type MetricName = keyof typeof GAUGES;

const METRICS_MAX = 12;
const FEATURES_MAX = 30;
const SUBJECTS_MAX = 10;
const LABEL_MAX = 200;

/** Facts as samples, never more than `seriesMax`: what comes first by project and model stays. Pure. */
export function samplesOf(facts: Facts, seriesMax = 50_000): Samples {
  const out: Samples = new Map();
  let series = 0;
  let leftOut = 0;
  const seen = new Set<string>();
  const add = (name: MetricName, raw: Record<string, string>, value: number | null | undefined) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return;
    const labels = Object.fromEntries(Object.entries(raw).map(([k, v]) => [k, wellFormed(v)]));
    const key = name + JSON.stringify(labels);
    if (seen.has(key)) return;
    if (series >= seriesMax) {
      leftOut += 1;
      return;
    }
    seen.add(key);
    series += 1;
    const samples = out.get(name);
    if (samples) samples.push({ labels, value });
    else out.set(name, [{ labels, value }]);
  };
  // What a team pages by comes before what it looks at.
  for (const { project, model, name, kind, severity, state } of facts.monitors)
    add('plumbline_monitor_state', { project, model, monitor: name, kind, severity, state }, 1);
  for (const { project, model, severity, n } of facts.incidents)
    add('plumbline_incidents', { project, model, severity }, n);
  for (const { state, n } of facts.deliveries) add('plumbline_deliveries', { state }, n);
  for (const { project, channel, failures } of facts.channels)
    add('plumbline_channel_failures', { project, channel }, failures);
  for (const m of facts.models) addModel(m, add);
  for (const m of facts.monitors) addFindings(m, add);
  out.set('plumbline_series_left_out', [{ labels: {}, value: leftOut }]);
  return out;
}

type Add = (name: MetricName, labels: Record<string, string>, value: number | null | undefined) => void;

function addModel({ project, model, primaryMetric, lastEventMs, window: w, realized }: ModelFacts, add: Add): void {
  const of = { project, model };
  add('plumbline_model_last_event_timestamp_seconds', of, lastEventMs === null ? null : lastEventMs / 1000);
  if (w) {
    add('plumbline_model_predictions', of, w.predictions);
    add('plumbline_model_window_seconds', of, w.stepMs / 1000);
    add('plumbline_model_label_coverage', of, w.predictions > 0 ? w.labelled / w.predictions : null);
  }
  for (const [kind, triples] of [
    ['realized', realized],
    ['estimated', w?.estimated],
  ] as const) {
    const names = Object.keys(triples ?? {}).filter((name) => !name.includes(':'));
    const ranked = names.sort((a, b) => Number(b === primaryMetric) - Number(a === primaryMetric));
    for (const metric of ranked.slice(0, METRICS_MAX)) {
      const [value, low, high] = triples![metric]!;
      add('plumbline_model_metric', { ...of, metric, kind }, value);
      add('plumbline_model_metric_low', { ...of, metric, kind }, low);
      add('plumbline_model_metric_high', { ...of, metric, kind }, high);
    }
  }
}

function addFindings({ project, model, name, kind, findings }: MonitorFacts, add: Add): void {
  for (const f of findings.slice(0, SUBJECTS_MAX)) {
    const labels = { project, model, monitor: name, kind, subject: f.subject };
    add('plumbline_monitor_value', labels, f.value);
    add('plumbline_monitor_low', labels, f.low);
    add('plumbline_monitor_high', labels, f.high);
    add('plumbline_monitor_threshold', labels, f.threshold);
  }
  if (kind !== 'drift') return;
  for (const f of findings.slice(0, FEATURES_MAX)) {
    const labels = { project, model, feature: f.subject, measure: String(f.details?.measure ?? 'psi') };
    add('plumbline_drift', labels, f.value);
    add('plumbline_drift_threshold', labels, f.threshold);
  }
}

const wellFormed = (text: string): string => text.slice(0, LABEL_MAX).replace(/\p{Surrogate}/gu, '\ufffd');
