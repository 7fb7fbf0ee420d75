import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { alarmLevel, decideFamily } from './decide.js';
import { missingVerdict } from './missing.js';
import { driftVerdict } from './verdict.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('decideFamily', () => {
  const clear = { exceeds: true, pNoDrift: 1e-9 };
  const small = { exceeds: false, pNoDrift: 1e-9 };
  const chance = { exceeds: true, pNoDrift: 0.02 };

  it('asks for both: an effect beyond the floor, and more than chance among so many', () => {
    expect(decideFamily([clear, small, chance])).toEqual([true, false, true]);
    expect(decideFamily([clear, small, ...Array.from({ length: 200 }, () => chance)], 0.01).slice(0, 3)).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('leaves the unknown unknown, and what has no p-value to its own threshold', () => {
    expect(
      decideFamily([
        { exceeds: null, pNoDrift: null },
        { exceeds: true, pNoDrift: null },
        { exceeds: false, pNoDrift: null },
      ]),
    ).toEqual([null, true, false]);
    expect(decideFamily([])).toEqual([]);
    expect(() => decideFamily([clear], 0)).toThrow(RangeError);
  });

  it('without any drift rings in at most a share `level` of windows, whatever the number of features', () => {
    const random = seededRandom(211);
    for (const [features, level] of [
      [1, 0.05],
      [200, 0.05],
      [200, 0.01],
    ] as const) {
      let rings = 0;
      for (let i = 0; i < 4000; i++) {
        const family = Array.from({ length: features }, () => ({ exceeds: true, pNoDrift: random.uniform() }));
        if (decideFamily(family, level).includes(true)) rings += 1;
      }
      expect(rings / 4000, `${features} at ${level}`).toBeLessThan(level * 1.25);
      expect(rings / 4000, `${features} at ${level}`).toBeGreaterThan(level * 0.75);
    }
  });
});

describe('alarmLevel', () => {
  const budget = { alarms: 1, days: 30, everyMs: DAY_MS, windowMs: DAY_MS, forCount: 1 };

  it('shares the budget out among the looks', () => {
    expect(alarmLevel(budget)).toBeCloseTo(1 / 30, 12);
    expect(alarmLevel({ ...budget, everyMs: DAY_MS / 96 })).toBeCloseTo(1 / 2880, 12);
    expect(alarmLevel({ ...budget, alarms: 2, days: 60 })).toBeCloseTo(1 / 30, 12);
    expect(alarmLevel({ ...budget, alarms: 10 })).toBe(0.05);
  });

  it('`for` loosens it only as far as the windows share no row', () => {
    const hourly = { ...budget, everyMs: HOUR_MS };
    expect(alarmLevel({ ...hourly, forCount: 24 })).toBeCloseTo(1 / 720, 12);
    expect(alarmLevel({ ...hourly, forCount: 25 })).toBeCloseTo(Math.sqrt(1 / 720), 12);
    expect(alarmLevel({ ...budget, forCount: 3 }, 1)).toBeCloseTo((1 / 30) ** (1 / 3), 12);
  });

  it('refuses what is no budget', () => {
    expect(() => alarmLevel({ ...budget, alarms: 0 })).toThrow(RangeError);
    expect(() => alarmLevel({ ...budget, forCount: 1.5 })).toThrow(RangeError);
  });
});

describe('missingVerdict', () => {
  it('asks for more than the tolerance, beyond doubt', () => {
    const at = (missing: number, tolerance = 0.02) =>
      missingVerdict({ missing, rows: 2000, refMissing: 560, refRows: 56_000 }, tolerance);
    expect(at(100)).toMatchObject({ exceeds: true });
    expect(at(60)).toMatchObject({ exceeds: false });
    expect(at(60, 0)).toMatchObject({ exceeds: true });
    expect(at(100).pNoDrift).toBeLessThan(1e-20);
    expect(at(0)).toMatchObject({ exceeds: false, pNoDrift: 1 });
  });

  it('says nothing of empty windows', () => {
    expect(missingVerdict({ missing: 0, rows: 0, refMissing: 0, refRows: 10 }, 0)).toMatchObject({
      exceeds: null,
      pNoDrift: null,
    });
    expect(() => missingVerdict({ missing: 0, rows: 1, refMissing: 0, refRows: 1 }, -1)).toThrow(RangeError);
  });
});

describe('the p-value of no drift, where the past varied', () => {
  const weekend = { measure: 'psi', value: 0.3, n: 50_000, m: 2000, bins: 10, floor: 0.1 } as const;

  it('is that of no more than it did', () => {
    const at = (natural: number) => driftVerdict({ ...weekend, natural }).pNoDrift!;
    expect(at(0)).toBe(driftVerdict(weekend).pNoDrift);
    expect(at(0)).toBeLessThan(1e-50);
    expect(at(0.1)).toBeLessThan(1e-10);
    expect(at(0.28)).toBeGreaterThan(0.05);
    for (const natural of [0.05, 0.1, 0.2]) expect(at(natural)).toBeLessThan(at(natural + 0.05));
  });
});
