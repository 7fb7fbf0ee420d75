/** How times without a zone, or as numbers, are meant. */
export type TimeRules = { zone?: string; unit?: TimeUnit };
export const TIME_UNITS = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^([+-]?\d+)\.0*$/;
const ZONELESS = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
/** Milliseconds before 1973: whoever writes so small a number means seconds. */
const SECONDS_BELOW = 1e11;

export const isMissing = (raw: unknown): boolean =>
  raw === null || raw === undefined || raw === '' || (typeof raw === 'number' && Number.isNaN(raw));

/** A feature, a score or a latency: text that looks like a number is one; an empty cell and NaN are missing. */
export function cellValue(raw: unknown): unknown {
  if (isMissing(raw)) return null;
  if (typeof raw === 'string') return NUMBER.test(raw) ? Number(raw) : raw;
  return plain(raw);
}

/**
 * A class or a label, compared as text: it stays as it is written ("01" is not "1"), but "1.0" is "1", because a column of
 * whole numbers gets fractions as soon as one of its cells is empty.
 */
export function classValue(raw: unknown): unknown {
  if (isMissing(raw)) return null;
  if (typeof raw === 'string') return WHOLE.exec(raw)?.[1] ?? raw;
  return plain(raw);
}

/** An id, a version or a tag. */
export function textValue(raw: unknown): string | null {
  if (isMissing(raw)) return null;
  if (typeof raw === 'string') return raw;
  const value = plain(raw);
  return typeof value === 'object' ? JSON.stringify(value) : typeof raw === 'bigint' ? String(raw) : String(value);
}

/** A time as events have it; what is none is handed on, so that it is refused with its reason. */
export function timeValue(raw: unknown, { zone, unit }: TimeRules = {}): unknown {
  if (isMissing(raw)) return null;
  if (raw instanceof Date) return dateText(raw);
  if (typeof raw === 'string' && !NUMBER.test(raw)) return zone && ZONELESS.test(raw) ? raw + zone : raw;
  const number = Number(raw);
  if (unit) return Math.trunc(number * TIME_UNITS[unit]);
  return Math.abs(number) < SECONDS_BELOW ? String(raw) : number;
}

const dateText = (date: Date): string => (Number.isNaN(date.getTime()) ? 'no time' : date.toISOString());

/** What JSON can hold: Parquet also knows big integers, dates, bytes and typed arrays. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
  if (value instanceof Date) return dateText(value);
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
