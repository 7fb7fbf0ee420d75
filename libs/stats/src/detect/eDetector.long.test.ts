import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { eDetector, evidenceOf, noEvidence, watchLosses } from './eDetector.js';

const RUNS = 500;

/** Mean rows until it rings; `draw` gives the loss of a row. */
function meanRunLength(baseline: number, alpha: number, draw: (uniform: () => number) => number): number {
  const detector = eDetector({ baseline, alpha });
  const { uniform } = seededRandom(31);
  let rows = 0;
  for (let run = 0; run < RUNS; run++) {
    let state = noEvidence(detector);
    do {
      state = watchLosses(detector, state, { n: 1, sum: draw(uniform) });
      rows += 1;
    } while (!evidenceOf(detector, state).rings);
  }
  return rows / RUNS;
}

describe('run length to a false alarm', () => {
  it.each([
    [0.01, 1e-3],
    [0.05, 1e-3],
    [0.05, 1e-4],
    [0.3, 1e-3],
  ])('errors of %d at alpha %d', (baseline, alpha) => {
    expect(meanRunLength(baseline, alpha, (uniform) => (uniform() < baseline ? 1 : 0))).toBeGreaterThan(1 / alpha);
  });

  it('holds for any losses in [0, 1] of that mean', () => {
    expect(meanRunLength(0.2, 1e-3, (uniform) => (uniform() < 0.4 ? 0.5 : 0))).toBeGreaterThan(1000);
  });
});
