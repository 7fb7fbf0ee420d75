import { z } from 'zod';

/** ISO-8601 with zone, or epoch milliseconds; parsed to epoch milliseconds. */
export const instant = z
  .union([z.string(), z.number()])
  .meta({ description: 'ISO-8601 with zone, or epoch milliseconds' })
  .transform((raw, ctx) => {
    const ms = parseInstant(raw);
    if (ms === null) {
      ctx.addIssue({
        code: 'custom',
        message: 'not a time: use ISO-8601 with a zone (2026-01-01T00:00:00Z) or epoch milliseconds',
      });
      return z.NEVER;
    }
    return ms;
  });

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;
const ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/i;
/** Times that a question may name: what the store's clock type holds. */
const MS_MIN = Date.UTC(1900, 0, 1);
const MS_MAX = Date.UTC(2262, 0, 1);
/** Times that an event may have so that it is found again: sort keys hold hours as 32 bits of seconds. */
export const EVENT_MS_MIN = 0;
export const EVENT_MS_MAX = Date.UTC(2106, 0, 1);

/** Epoch milliseconds of a wire time, or null if it is none. A date alone is midnight UTC; a time without zone is refused. */
export function parseInstant(raw: unknown): number | null {
  let ms: number;
  if (typeof raw === 'number') ms = Math.trunc(raw);
  else if (typeof raw === 'string' && raw.length <= 40 && ISO.test(raw)) {
    if ((raw.length > 10 && !ZONE.test(raw)) || !isDay(raw)) return null;
    ms = Date.parse(raw.replace(' ', 'T'));
  } else return null;
  return Number.isFinite(ms) && ms >= MS_MIN && ms <= MS_MAX ? ms : null;
}

/** Whether the month has this day: `Date.parse` takes 30 February for 2 March. */
const isDay = (raw: string): boolean =>
  (raw[8]! <= '2' && raw.slice(8, 10) <= '28') || // in every month
  Number(raw.slice(8, 10)) <= new Date(Date.UTC(Number(raw.slice(0, 4)), Number(raw.slice(5, 7)), 0)).getUTCDate();

export const iso = (ms: number): string => new Date(ms).toISOString();

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of a duration such as `15m`, `1h`, `7d`; null if it is none. */
export function parseDuration(raw: string): number | null {
  const match = /^(\d{1,6})(s|m|h|d|w)$/.exec(raw);
  return match ? Number(match[1]) * UNIT_MS[match[2]!]! : null;
}

/** The duration in milliseconds; the schemas refuse everything for which this would throw. */
export function durationMs(raw: string): number {
  const ms = parseDuration(raw);
  if (ms === null || ms === 0) throw new RangeError(`'${raw}' is not a duration such as 15m, 1h or 7d`);
  return ms;
}

export const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}(s|m|h|d|w)$/, 'not a duration: use a number and a unit, such as 15m, 1h or 7d');

export const modelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'model names match [A-Za-z0-9][A-Za-z0-9._-]{0,127}');

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
});
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
export type Page<T> = { items: T[]; next_cursor: string | null };

export const task = z.enum(['binary', 'multiclass', 'regression']);
export type Task = z.infer<typeof task>;

export const granularity = z.enum(['1h', '1d', '7d', 'all']);
export type Granularity = z.infer<typeof granularity>;

export const filterOp = z.enum([
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'not_in',
  'is_null',
  'is_not_null',
  'not_null',
]);
const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);
/** A number, or the text of one: `Number` alone takes null, '' and true for numbers too. */
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));
export const fieldName = z
  .string()
  .min(1)
  .max(300)
  .regex(
    /^(features\..+|tags\..+|version|label|prediction\.(class|score|value)|prediction_id|latency_ms)$/s,
    'a field is features.NAME, tags.NAME, version, label, prediction.class, prediction.score or prediction.value',
  );
export const filter = z
  .object({ field: fieldName, op: filterOp, value: z.union([scalar, z.array(scalar).max(1000)]).optional() })
  .superRefine((f, ctx) => {
    const list = f.op === 'in' || f.op === 'not_in';
    const bare = f.op === 'is_null' || f.op === 'not_null' || f.op === 'is_not_null';
    if (list !== Array.isArray(f.value) && !bare)
      ctx.addIssue({
        code: 'custom',
        path: ['value'],
        message: list ? `${f.op} needs an array of values` : `${f.op} needs one value`,
      });
    if (!bare && f.value === undefined)
      ctx.addIssue({ code: 'custom', path: ['value'], message: `${f.op} needs a value` });
    if (['gt', 'gte', 'lt', 'lte'].includes(f.op) && !isNumber(f.value))
      ctx.addIssue({ code: 'custom', path: ['value'], message: `${f.op} compares as numbers: give a number` });
  });
export type Filter = z.infer<typeof filter>;

export const rangeFields = {
  from: instant,
  to: instant,
  filters: z.array(filter).max(20).default([]),
  version: z.string().max(200).optional(),
  known_at: instant.optional(),
};
/** Every question refuses a range that ends before it starts. */
export const orderedRange = (q: { from: number; to: number }, ctx: z.RefinementCtx) => {
  if (q.to <= q.from) ctx.addIssue({ code: 'custom', path: ['to'], message: 'must be after from' });
};
