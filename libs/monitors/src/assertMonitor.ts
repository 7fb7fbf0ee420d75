import {
  CATEGORICAL_MEASURES,
  durationMs,
  GENERAL_METRICS,
  METRICS,
  type MonitorBody,
  type MonitorKind,
  NUMERIC_MEASURES,
  PlumblineError,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { FANNED, GROUPED } from './fanOut.js';
import { SCHEMA_MEASURES } from './kinds/contract.js';
import { ruleOf, sideOf, wantsThreshold } from './rule.js';

const SPAN_MS_MAX = 400 * 86_400_000;
const KINDS_WITH_GROUPS: string[] = [...GROUPED, ...FANNED];
const LATENCIES: readonly string[] = ['latency_p50', 'latency_p95'];
/** Metrics of single classes of a multiclass model. */
const PER_CLASS = /^(precision|recall|f1|roc_auc):./s;
const DISTANCES: readonly string[] = [...new Set([...NUMERIC_MEASURES, ...CATEGORICAL_MEASURES])];
/** What `target.measure` may be; kinds that are not here have one thing that they measure. */
const MEASURES: Partial<Record<MonitorKind, readonly string[]>> = {
  drift: DISTANCES,
  skew: [...DISTANCES, 'values'],
  schema: SCHEMA_MEASURES,
  missing: ['missing_rate'],
};
/** Comparisons that make no sense for a kind, and why. */
const SENSELESS: Partial<Record<MonitorKind, { to: readonly string[]; why: string }>> = {
  freshness: { to: ['version'], why: 'a silence is compared with the pauses before it' },
  volume: { to: ['version'], why: 'versions share the traffic as somebody decides' },
  skew: { to: ['previous', 'version'], why: 'skew is the distance to the training set' },
  staleness: { to: ['previous', 'version'], why: 'the age of what serves is held against a number' },
};

type Refusal = { path: string; message: string; detail: string };

/** Refuses what could never be evaluated, with what to change. With the model its task is looked at too. */
export function assertMonitor(body: MonitorBody, model?: Pick<ModelContext, 'task'>): void {
  const refusal =
    wrongDuration(body) ?? wrongMetric(body, model) ?? wrongMeasure(body) ?? wrongRule(body) ?? wrongComparison(body);
  if (refusal)
    throw new PlumblineError('invalid_request', refusal.detail, {
      errors: [{ path: refusal.path, message: refusal.message }],
    });
  if (body.per.length > 0 && !KINDS_WITH_GROUPS.includes(body.kind))
    throw new PlumblineError(
      'invalid_request',
      `'per' fans out what is computed from the rows of a window; a ${body.kind} monitor looks at the model as a whole.`,
      { errors: [{ path: 'per', message: 'not for this kind' }] },
    );
  if (body.compare?.to === 'threshold' && !body.condition)
    throw new PlumblineError(
      'invalid_request',
      `compare.to 'threshold' needs a condition such as {"op": "lt", "value": 0.9}.`,
      { errors: [{ path: 'condition', message: 'is missing' }] },
    );
  if (body.kind !== 'drift' && (body.compare?.to === 'trailing' || body.compare?.range))
    throw new PlumblineError(
      'invalid_request',
      `A trailing reference and a fixed range are for drift; a ${body.kind} monitor is compared to a threshold, reference, previous or version.`,
      { errors: [{ path: 'compare', message: 'not for this kind' }] },
    );
  if (body.compare?.range && body.compare.to !== 'reference')
    throw new PlumblineError('invalid_request', `compare.range is a reference: it goes with "to": "reference".`, {
      errors: [{ path: 'compare.range', message: `not with ${body.compare.to}` }],
    });
  const spanMs = body.compare?.span === undefined ? null : durationMs(body.compare.span);
  if (spanMs !== null && (body.compare?.to !== 'trailing' || spanMs < durationMs(body.window) || spanMs > SPAN_MS_MAX))
    throw new PlumblineError(
      'invalid_request',
      `compare.span goes with "to": "trailing"; it is at least one window (${body.window}) and at most 400 days.`,
      { errors: [{ path: 'compare.span', message: 'does not fit' }] },
    );
  if (body.compare?.to === 'version' && body.compare.version === undefined)
    throw new PlumblineError('invalid_request', `compare.to 'version' needs compare.version.`, {
      errors: [{ path: 'compare.version', message: 'is missing' }],
    });
}

function wrongDuration(body: MonitorBody): Refusal | null {
  const path = (['window', 'every', 'offset'] as const).find((f) => {
    const said = body[f];
    return said !== undefined && durationMs(said) > SPAN_MS_MAX;
  });
  return path ? { path, message: 'is too long', detail: `${path} is at most 400 days.` } : null;
}

function wrongMetric({ kind, target: { metric } }: MonitorBody, model?: Pick<ModelContext, 'task'>): Refusal | null {
  if (metric === undefined || (kind !== 'performance' && kind !== 'latency')) return null;
  if (kind === 'latency')
    return LATENCIES.includes(metric)
      ? null
      : {
          path: 'target.metric',
          message: 'not for this kind',
          detail: `A latency monitor looks at ${LATENCIES.join(' or ')}.`,
        };
  const tasks = model ? [model.task] : (Object.keys(METRICS) as ModelContext['task'][]);
  const known: string[] = [...tasks.flatMap((task): readonly string[] => METRICS[task]), ...GENERAL_METRICS];
  const numbers = [...new Set(known)].filter((name) => name !== 'confusion');
  if (numbers.includes(metric) || (tasks.includes('multiclass') && PER_CLASS.test(metric))) return null;
  const whose = model ? `a ${model.task} model` : 'any model';
  return {
    path: 'target.metric',
    message: 'there is no such metric',
    detail: `'${metric.slice(0, 60)}' is not a metric of ${whose} that can be watched. There are: ${numbers.join(', ')}.`,
  };
}

function wrongMeasure({ kind, target: { measure } }: MonitorBody): Refusal | null {
  if (measure === undefined || MEASURES[kind]?.includes(measure)) return null;
  const known = MEASURES[kind];
  return {
    path: 'target.measure',
    message: 'not for this kind',
    detail: known
      ? `A ${kind} monitor looks at one of ${known.join(', ')}.`
      : `A ${kind} monitor has no 'measure': leave it out${kind === 'performance' || kind === 'latency' ? ", or say 'metric'" : ''}.`,
  };
}

function wrongRule(body: MonitorBody): Refusal | null {
  const { kind, target, slice } = body;
  const op = ruleOf(body)?.op;
  if ((kind === 'freshness' || kind === 'staleness') && op?.startsWith('l'))
    return {
      path: 'condition.op',
      message: 'not for this kind',
      detail: `A ${kind} monitor warns of what is too old: its op is gt or gte.`,
    };
  if (kind === 'staleness' && slice.length > 0)
    return {
      path: 'slice',
      message: 'not for this kind',
      detail: "'slice' picks rows; a staleness monitor looks at the model as a whole.",
    };
  // The main metric of every task has a better and a worse.
  if (wantsThreshold(body) && sideOf(body, 'accuracy') === null)
    return {
      path: 'condition.auto',
      message: 'no number to find',
      detail: `No threshold can be found for ${kind === 'performance' ? `'${target.metric}', which is neither better high nor low` : `a ${kind} monitor: it is not one number that decides`}. Give a condition such as {"op": "gt", "value": 0.9}.`,
    };
  return null;
}

function wrongComparison({ kind, compare, target }: MonitorBody): Refusal | null {
  const to = compare?.to;
  if (to === undefined) return null;
  const senseless =
    kind === 'schema' && (target.measure ?? 'types') !== 'types'
      ? { to: ['previous', 'version'], why: 'values are held against the contract' }
      : SENSELESS[kind];
  return senseless?.to.includes(to)
    ? {
        path: 'compare.to',
        message: 'not for this kind',
        detail: `A ${kind} monitor is not compared with '${to}': ${senseless.why}. Use ${['threshold', 'reference', 'previous', 'version'].filter((t) => !senseless.to.includes(t)).join(' or ')}.`,
      }
    : null;
}
