import { type MonitorBody, monitorBody } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planLooks, wayOf } from './looks.js';
import { freshnessAt } from './silences.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const body = (over: Partial<MonitorBody>) => monitorBody.parse({ name: 'n', model: 'm', kind: 'drift', ...over });

describe('the looks of the past', () => {
  const durations = fc.constantFrom('5m', '15m', '1h', '6h', '1d', '7d');
  it('lie in the range, on the grid of the monitor, and every one is answered by just one grid', () => {
    fc.assert(
      fc.property(durations, durations, fc.integer({ min: 1, max: 90 }), (window, every, days) => {
        const from = 1_790_000_000_000;
        const to = from + days * DAY;
        const plan = planLooks(body({ window, every, offset: '1h' }), from, to, 'grids');
        expect(plan.looks.length).toBeLessThanOrEqual(3_001);
        expect(plan.grids.length).toBeLessThanOrEqual(12);
        for (const l of plan.looks) {
          expect(l.lookedAt >= from && l.lookedAt < to && l.lookedAt % plan.everyMs === 0).toBe(true);
          expect(l.lookedAt - l.end).toBe(HOUR);
        }
        if (plan.looks.length === 0) return;
        const starts = plan.grids.flatMap((g) =>
          Array.from({ length: Math.round((g.to - g.from) / g.stepMs) }, (_, i) => g.from + i * g.stepMs),
        );
        const looked = plan.looks.map((l) => l.start);
        if (plan.everyMs <= plan.grids[0]!.stepMs) expect(starts.sort((a, b) => a - b)).toEqual(looked);
        else expect(looked.every((s) => starts.includes(s))).toBe(true);
      }),
    );
  });

  it('are those of the monitor while that is not too many', () => {
    expect(planLooks(body({ window: '1h', every: '5m' }), 0, 5 * DAY, 'grids')).toMatchObject({ exact: true });
    expect(planLooks(body({ window: '1d', every: '5m' }), 0, 5 * DAY, 'grids')).toMatchObject({
      exact: false,
      everyMs: 2 * HOUR,
    });
    expect(planLooks(body({ window: '1d', every: '5m' }), 0, 30 * DAY, 'asked').looks.length).toBeLessThanOrEqual(61);
  });

  it('ask one after the other only where they must', () => {
    expect(wayOf(body({ kind: 'performance' }), 'then', true)).toBe('asked');
    expect(wayOf(body({ kind: 'performance' }), 'then', false)).toBe('grids');
    expect(wayOf(body({ kind: 'schema' }), 'now', false)).toBe('asked');
    expect(wayOf(body({ kind: 'schema', target: { measure: 'values' } }), 'then', false)).toBe('grids');
    expect(wayOf(body({ kind: 'freshness' }), 'then', false)).toBe('known');
  });
});

describe('freshness of the past', () => {
  const gaps = [
    { from: 10 * HOUR, to: 11 * HOUR },
    { from: 30 * HOUR, to: 35 * HOUR },
  ];
  it.each([
    [5, { lastEventMs: 5 * HOUR, gapMaxMs: 60_000 }],
    [10.5, { lastEventMs: 10 * HOUR, gapMaxMs: 60_000 }],
    [20, { lastEventMs: 20 * HOUR, gapMaxMs: HOUR }],
    [34, { lastEventMs: 30 * HOUR, gapMaxMs: HOUR }],
    [60, { lastEventMs: 40 * HOUR, gapMaxMs: 5 * HOUR }],
  ])('at hour %d', (hour, expected) => {
    expect(freshnessAt(hour * HOUR, 40 * HOUR, gaps)).toMatchObject(expected);
  });
  it('is unknown before the first prediction', () => {
    expect(freshnessAt(5 * HOUR, 40 * HOUR, gaps, 6 * HOUR).lastEventMs).toBeNull();
    expect(freshnessAt(7 * HOUR, 40 * HOUR, gaps, 6 * HOUR).lastEventMs).toBe(7 * HOUR);
  });
  it('is unknown when nothing ever came', () => {
    expect(freshnessAt(5, null, [])).toEqual({ lastEventMs: null, gapP99Ms: null, gapMaxMs: null });
  });
});
