import { type MonitorBody, monitorBody } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { starts } from './kinds/kind.js';
import { everyMs, historyWindows, isHistorical, nextDue, trailingWindow } from './windows.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const body = (over: Partial<MonitorBody> = {}) =>
  monitorBody.parse({ name: 'm', model: 'm', kind: 'performance', ...over });
const bodies = fc.record({
  window: fc.constantFrom('5m', '1h', '6h', '1d', '7d', '30d'),
  every: fc.constantFrom(undefined, '1m', '5m', '1h', '1d', '7m'),
  offset: fc.constantFrom(undefined, '10m', '1d'),
});
const instants = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

describe('trailing windows', () => {
  it.each([
    ['1h', undefined, '2026-01-01T10:17:23Z', '2026-01-01T09:15:00.000Z', '2026-01-01T10:15:00.000Z'],
    ['1d', undefined, '2026-01-01T10:17:23Z', '2025-12-31T10:15:00.000Z', '2026-01-01T10:15:00.000Z'],
    ['7d', undefined, '2026-01-01T10:17:23Z', '2025-12-25T10:00:00.000Z', '2026-01-01T10:00:00.000Z'],
    ['1h', '1h', '2026-01-01T10:17:23Z', '2026-01-01T09:00:00.000Z', '2026-01-01T10:00:00.000Z'],
  ])('of %s looked at every %s at %s', (window, every, now, start, end) => {
    const w = trailingWindow(body({ window, every }), Date.parse(now));
    expect([w.start, w.end].map((ms) => new Date(ms).toISOString())).toEqual([start, end]);
  });

  it('end on the grid, in the past by no more than their pace and offset, and are as long as they say', () => {
    fc.assert(
      fc.property(bodies, instants, (over, now) => {
        const b = body(over);
        const { start, end } = trailingWindow(b, now);
        const every = everyMs(b);
        const offset = over.offset ? (over.offset === '1d' ? DAY : 10 * MINUTE) : 0;
        expect((end + offset) % every).toBe(0);
        expect(now - end - offset).toBeGreaterThanOrEqual(0);
        expect(now - end - offset).toBeLessThan(every);
        expect(end - start).toBe(
          { '5m': 5 * MINUTE, '1h': HOUR, '6h': 6 * HOUR, '1d': DAY, '7d': 7 * DAY, '30d': 30 * DAY }[over.window],
        );
      }),
    );
  });

  it('have moved when the next look is due, which is later and no later than one pace', () => {
    fc.assert(
      fc.property(bodies, instants, fc.integer({ min: 0, max: 10_000 }), (over, now, wait) => {
        const b = body(over);
        const due = nextDue(b, now, wait);
        expect(due).toBeGreaterThan(now);
        expect(due).toBeLessThanOrEqual(now + everyMs(b));
        expect(trailingWindow(b, due - wait).end).toBeGreaterThan(trailingWindow(b, now - wait).end);
      }),
    );
  });

  it('have a history of neighbours that ends with themselves', () => {
    fc.assert(
      fc.property(bodies, instants, fc.integer({ min: 1, max: 40 }), (over, now, count) => {
        const b = body(over);
        const { start, end } = trailingWindow(b, now);
        const all = starts(historyWindows(b, now, count));
        expect([all.length, all.at(-1)]).toEqual([count, start]);
        expect(all.every((s, i) => s === end - (count - i) * (end - start))).toBe(true);
      }),
    );
  });
});

describe('historical', () => {
  it.each([
    [HOUR, DAY, false],
    [HOUR, DAY + 1, true],
    [DAY, 2 * DAY, false],
    [DAY, 2 * DAY + 1, true],
    [7 * DAY, 14 * DAY, false],
    [HOUR, -HOUR, false],
  ])('a window of %i ms that closed %i ms ago: %s', (length, ago, expected) => {
    const now = Date.UTC(2026, 0, 1);
    expect(isHistorical({ start: now - ago - length, end: now - ago }, now)).toBe(expected);
  });
});
