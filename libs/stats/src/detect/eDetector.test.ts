import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { type EDetector, eDetector, evidenceOf, noEvidence, watchLosses } from './eDetector.js';

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const detector = eDetector({ baseline: 0.05 });

/** The formula as it is written, one component, without logarithms. */
function byDefinition(lambda: number, baseline: number, steps: readonly { n: number; sum: number }[]): number {
  let m = 0;
  for (const { n, sum } of steps)
    m = (n + m) * (Math.exp(lambda * sum) / (1 - baseline + baseline * Math.exp(lambda)) ** n);
  return m;
}

const watch = (steps: readonly { n: number; sum: number }[], with_: EDetector = detector) =>
  steps.reduce((state, step) => watchLosses(with_, state, step), noEvidence(with_));

function labelsUntilAlarm(rate: number, seed: number, perStep = 1): number {
  const random = seededRandom(seed);
  let state = noEvidence(detector);
  for (let labels = perStep; ; labels += perStep) {
    state = watchLosses(detector, state, { n: perStep, sum: random.binomial(perStep, rate) });
    if (evidenceOf(detector, state).rings) return labels;
  }
}

const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

describe('eDetector', () => {
  it('is the mixture of the recursions', () => {
    const steps = fc.array(
      fc
        .integer({ min: 0, max: 30 })
        .chain((n) => fc.record({ n: fc.constant(n), sum: fc.double({ min: 0, max: n, noNaN: true }) })),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const expected = mean(detector.lambdas.map((lambda) => byDefinition(lambda, 0.05, taken)));
        const { log } = evidenceOf(detector, watch(taken));
        if (expected === 0) expect(log).toBe(Number.NEGATIVE_INFINITY);
        else expect(log).toBeCloseTo(Math.log(expected), 9);
      }),
    );
  });

  it('is worth one before each row at most on average: an e-value of one row', () => {
    for (const [i, lambda] of detector.lambdas.entries()) {
      const afterMiss = Math.exp(watch([{ n: 1, sum: 0 }])[i]!);
      const afterHit = Math.exp(watch([{ n: 1, sum: 1 }])[i]!);
      expect(0.95 * afterMiss + 0.05 * afterHit, `lambda ${lambda}`).toBeCloseTo(1, 12);
    }
  });

  it('stays finite where evidence has no end', () => {
    const { log, rings } = evidenceOf(detector, watch(Array.from({ length: 50 }, () => ({ n: 1e6, sum: 1e6 }))));
    expect(rings).toBe(true);
    expect(Number.isFinite(log)).toBe(true);
    expect(evidenceOf(detector, noEvidence(detector))).toEqual({ log: Number.NEGATIVE_INFINITY, rings: false });
    expect(evidenceOf(detector, watch([{ n: 0, sum: 0 }])).rings).toBe(false);
  });

  it('rings within some hundred labels after errors doubled, and sooner after more', () => {
    const delay = (rate: number) => mean(Array.from({ length: 100 }, (_, i) => labelsUntilAlarm(rate, 900 + i)));
    expect(delay(0.1)).toBeLessThan(400);
    expect(delay(0.2)).toBeLessThan(100);
  });

  it('passes ten thousand labels before a false alarm, one at a time and in steps', () => {
    for (const perStep of [1, 50]) {
      const lengths = Array.from({ length: 40 }, (_, i) => labelsUntilAlarm(0.05, 7000 + i, perStep));
      expect(mean(lengths), `${perStep} a step`).toBeGreaterThan(10_000);
    }
  });

  it('refuses what it cannot watch', () => {
    expect(() => eDetector({ baseline: 0 })).toThrow(RangeError);
    expect(() => eDetector({ baseline: 0.1, alpha: 1 })).toThrow(RangeError);
    expect(() => eDetector({ baseline: 0.1, lambdas: [] })).toThrow(RangeError);
    expect(() => eDetector({ baseline: 0.1, lambdas: [-1] })).toThrow(RangeError);
    expect(() => watchLosses(detector, noEvidence(detector), { n: 1, sum: 2 })).toThrow(RangeError);
  });
});
