import type { Task } from '@plumbline/contracts';
import { compact, DASH, duration, fixed, number, percent, signed } from './format';

/** How a metric is named, written and judged. Shapes come from the contracts; this is only how people read them. */
type Metric = {
  label: string;
  better: 'higher' | 'lower' | 'none';
  unit: 'share' | 'score' | 'value' | 'count' | 'ms';
};

const share = (label: string, better: Metric['better'] = 'higher'): Metric => ({ label, better, unit: 'share' });
const score = (label: string, better: Metric['better'] = 'higher'): Metric => ({ label, better, unit: 'score' });
const value = (label: string, better: Metric['better'] = 'lower'): Metric => ({ label, better, unit: 'value' });
const count = (label: string): Metric => ({ label, better: 'none', unit: 'count' });

const KNOWN: Record<string, Metric> = {
  accuracy: share('Accuracy'),
  precision: share('Precision'),
  recall: share('Recall'),
  f1: score('F1'),
  specificity: share('Specificity'),
  mcc: score('MCC'),
  roc_auc: score('ROC AUC'),
  average_precision: score('Average precision'),
  log_loss: score('Log loss', 'lower'),
  brier: score('Brier score', 'lower'),
  ece: score('Calibration error', 'lower'),
  base_rate: share('Base rate', 'none'),
  predicted_positive_rate: share('Predicted positive', 'none'),
  tp: count('True positives'),
  fp: count('False positives'),
  tn: count('True negatives'),
  fn: count('False negatives'),
  f1_macro: score('F1 macro'),
  f1_micro: score('F1 micro'),
  f1_weighted: score('F1 weighted'),
  precision_macro: share('Precision macro'),
  recall_macro: share('Recall macro'),
  roc_auc_ovr_macro: score('ROC AUC (one vs rest)'),
  mae: value('MAE'),
  rmse: value('RMSE'),
  mse: value('MSE'),
  mape: share('MAPE', 'lower'),
  r2: score('R²'),
  bias: value('Bias', 'none'),
  medae: value('Median error'),
  max_error: value('Largest error'),
  count: count('Predictions'),
  latency_p50: { label: 'Latency p50', better: 'lower', unit: 'ms' },
  latency_p95: { label: 'Latency p95', better: 'lower', unit: 'ms' },
};

/** Offered for choosing, best first; the first six are the cards. */
export const CHOICES: Record<Task, string[]> = {
  binary: [
    'roc_auc',
    'average_precision',
    'accuracy',
    'precision',
    'recall',
    'f1',
    'log_loss',
    'brier',
    'ece',
    'mcc',
    'specificity',
    'base_rate',
    'predicted_positive_rate',
    'latency_p50',
    'latency_p95',
  ],
  multiclass: [
    'accuracy',
    'f1_macro',
    'f1_weighted',
    'precision_macro',
    'recall_macro',
    'roc_auc_ovr_macro',
    'log_loss',
    'ece',
    'latency_p50',
    'latency_p95',
  ],
  regression: ['mae', 'rmse', 'r2', 'bias', 'medae', 'mape', 'max_error', 'mse', 'latency_p50', 'latency_p95'],
};

const MEASURES: Record<string, string> = {
  psi: 'PSI',
  js_distance: 'Jensen–Shannon',
  hellinger: 'Hellinger',
  ks: 'Kolmogorov–Smirnov',
  wasserstein: 'Wasserstein',
  wasserstein_normalised: 'Wasserstein / σ',
  mann_whitney_auc: 'Mann–Whitney AUC',
  chi_square: 'Chi-square',
  total_variation: 'Total variation',
  l_infinity: 'L∞',
};
export const measureLabel = (name: string): string => MEASURES[name] ?? name;

/** `recall:fraud` is the recall of one class. */
export function metricInfo(name: string): Metric {
  const known = KNOWN[name];
  if (known) return known;
  const [base, className] = split(name);
  const parent = className === null ? undefined : KNOWN[base];
  return parent ? { ...parent, label: `${parent.label} of ${className}` } : value(name, 'none');
}
export const metricLabel = (name: string): string => metricInfo(name).label;

export function metricText(name: string, v: number | null | undefined): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return DASH;
  const { unit } = metricInfo(name);
  if (unit === 'share') return percent(v);
  if (unit === 'score') return fixed(v, 3);
  if (unit === 'count') return compact(v);
  if (unit === 'ms') return duration(v);
  // Three digits always: 46.0 beside an interval of 45.2 – 46.8.
  return Math.abs(v) >= 0.001 && Math.abs(v) < 1000 ? v.toPrecision(3).replace('-', '−') : number(v);
}

/** By how much a metric changed. Shares change by points: 2 % more of 90 % could be either. */
export function changeText(name: string, v: number | null | undefined): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return DASH;
  if (metricInfo(name).unit !== 'share') return signed(metricText(name, v), v);
  const rounded = Math.round(v * 1000) / 1000;
  return signed(percent(rounded).replace(/%$/, 'pp'), rounded);
}

/** Verdict of a value and its interval against the reference: only a whole interval beyond it is a difference. */
export function compare(
  name: string,
  v: { value: number | null; low: number | null; high: number | null },
  reference: number | null | undefined,
): 'better' | 'worse' | 'different' | 'same' | 'unknown' {
  if (v.value === null || reference === null || reference === undefined) return 'unknown';
  const { better } = metricInfo(name);
  const low = v.low ?? v.value;
  const high = v.high ?? v.value;
  if (low <= reference && reference <= high) return 'same';
  if (better === 'none') return 'different';
  return v.value > reference === (better === 'higher') ? 'better' : 'worse';
}

function split(name: string): [string, string | null] {
  const at = name.indexOf(':');
  return at < 0 ? [name, null] : [name.slice(0, at), name.slice(at + 1)];
}
