import { windowEnd, windowStart } from '@plumbline/rows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ranges } from './ranges.js';

const HOUR = 3_600_000;
const hours = fc
  .uniqueArray(fc.integer({ min: 0, max: 9000 }), { maxLength: 200 })
  .map((hs) => hs.map((h) => h * HOUR));

describe('ranges', () => {
  it.each([
    [[], []],
    [[0], [[0, 1]]],
    [[2, 0, 1], [[0, 3]]],
    [[0, 25], [[0, 26]]],
    [
      [0, 26],
      [
        [0, 1],
        [26, 27],
      ],
    ],
  ])('of hours %j', (starts, expected) => {
    expect(
      ranges(
        starts.map((h) => h * HOUR),
        HOUR,
      ).map((r) => [r.from / HOUR, r.to / HOUR]),
    ).toEqual(expected);
  });

  it('hold every window once, in order, and none is too long', () => {
    fc.assert(
      fc.property(hours, (starts) => {
        const found = ranges(starts, HOUR);
        for (const s of starts) expect(found.filter((r) => s >= r.from && s + HOUR <= r.to)).toHaveLength(1);
        for (const [i, r] of found.entries()) {
          expect((r.to - r.from) / HOUR).toBeLessThanOrEqual(2000);
          expect(starts).toContain(r.from);
          expect(starts).toContain(r.to - HOUR);
          if (i > 0) expect(r.from).toBeGreaterThanOrEqual(found[i - 1]!.to);
        }
      }),
    );
  });
});

describe('windowStart', () => {
  it.each([
    ['1h', '2026-01-01T10:59:59.999Z', '2026-01-01T10:00:00.000Z'],
    ['1d', '2026-01-01T10:59:59.999Z', '2026-01-01T00:00:00.000Z'],
    ['7d', '2026-01-01T10:59:59.999Z', '2025-12-29T00:00:00.000Z'],
    ['7d', '2025-12-29T00:00:00.000Z', '2025-12-29T00:00:00.000Z'],
    ['7d', '2025-12-28T23:59:59.999Z', '2025-12-22T00:00:00.000Z'],
    ['7d', '1970-01-01T00:00:00.000Z', '1969-12-29T00:00:00.000Z'],
  ] as const)('of %s at %s is %s', (granularity, at, start) => {
    expect(new Date(windowStart(Date.parse(at), granularity)).toISOString()).toBe(start);
  });

  it('holds its moment, and is where its window starts', () => {
    fc.assert(
      fc.property(fc.constantFrom('1h', '1d', '7d'), fc.integer({ min: -1e12, max: 4e12 }), (granularity, at) => {
        const start = windowStart(at, granularity);
        expect(start).toBeLessThanOrEqual(at);
        expect(windowEnd(start, granularity, 0)).toBeGreaterThan(at);
        expect(windowStart(start, granularity)).toBe(start);
        if (granularity === '7d') expect(new Date(start).getUTCDay()).toBe(1);
      }),
    );
  });
});
