import { expect, it } from 'vitest';
import { prepareVolume } from './volume.prepare';

const HOUR = 3_600_000;
const window = (hour: number, count: number, low: number | null, state: 'ok' | 'low' | 'high' | 'unknown' = 'ok') => ({
  start: new Date(hour * HOUR).toISOString(),
  count,
  expected: low,
  low,
  high: low === null ? null : low * 3,
  state,
});

it('breaks the band where what is usual is not known', () => {
  const chart = prepareVolume(
    [window(0, 10, null, 'unknown'), window(1, 10, 5), window(2, 0, 5, 'low'), window(5, 10, 5)],
    HOUR,
  );
  expect(chart.bands.map((b) => b.length)).toEqual([2, 1]);
  expect(chart.odd).toBe(1);
  expect(chart.domain.min).toBe(0);
  expect(chart.items[1]!.x).toBe(1.5 * HOUR);
});

it('does not let a wide band flatten the bars', () =>
  expect(prepareVolume([window(0, 10, 1000)], HOUR).domain.max).toBeLessThanOrEqual(20));
it('holds with nothing', () => expect(prepareVolume([], HOUR).domain.max).toBe(1));
