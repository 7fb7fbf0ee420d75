import type { Calibration, Finding, MonitorBody } from '@plumbline/contracts';
import { decideBeyond, metricBounds, metricDirection } from '@plumbline/stats';
import type { Limits, Side } from './threshold.js';

type Op = 'gt' | 'gte' | 'lt' | 'lte';
export type Rule = { op: Op; value: number; clear?: number };

/** The rule with a number, if the monitor has one. */
export const ruleOf = ({ condition }: Pick<MonitorBody, 'condition'>): Rule | null =>
  condition && 'op' in condition ? condition : null;

/** Whether a number breaks a rule. */
export const beyond = (rule: Rule, value: number): boolean =>
  decideBeyond({ value, low: null, high: null }, { op: rule.op, threshold: rule.value }, { withoutInterval: 'value' });

/** Whether the monitor's threshold is to be found from its history. */
export const wantsThreshold = ({ condition, compare }: Pick<MonitorBody, 'condition' | 'compare'>): boolean =>
  condition !== undefined && 'auto' in condition && compare?.to === 'threshold';

/**
 * The rule as it counts now: an `auto` threshold with the number that was found, and while it fires the value that ends it
 * in the place of the one that begins it.
 */
export function inForce(
  body: MonitorBody,
  { firing, calibrated }: { firing: boolean; calibrated: Calibration | null },
): MonitorBody {
  if (wantsThreshold(body))
    return calibrated?.value == null ? body : { ...body, condition: { op: calibrated.op, value: calibrated.value } };
  const rule = ruleOf(body);
  return firing && rule?.clear !== undefined ? { ...body, condition: { ...rule, value: rule.clear } } : body;
}

/** On which side of a threshold a monitor is bad; null where one number does not decide. */
export function sideOf(body: MonitorBody, primaryMetric: string): Side | null {
  const rule = ruleOf(body);
  if (rule) return rule.op.startsWith('g') ? 'above' : 'below';
  switch (body.kind) {
    case 'performance': {
      const direction = metricDirection(body.target.metric ?? primaryMetric);
      return direction === 'higher' ? 'below' : direction === 'lower' ? 'above' : null;
    }
    case 'drift':
    case 'missing':
    case 'latency':
    case 'freshness':
      return 'above';
    case 'volume':
    case 'label_coverage':
      return 'below';
    default:
      return null;
  }
}

const QUARTER_MS = 15 * 60_000;
const COUNTS: Limits = { min: 0, max: Number.POSITIVE_INFINITY };
const SHARES: Limits = { min: 0, max: 1 };

/**
 * What a threshold can be at all: ages, counts and distances are not negative, shares end at 1. `least`: less of it never matters, be
 * it unheard of; for counts, the fewest that say that something came.
 */
export function limitsOf({ kind, target }: Pick<MonitorBody, 'kind' | 'target'>): Limits {
  switch (kind) {
    case 'performance':
      return target.metric === undefined ? COUNTS : metricBounds(target.metric);
    case 'freshness':
      return { ...COUNTS, least: { above: QUARTER_MS } };
    case 'volume':
      return { ...COUNTS, least: { below: 1 } };
    case 'missing':
      return { ...SHARES, least: { above: 0.02 } };
    case 'label_coverage':
      return SHARES;
    default:
      return COUNTS;
  }
}

/** Kinds whose rule compares the bound of an interval, not the value. */
export const BY_INTERVAL: MonitorBody['kind'][] = ['performance', 'latency'];

/**
 * The number that decides about a look: of its findings the worst one, of an interval the end that must be beyond the threshold.
 * Null without data.
 */
export function decisive(body: MonitorBody, side: Side, findings: readonly Finding[]): number | null {
  const numbers = findings.flatMap((f) => {
    if (f.state === 'no_data' || f.value === null) return [];
    if (!BY_INTERVAL.includes(body.kind)) return [f.value];
    return [(side === 'above' ? f.low : f.high) ?? f.value];
  });
  if (numbers.length === 0) return null;
  return side === 'above' ? Math.max(...numbers) : Math.min(...numbers);
}
