/** A metric's value for people: shares as percentages, the rest with four significant digits. */
const SHARES = /^(accuracy|precision|recall|specificity|f1|base_rate|predicted_positive_rate|missing|label_coverage)/;
export function show(value: number | null | undefined, metric = ''): string {
  if (value === null || value === undefined) return '–';
  if (SHARES.test(metric)) return `${(100 * value).toFixed(1)} %`;
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

const UNITS: [number, string][] = [
  [604_800_000, 'week'],
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];
export function showDuration(ms: number): string {
  const [size, name] = UNITS.find(([s]) => ms >= s && (ms % s === 0 || ms >= 2 * s)) ?? [1000, 'second'];
  const n = Math.round(ms / size);
  return n === 1 ? `1 ${name}` : `${n} ${name}s`;
}

export const list = (names: readonly string[], most = 3): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

const SHORT: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
];
/** A duration as the wire writes it: 15m, 6h, 7d. */
export function showShort(ms: number): string {
  const [size, unit] = SHORT.find(([s]) => ms >= s && ms % s === 0) ?? [1000, 's'];
  return `${Math.round(ms / size)}${unit}`;
}

const BEYOND = { gt: 'above', gte: 'at or above', lt: 'below', lte: 'at or below' } as const;
/** How a value stands to the number of a rule that it breaks. */
export const beyondWords = ({ op }: { op: keyof typeof BEYOND }): string => BEYOND[op];
