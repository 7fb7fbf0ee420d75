import { expect, it } from 'vitest';
import { timeTicks } from './ticks';

const ticks = (from: string, to: string, count = 8) => {
  const { at, label } = timeTicks(Date.parse(from), Date.parse(to), count, true);
  return at.map(label);
};

it('walks in hours within days, and names the day at midnight', () => {
  expect(ticks('2026-05-01T10:30:00Z', '2026-05-02T10:30:00Z')).toEqual([
    '12:00',
    '15:00',
    '18:00',
    '21:00',
    '2 May',
    '03:00',
    '06:00',
    '09:00',
  ]);
});
it('walks in days over weeks, evenly across the end of a month', () => {
  expect(ticks('2026-08-20T00:00:00Z', '2026-09-19T00:00:00Z')).toEqual([
    '20 Aug',
    '24 Aug',
    '28 Aug',
    '1 Sep',
    '5 Sep',
    '9 Sep',
    '13 Sep',
    '17 Sep',
  ]);
});
it('walks in months over years, with the year', () => {
  expect(ticks('2025-05-10T00:00:00Z', '2026-06-10T00:00:00Z')).toEqual([
    'Jul 2025',
    'Sep 2025',
    'Nov 2025',
    'Jan 2026',
    'Mar 2026',
    'May 2026',
  ]);
});
it('never gives more than asked for', () => {
  for (const hours of [1, 5, 30, 100, 1000, 5000, 50_000]) {
    const { at } = timeTicks(0, hours * 3_600_000, 6, true);
    expect(at.length).toBeLessThanOrEqual(7);
    expect(at.length).toBeGreaterThan(0);
  }
});
