import type { Evidence, Finding } from '@plumbline/contracts';

/** Numbers and times for people who read them in a chat or on a pager: plain spaces, UTC, never NaN. */

export const DASH = '–';
const SCALES: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** 0.0412, 12.3, 1,204, 12.3 k, 1.2 M: three significant digits at most, four whole ones. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const size = Math.abs(value);
  if (size >= 9999.5) {
    // 999,950 rounds to 1 M, not to 1000 k.
    const [scale, unit] = SCALES.find(([scale]) => size >= scale * 0.99995) ?? SCALES[3]!;
    const scaled = value / scale;
    if (Math.abs(scaled) >= 1e6) return value.toExponential(1).replace('e+', 'e');
    return `${Math.abs(scaled) >= 99.95 ? Math.round(scaled) : Number(scaled.toFixed(1))} ${unit}`;
  }
  if (size >= 1000) return String(Math.round(value)).replace(/(\d)(\d{3})$/, '$1,$2');
  if (size !== 0 && size < 1e-4) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** 12,345,678: when every one counts. */
export function count(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',') : DASH;
}

/** 0.943 → 94.3 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return DASH;
  const points = share * 100;
  if (points > 0 && points < 0.05) return 'under 0.1 %';
  if (Math.abs(points) >= 9999.5) return `${number(points)} %`;
  return `${Number(points.toFixed(1))} %`;
}

const UNITS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** 45 s, 12 min, 2 h 5 min, 3 d 4 h, 90 d: the largest unit, and the next one while it still matters. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  const size = Math.max(0, ms);
  const at = UNITS.findIndex(([unit]) => size >= unit);
  if (at < 0) return `${Math.round(size)} ms`;
  const [unit, name] = UNITS[at]!;
  const whole = Math.floor(size / unit);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((size % unit) / next[0]) : 0;
  return next && rest > 0 && whole < 10 ? `${whole} ${name} ${rest} ${next[1]}` : `${whole} ${name}`;
}

/** `2026-05-12 14:05 UTC`; a text that is no time stays as it is. */
export function utc(at: string): string {
  const ms = Date.parse(at);
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC` : at;
}

/** `2026-05-12 14:00 – 15:00 UTC`. */
export function span(start: string, end: string): string {
  const [from, to] = [utc(start), utc(end)];
  const sameDay = from.slice(0, 10) === to.slice(0, 10) && from.endsWith(' UTC') && to.endsWith(' UTC');
  return `${from.replace(/ UTC$/, '')} ${DASH} ${sameDay ? to.slice(11) : to}`;
}

const SHARES = new Set([
  'accuracy',
  'precision',
  'recall',
  'specificity',
  'base_rate',
  'predicted_positive_rate',
  'precision_macro',
  'recall_macro',
  'mape',
  'coverage',
  'missing_rate',
]);
const SHARE_KINDS = new Set(['missing', 'label_coverage', 'schema']);

/** How the values of a finding are written: a share as per cent, a latency with its unit, the rest as numbers. */
export function valueWords(kind: string, finding?: Pick<Finding, 'subject' | 'details'>) {
  const metric = String(finding?.details?.metric ?? finding?.subject ?? '').split(':')[0]!;
  const { unit, check } = (finding?.details ?? {}) as { unit?: string; check?: string };
  if (unit === 'ms') return duration;
  if (unit === 'count') return number;
  if (check === 'values' || SHARE_KINDS.has(kind) || (kind === 'performance' && SHARES.has(metric))) return percent;
  if (kind === 'latency') return (ms: number | null | undefined) => (number(ms) === DASH ? DASH : `${number(ms)} ms`);
  return number;
}

const OPS: Record<string, string> = { eq: '=', ne: '≠', gt: '>', gte: '≥', lt: '<', lte: '≤' };

/** The filters of a rows query as a person says them: `tags.country = BR and features.age < 30`; '' for all traffic. */
export function filterWords(rowsQuery: Evidence['rows_query']): string {
  const filters: unknown = rowsQuery.filters;
  if (!Array.isArray(filters)) return '';
  return filters
    .filter((f): f is { field: string; op: string; value?: unknown } => typeof f?.field === 'string')
    .map(({ field, op, value }) => {
      if (op === 'is_null') return `${field} is missing`;
      if (op === 'not_null' || op === 'is_not_null') return `${field} is present`;
      if (Array.isArray(value))
        return `${field} ${op === 'not_in' ? 'not in' : 'in'} (${value.slice(0, 20).map(String).join(', ')})`;
      return `${field} ${OPS[op] ?? op} ${value === null ? 'null' : String(value)}`;
    })
    .join(' and ');
}
