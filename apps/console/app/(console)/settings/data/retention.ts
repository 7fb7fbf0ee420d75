import { date, plural } from '../../../../lib/format';

const DAY_MS = 86_400_000;
const UNIT_DAYS: Record<string, number> = { h: 1 / 24, d: 1, w: 7 };

/** Days of a retention such as `180d` or `26w`; null for one that is not in hours, days or weeks. */
export function daysOf(retention: string): number | null {
  const match = /^([1-9]\d{0,5})(h|d|w)$/.exec(retention);
  return match ? Number(match[1]) * UNIT_DAYS[match[2]!]! : null;
}

/** How a retention is told: whole years and days as such, anything else as it was written. */
export function retentionText(retention: string | null | undefined): string {
  if (!retention) return 'for ever';
  const days = daysOf(retention);
  if (days === null || days < 1) return retention;
  if (days % 365 === 0) return plural(days / 365, 'year');
  return Number.isInteger(days) ? plural(days, 'day') : retention;
}

export const CHOICES = [
  ['', 'For ever'],
  ['30d', '30 days'],
  ['90d', '90 days'],
  ['180d', '180 days'],
  ['365d', '1 year'],
  ['730d', '2 years'],
] as const;

/** What a new retention will delete of what is stored; null if it deletes nothing. */
export function lossText(retention: string, firstEvent: string | null, nowMs: number): string | null {
  const days = retention === '' ? null : daysOf(retention);
  if (days === null || !firstEvent) return null;
  const before = nowMs - days * DAY_MS;
  return Date.parse(firstEvent) < before ? `Events before ${date(before, nowMs)} are deleted within the hour.` : null;
}
