import { clock, date, month } from '../lib/format';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOURS = [1, 2, 3, 6, 12];
const DAYS = [1, 2, 4, 7, 14];
const MONTHS = [1, 2, 3, 6, 12, 24, 60];

/**
 * Round times for an axis: at most `count`, on whole hours, days, or months of the zone in which the windows are read
 * (the viewer's, or UTC where windows are UTC days).
 */
export function timeTicks(
  from: number,
  to: number,
  count: number,
  utc: boolean,
): { at: number[]; label: (ms: number) => string } {
  const zone = utc ? { timeZone: 'UTC' } : {};
  const day = (ms: number) => date(ms, ms, zone);
  const span = to - from;
  const hours = HOURS.find((h) => span / (h * HOUR) <= count);
  if (hours) {
    const label = (ms: number) => (hourOf(ms, utc) === 0 ? day(ms) : clock(ms, zone));
    return { at: walk(from, to, utc, (d, i) => set(d, utc, { hour: i * hours })), label };
  }
  const days = DAYS.find((n) => span / (n * DAY) <= count);
  if (days) {
    // Counted from a fixed day, so that a moving range does not shift its ticks.
    const start = midnight(from, utc);
    const offset = (days - ((Math.round(start / DAY) + 3) % days)) % days;
    return { at: walk(from, to, utc, (d, i) => set(d, utc, { day: offset + i * days })), label: day };
  }
  const months = MONTHS.find((n) => span / (n * 30.4 * DAY) <= count) ?? 120;
  const label = (ms: number) => month(ms, months >= 2 || monthOf(ms, utc) === 0, zone);
  return { at: walk(from, to, utc, (d, i) => set(d, utc, { month: i * months, aligned: months })), label };
}

const hourOf = (ms: number, utc: boolean) => (utc ? new Date(ms).getUTCHours() : new Date(ms).getHours());
const monthOf = (ms: number, utc: boolean) => (utc ? new Date(ms).getUTCMonth() : new Date(ms).getMonth());

function midnight(ms: number, utc: boolean): number {
  const d = new Date(ms);
  return utc ? d.setUTCHours(0, 0, 0, 0) : d.setHours(0, 0, 0, 0);
}

/** Through the calendar rather than by adding milliseconds: a day of 23 hours keeps its midnight. */
function set(from: Date, utc: boolean, by: { hour?: number; day?: number; month?: number; aligned?: number }): number {
  const [year, inYear, day] = utc
    ? [from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()]
    : [from.getFullYear(), from.getMonth(), from.getDate()];
  const make = (y: number, m: number, d: number, h: number) =>
    utc ? Date.UTC(y, m, d, h) : new Date(y, m, d, h).getTime();
  if (by.month !== undefined) return make(year, inYear - (inYear % Math.min(12, by.aligned ?? 1)) + by.month, 1, 0);
  return make(year, inYear, day + (by.day ?? 0), by.hour ?? 0);
}

const TICKS_MOST = 200;
function walk(from: number, to: number, utc: boolean, at: (start: Date, i: number) => number): number[] {
  const start = new Date(midnight(from, utc));
  const out: number[] = [];
  for (let i = 0; i < TICKS_MOST; i++) {
    const ms = at(start, i);
    if (ms > to) break;
    if (ms >= from) out.push(ms);
  }
  return out;
}
