const DAY = 86_400_000;
const SIZE = { '1h': 3_600_000, '1d': DAY, '7d': 7 * DAY } as const;
/** Weeks begin on Monday; the epoch was a Thursday. */
const MONDAY = 4 * DAY;
const OFFERED = 60;

type Facts = { granularity: '1h' | '1d' | '7d'; first_event: string | null; last_event: string | null };

/** The start of the window of the model's granularity that holds a moment. */
export function windowOf(ms: number, granularity: Facts['granularity']): number {
  const size = SIZE[granularity];
  const shift = granularity === '7d' ? MONDAY : 0;
  return Math.floor((ms - shift) / size) * size + shift;
}
export const windowSize = (granularity: Facts['granularity']): number => SIZE[granularity];

/** Windows to choose from, newest first. */
export function windowsOf({ granularity, first_event, last_event }: Facts, now: number): number[] {
  if (first_event === null || last_event === null) return [];
  const first = windowOf(Date.parse(first_event), granularity);
  const last = windowOf(Math.min(now, Date.parse(last_event)), granularity);
  const out: number[] = [];
  for (let at = last; at >= first && out.length < OFFERED; at -= SIZE[granularity]) out.push(at);
  return out;
}

/** The chosen window, else one that is old enough to have something to tell. */
export function parseWindow(raw: string | null, facts: Facts, now: number): number | null {
  const ms = raw === null ? Number.NaN : Date.parse(raw);
  if (Number.isFinite(ms)) return windowOf(ms, facts.granularity);
  const offered = windowsOf(facts, now);
  return offered[Math.min(3, offered.length - 1)] ?? null;
}

const UNIT: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
/** `30d` in seconds. */
export function seconds(duration: string | null): number | null {
  const [, n, unit] = /^(\d+)([smhdw])$/.exec(duration ?? '') ?? [];
  return n && unit ? Number(n) * UNIT[unit]! : null;
}
