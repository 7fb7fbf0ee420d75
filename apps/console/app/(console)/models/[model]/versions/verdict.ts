import type { ComparedMetric } from '@plumbline/contracts';
import { DASH, fixed, number, signed } from '../../../../../lib/format';
import { metricInfo } from '../../../../../lib/metrics';

/** What a difference says: only a whole interval on one side of zero is one. */
export type Verdict = 'better' | 'worse' | 'different' | 'open' | 'same' | 'unknown';

export function verdictOf(name: string, { difference }: ComparedMetric): Verdict {
  const { value, low, high } = difference;
  if (value === null) return 'unknown';
  if (value === 0 && (low ?? 0) === 0 && (high ?? 0) === 0) return 'same';
  if (low === null || high === null) return 'unknown';
  if (low <= 0 && 0 <= high) return 'open';
  const { better } = metricInfo(name);
  if (better === 'none') return 'different';
  return value > 0 === (better === 'higher') ? 'better' : 'worse';
}

export const VERDICT_TEXT: Record<Verdict, string> = {
  better: 'better',
  worse: 'worse',
  different: 'different',
  open: 'not clear',
  same: 'the same',
  unknown: 'not known',
};

/** The whole comparison in one sentence about A. */
export function summary(metrics: Record<string, ComparedMetric>, primary: string): { verdict: Verdict; text: string } {
  const name = metrics[primary] ? primary : Object.keys(metrics)[0];
  if (name === undefined) return { verdict: 'unknown', text: 'Nothing was compared.' };
  const verdicts = Object.entries(metrics).map(([metric, m]) => ({ metric, verdict: verdictOf(metric, m) }));
  const count = (v: Verdict) => verdicts.filter(({ verdict }) => verdict === v).length;
  const [better, worse] = [count('better'), count('worse')];
  const verdict = verdictOf(name, metrics[name]!);
  const rest =
    better + worse === 0
      ? 'no metric differs for certain'
      : [better > 0 ? `better on ${better}` : '', worse > 0 ? `worse on ${worse}` : ''].filter(Boolean).join(', ') +
        ` of ${verdicts.length} metrics`;
  return { verdict, text: rest };
}

/**
 * A difference and its limits with as many decimals as its width deserves. Shares differ by points: 2 % more of 90 % could be
 * either.
 */
export function differenceText(name: string, { difference }: ComparedMetric): { value: string; interval: string } {
  const { value, low, high } = difference;
  if (value === null) return { value: DASH, interval: DASH };
  const { unit } = metricInfo(name);
  const scale = unit === 'share' ? 100 : 1;
  const width = low === null || high === null ? 0 : (high - low) * scale;
  const least = unit === 'share' ? 1 : 3;
  const decimals = width > 0 ? Math.min(6, Math.max(least, Math.round(-Math.log10(width)) + 1)) : least;
  const text = (v: number) => signed(unit === 'value' ? number(v) : fixed(v * scale, decimals), v);
  const end = unit === 'share' ? '\u202fpp' : '';
  return {
    value: text(value) + end,
    interval: low === null || high === null ? DASH : `${text(low)} to ${text(high)}`,
  };
}
