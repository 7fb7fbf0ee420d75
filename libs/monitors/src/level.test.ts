import { monitorBody } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { judgeDrift } from './kinds/drift.js';
import { judgeMissing } from './kinds/missing.js';
import { judgeChange } from './kinds/performance.js';
import { levelOf } from './level.js';

const body = (over: Record<string, unknown>) =>
  monitorBody.parse({ name: 'drift', model: 'm', kind: 'drift', window: '1d', ...over });

describe('the level of a look', () => {
  it.each([
    ['one alarm in thirty days of looks every quarter of an hour', {}, 1 / 2880],
    ['fewer looks leave more for each', { every: '1h' }, 1 / 720],
    ['looks that share their rows count as one towards `for`', { for: 3 }, 1 / 2880],
    [
      'separate windows count as two',
      { every: '1d', for: 2, condition: { auto: { false_alarms: '1 per 1000d' } } },
      Math.sqrt(1 / 1000),
    ],
    ['its own budget', { condition: { auto: { false_alarms: '2 per 60d' } } }, 1 / 2880],
    ['a generous budget ends at five per cent', { condition: { auto: { false_alarms: '900 per 1d' } } }, 0.05],
    ['a condition of its own leaves the usual budget', { condition: { op: 'gt', value: 1 } }, 1 / 2880],
  ])('%s', (_, over, level) => {
    expect(levelOf(body(over))).toBeCloseTo(level, 12);
  });

  it('is positive for a budget of none', () => {
    const level = levelOf(body({ condition: { auto: { false_alarms: '0 per 30d' } } }));
    expect(level).toBeGreaterThan(0);
    expect(level).toBeLessThan(1 / 2880);
  });
});

describe('decisions of a look', () => {
  const silent = Array.from({ length: 199 }, () => ({ drifted: false, p_value: 1 }));

  it('drift that may be chance among so many features and looks is none', () => {
    expect(judgeDrift([{ drifted: true, p_value: 1e-9 }, ...silent], 1 / 2880)[0]).toBe(true);
    expect(judgeDrift([{ drifted: true, p_value: 1e-5 }, ...silent], 1 / 2880)[0]).toBe(false);
    expect(judgeDrift([{ drifted: true, p_value: 1e-5 }], 1 / 2880)[0]).toBe(true);
    expect(judgeDrift([{ drifted: true }, { drifted: null, p_value: null }], 1 / 2880)).toEqual([true, false]);
  });

  it('a surge of nulls rings, a few more in a small window do not', () => {
    const surge = { missing: 300, rows: 2000, refMissing: 560, refRows: 56_000 };
    const few = { missing: 4, rows: 50, refMissing: 14, refRows: 1400 };
    expect(judgeMissing([surge, few], { level: 1 / 2880 }).map((v) => v.bad)).toEqual([true, false]);
    expect(judgeMissing([surge], { level: 1 / 2880, tolerance: 0.2 })[0]!.bad).toBe(false);
  });

  it('a metric that fell is told with what is tolerated and how sure it is', () => {
    const around = (value: number, half: number) => ({ value, low: value - half, high: value + half });
    const fell = judgeChange('accuracy', around(0.8, 0.02), around(0.9, 0.005));
    expect(fell.tolerance).toBe(0.01);
    expect(fell.evidence.exceeds).toBe(true);
    expect(fell.evidence.pNoDrift!).toBeLessThan(1e-15);
    expect(judgeChange('mae', around(11, 0.1), around(10, 0.1)).tolerance).toBe(1);
    expect(judgeChange('accuracy', around(0.93, 0.02), around(0.9, 0.005)).evidence.exceeds).toBe(false);
  });
});
