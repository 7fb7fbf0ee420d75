/** Numbers and times for people. Pure: the clock comes in as an argument, the zone is the viewer's. */

const NNBSP = '\u202f';
export const DASH = '–';

const SCALES: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** 3 significant digits, trailing zeros cut, minus sign typographic: 0.0412, 12.3, 1 204. */
export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const abs = Math.abs(value);
  if (abs >= 1e6) return compact(value);
  if (abs >= 1000) return group(Math.round(value));
  if (abs !== 0 && abs < 1e-4) return value.toExponential(1).replace('-', '−').replace('e-', 'e−');
  return minus(String(Number(value.toPrecision(digits))));
}

/** Same number of decimals for every value, for columns and axes that are compared. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return minus(value.toFixed(decimals));
}

/** 950, 1.2 k, 12.4 k, 1.2 M. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const abs = Math.abs(value);
  for (const [scale, unit] of SCALES) {
    // 999 950 rounds to 1 M, not to 1000 k.
    if (abs >= scale * 0.99995) {
      const scaled = value / scale;
      const text = Math.abs(scaled) >= 99.95 ? String(Math.round(scaled)) : scaled.toFixed(1).replace(/\.0$/, '');
      return `${minus(text)}${NNBSP}${unit}`;
    }
  }
  return minus(Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3))));
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];
/** 812 B, 12.4 kB, 3.1 GB: of a thousand each, as disks and downloads count. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const step = value < 1000 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(value * 1.0005) / 3));
  const scaled = value / 1000 ** step;
  const text = step === 0 ? String(Math.round(value)) : scaled.toFixed(scaled < 99.95 ? 1 : 0).replace(/\.0$/, '');
  return `${text}${NNBSP}${BYTES[step]}`;
}

/** 12 345 with thin spaces. */
export function group(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  return minus(String(Math.round(value))).replace(/\B(?=(\d{3})+(?!\d))/g, NNBSP);
}

/** 0.943 → 94.3 %; whole numbers stay whole, tiny shares say so. */
export function percent(value: number | null | undefined, decimals = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const points = value * 100;
  const floor = 10 ** -decimals;
  if (points > 0 && points < floor / 2) return `<${NNBSP}${floor}${NNBSP}%`;
  const text = points.toFixed(decimals).replace(/\.0+$/, '');
  return `${minus(text === '-0' ? '0' : text)}${NNBSP}%`;
}

export function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}

const minus = (text: string) => text.replace(/^-/, '−');

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${group(n)} ${n === 1 ? one : many}`;
}

const UNITS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** The largest unit, and the next one while it still matters: 45 s, 12 min, 3 h 20 min, 5 d 4 h, 90 d. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return DASH;
  const abs = Math.abs(ms);
  if (abs < 1000) return `${Math.round(abs)}${NNBSP}ms`;
  for (let i = 0; i < UNITS.length; i++) {
    const [size, unit] = UNITS[i]!;
    if (abs < size) continue;
    const whole = Math.floor(abs / size);
    const next = UNITS[i + 1];
    const rest = next ? Math.floor((abs - whole * size) / next[0]) : 0;
    const head = `${whole}${NNBSP}${unit}`;
    return next && rest > 0 && whole < 10 && unit !== 'min' ? `${head} ${rest}${NNBSP}${next[1]}` : head;
  }
  return DASH;
}

/** `3 h ago`, `in 2 d`, `just now`: one unit only. */
export function ago(at: string | number, now: number): string {
  const ms = now - toMs(at);
  const abs = Math.abs(ms);
  if (abs < 45_000) return 'just now';
  const [size, unit] = UNITS.find(([size]) => abs >= size) ?? UNITS[3]!;
  const text = `${Math.floor(abs / size)}${NNBSP}${unit}`;
  return ms > 0 ? `${text} ago` : `in ${text}`;
}

export const toMs = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

type Zone = { timeZone?: string };
const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { hourCycle: 'h23', ...options });
    cache.set(key, found);
  }
  return found;
}

/** `12 May 14:05`; the year only when it is not this one. */
export function dateTime(at: string | number, now: number, zone: Zone = {}): string {
  const ms = toMs(at);
  if (!Number.isFinite(ms)) return DASH;
  return `${date(ms, now, zone)} ${formatter({ hour: '2-digit', minute: '2-digit', ...zone }).format(ms)}`;
}

export function date(at: string | number, now: number, zone: Zone = {}): string {
  const ms = toMs(at);
  if (!Number.isFinite(ms)) return DASH;
  const sameYear = new Date(ms).getUTCFullYear() === new Date(now).getUTCFullYear();
  return short(
    formatter({ day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }), ...zone }).format(ms),
  );
}

export function month(at: number, withYear: boolean, zone: Zone = {}): string {
  return short(formatter({ month: 'short', ...(withYear ? { year: 'numeric' } : {}), ...zone }).format(at));
}

/** Newer engines write `Sept`, older ones `Sep`: columns want three letters. */
const short = (text: string) => text.replace('Sept', 'Sep');

export function clock(at: string | number, zone: Zone = {}): string {
  return formatter({ hour: '2-digit', minute: '2-digit', ...zone }).format(toMs(at));
}

/** `2026-05-12 14:05:00 UTC`: what goes on hover. */
export function utc(at: string | number): string {
  const ms = toMs(at);
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC` : DASH;
}

const DAY = 86_400_000;
/** A window as a person would say it: an hour in their zone, a day or a week by its UTC dates (windows are cut in UTC). */
export function windowLabel(start: string | number, end: string | number, now: number): string {
  const [from, to] = [toMs(start), toMs(end)];
  if (from % DAY === 0 && to % DAY === 0) {
    const first = date(from, now, { timeZone: 'UTC' });
    return to - from === DAY
      ? `${first} (UTC day)`
      : `${first} ${DASH} ${date(to - 1, now, { timeZone: 'UTC' })} (UTC)`;
  }
  const sameDay = date(from, now) === date(to, now);
  return `${dateTime(from, now)} ${DASH} ${sameDay ? clock(to) : dateTime(to, now)}`;
}

/** Anything a feature can hold, short enough for a cell. */
export function cell(value: unknown, max = 60): string {
  if (value === null || value === undefined) return DASH;
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : number(value, 4);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
