import { ATTRIBUTED, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Binds, type Column, saysPositive } from '@plumbline/rows';
import { lossSql } from '../rows.js';

/** A metric as sums over rows: `a` by `b`, or for pairs the score (`a`) of positives (`b`). */
export type MetricSql = {
  method: 'mean' | 'ratio' | 'pairs';
  a: string;
  b: string;
  has: string;
  needs: Column[];
  /** The metric is the root of the mean. */
  root?: true;
};

/** Errors: `invalid_request` for a metric that is no sum over rows. */
export function metricSql(model: ModelContext, metric: string, binds: Binds): MetricSql {
  const found =
    model.task === 'binary'
      ? binary(model, metric, binds)
      : model.task === 'multiclass'
        ? multiclass(model, metric, binds)
        : regression(model, metric, binds);
  if (found) return found;
  const known = ATTRIBUTED[model.task].join(', ');
  throw new PlumblineError(
    'invalid_request',
    `The change of ${metric.slice(0, 100)} cannot be attributed to slices. Use one of ${known}${model.task === 'multiclass' ? ', precision:CLASS, recall:CLASS, f1:CLASS' : ''}.`,
  );
}

function binary(model: ModelContext, metric: string, binds: Binds): MetricSql | null {
  const y = `has(${binds.bind(model.positive, 'Array(String)')}, label)`;
  const c = saysPositive(model, binds);
  const decided = { has: `has_label AND (class != '' OR isNotNull(score))`, needs: ['class', 'score'] as Column[] };
  const mean = (a: string) => ({ ...decided, method: 'mean' as const, a, b: '1' });
  const ratio = (a: string, b: string) => ({ ...decided, method: 'ratio' as const, a, b });
  switch (metric) {
    case 'accuracy':
      return mean(`${c} = ${y}`);
    case 'error_rate':
      return mean(`${c} != ${y}`);
    case 'base_rate':
      return mean(y);
    case 'predicted_positive_rate':
      return mean(c);
    case 'precision':
      return ratio(`${c} AND ${y}`, c);
    case 'recall':
      return ratio(`${c} AND ${y}`, y);
    case 'specificity':
      return ratio(`NOT ${c} AND NOT ${y}`, `NOT ${y}`);
    case 'f1':
      return ratio(`2 * (${c} AND ${y})`, `toUInt8(${c}) + toUInt8(${y})`);
    case 'roc_auc':
      return {
        method: 'pairs',
        a: 'assumeNotNull(score)',
        b: y,
        has: 'has_label AND isNotNull(score)',
        needs: ['score'],
      };
    case 'log_loss':
    case 'brier':
      return ofLoss(model, metric, binds);
    default:
      return null;
  }
}

function multiclass(model: ModelContext, metric: string, binds: Binds): MetricSql | null {
  const classed = { has: `has_label AND class != ''`, needs: ['class'] as Column[] };
  if (metric === 'accuracy' || metric === 'f1_micro') return { ...classed, method: 'mean', a: 'class = label', b: '1' };
  if (metric === 'error_rate') return { ...classed, method: 'mean', a: 'class != label', b: '1' };
  if (metric === 'log_loss') return ofLoss(model, metric, binds);
  const [, kind, name] = /^(precision|recall|f1):(.+)$/s.exec(metric) ?? [];
  if (name === undefined) return null;
  const of = binds.bind(name, 'String');
  const [said, is] = [`(class = ${of})`, `(label = ${of})`];
  const ratio = (a: string, b: string): MetricSql => ({ ...classed, method: 'ratio', a, b });
  if (kind === 'precision') return ratio(`${said} AND ${is}`, said);
  if (kind === 'recall') return ratio(`${said} AND ${is}`, is);
  return ratio(`2 * (${said} AND ${is})`, `toUInt8(${said}) + toUInt8(${is})`);
}

function regression(model: ModelContext, metric: string, binds: Binds): MetricSql | null {
  if (metric === 'mae') return ofLoss(model, 'absolute_error', binds);
  if (metric === 'mse') return ofLoss(model, 'squared_error', binds);
  if (metric === 'rmse') return { ...ofLoss(model, 'squared_error', binds), root: true };
  const { has } = ofLoss(model, 'absolute_error', binds);
  const bias = 'assumeNotNull(value) - assumeNotNull(label_num)';
  return metric === 'bias' ? { method: 'mean', a: bias, b: '1', has, needs: ['value'] } : null;
}

function ofLoss(model: ModelContext, loss: Parameters<typeof lossSql>[1], binds: Binds): MetricSql {
  const { loss: a, has, needs } = lossSql(model, loss, binds);
  return { method: 'mean', a, b: '1', has, needs };
}
