import { describe, expect, it } from 'vitest';
import { measured } from '../simulate/measured.js';
import { seededRandom } from '../simulate/random.js';
import { trackRecord } from './track.js';

const given = (value: number, half: number, realised: number | null) => ({
  estimated: { value, low: value - half, high: value + half },
  realised,
});

describe('trackRecord', () => {
  it('counts what held, what did not and which way', () => {
    const record = trackRecord([
      given(0.8, 0.05, 0.82),
      given(0.8, 0.05, 0.7),
      given(0.8, 0.05, 0.9),
      given(0.8, 0.05, null),
      { estimated: { value: 0.8, low: null, high: null }, realised: 0.8 },
      { estimated: { value: null, low: null, high: null }, realised: 0.8 },
    ]);
    expect(record).toMatchObject({ n: 4, withInterval: 3, tooHigh: 1, tooLow: 1, verdict: 'unknown' });
    expect(record.coverage.value).toBeCloseTo(1 / 3, 12);
    expect(record.meanAbsoluteError).toBeCloseTo(0.22 / 4, 12);
    expect(record.bias.value).toBeCloseTo(-0.02 / 4, 12);
    expect(record.meanWidth).toBeCloseTo(0.1, 12);
    expect(record.intervalScore).toBeCloseTo(0.1 + (40 * (0.05 + 0.05)) / 3, 12);
    expect(record.naiveAbsoluteError).toBeCloseTo((0.12 + 0.08 + 0.02) / 3, 12);
  });

  it('is unknown without a past', () => {
    expect(trackRecord([])).toMatchObject({
      n: 0,
      meanAbsoluteError: null,
      meanWidth: null,
      intervalScore: null,
      verdict: 'unknown',
    });
    expect(trackRecord([]).coverage.value).toBeNull();
    expect(() => trackRecord([], 1)).toThrow(RangeError);
  });

  it('seldom calls honest intervals overconfident, and sees those that are', () => {
    const random = seededRandom(5);
    const verdicts = (half: number) =>
      Array.from(
        { length: 500 },
        () => trackRecord(Array.from({ length: 20 }, () => given(0, half, random.normal()))).verdict,
      ).filter((verdict) => verdict === 'overconfident').length / 500;
    const [honest, narrow] = [verdicts(1.96), verdicts(1)];
    measured('called overconfident after 20 windows', { 'honest intervals': honest, 'half as wide': narrow });
    expect(honest).toBeLessThan(0.04);
    expect(narrow).toBeGreaterThan(0.8);
  });
});
