/** Whether a larger value of a metric is good, bad or neither. */
export type Direction = 'higher' | 'lower' | 'none';

interface Trait {
  direction: Direction;
  min: number;
  max: number;
  interval: boolean;
}

const INF = Number.POSITIVE_INFINITY;
const score: Trait = { direction: 'higher', min: 0, max: 1, interval: true };
const scoreWithoutInterval: Trait = { ...score, interval: false };
const share: Trait = { direction: 'none', min: 0, max: 1, interval: true };
const count: Trait = { direction: 'none', min: 0, max: INF, interval: false };
const loss: Trait = { direction: 'lower', min: 0, max: INF, interval: true };

const TRAITS: Readonly<Record<string, Trait>> = {
  accuracy: score,
  precision: score,
  recall: score,
  f1: score,
  specificity: score,
  mcc: { direction: 'higher', min: -1, max: 1, interval: true },
  roc_auc: score,
  average_precision: score,
  f1_macro: score,
  f1_micro: score,
  f1_weighted: score,
  precision_macro: score,
  recall_macro: score,
  roc_auc_ovr_macro: scoreWithoutInterval,
  base_rate: share,
  predicted_positive_rate: share,
  tp: count,
  fp: count,
  tn: count,
  fn: count,
  log_loss: loss,
  brier: { ...loss, max: 1 },
  ece: { direction: 'lower', min: 0, max: 1, interval: false },
  mae: loss,
  rmse: loss,
  mse: loss,
  mape: loss,
  medae: { ...loss, interval: false },
  max_error: { ...loss, interval: false },
  r2: { direction: 'higher', min: -INF, max: 1, interval: true },
  bias: { direction: 'none', min: -INF, max: INF, interval: true },
};

const UNKNOWN: Trait = { direction: 'none', min: -INF, max: INF, interval: false };

/** The metric without its class: `precision:prepaid_card` -> `precision`. */
export function metricFamily(metric: string): string {
  const colon = metric.indexOf(':');
  return colon < 0 ? metric : metric.slice(0, colon);
}

/**
 * Which way a metric is better: `higher`, `lower`, or `none` (rates, counts, bias and metrics not known here).
 *
 * Shapes: the metric's name, with or without `:CLASS`.
 */
export function metricDirection(metric: string): Direction {
  return traitOf(metric).direction;
}

/** The range a metric can take; ±Infinity where it has no bound or is not known here. Shapes: see metricDirection. */
export function metricBounds(metric: string): { min: number; max: number } {
  const { min, max } = traitOf(metric);
  return { min, max };
}

/**
 * Whether an interval is computed for the metric at all. Where it is not (ece, medae, max_error, counts), a monitor can
 * only compare the value itself. Shapes: see metricDirection.
 */
export function metricHasInterval(metric: string): boolean {
  return traitOf(metric).interval;
}

function traitOf(metric: string): Trait {
  const family = metricFamily(metric);
  return Object.hasOwn(TRAITS, family) ? TRAITS[family]! : UNKNOWN;
}
