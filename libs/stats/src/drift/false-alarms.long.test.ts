import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulate/random.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { driftVerdictFromCounts } from './verdict.js';

const FEATURES = 200;
const DAYS = 365;
const REFERENCE_ROWS = 20_000;
const FLOOR = 0.1;
const FDR = 0.05;
const MONTHS = DAYS / 30;

/** A year of one model without any drift: 200 features of ten bins or of thirty unequal categories, judged daily as the drift monitor does. */
function ringingDays(rows: number, seed: number): { monitor: number; plainPsi: number } {
  const random = seededRandom(seed);
  const weights = Array.from({ length: FEATURES }, (_, f) =>
    f % 2 === 0 ? Array.from({ length: 10 }, () => 1) : Array.from({ length: 30 }, (_, k) => 1 / (k + 1)),
  );
  const reference = weights.map((w) => random.multinomial(REFERENCE_ROWS, w));
  let monitor = 0;
  let plainPsi = 0;
  for (let day = 0; day < DAYS; day++) {
    const verdicts = weights.map((w, f) =>
      driftVerdictFromCounts({
        measure: 'psi',
        floor: FLOOR,
        refCounts: reference[f]!,
        curCounts: random.multinomial(rows, w),
      }),
    );
    const { rejected } = benjaminiHochberg(
      verdicts.map((v) => v.pNoDrift),
      FDR,
    );
    if (verdicts.some((v, f) => v.exceeds && rejected[f])) monitor++;
    if (verdicts.some((v) => v.value !== null && v.value > 0.2)) plainPsi++;
  }
  return { monitor, plainPsi };
}

describe('a stationary model with 200 features', () => {
  it.each([
    [50, 1],
    [200, 2],
    [1000, 3],
  ])('rings at most once a month with %i rows a day', (rows, seed) => {
    const { monitor, plainPsi } = ringingDays(rows, seed);
    process.stdout.write(
      `${rows} rows a day: ${(monitor / MONTHS).toFixed(2)} false alarms per model-month; the rule PSI > 0.2 rings on ${plainPsi} of ${DAYS} days\n`,
    );
    expect(monitor / MONTHS).toBeLessThanOrEqual(1);
  });
});
