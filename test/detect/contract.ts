import type { FeatureProfile, ValueContract } from '@plumbline/contracts';
import { inferValue } from '../../libs/monitors/src/contract/infer.js';
import { judgeCardinality, judgeCategories, judgeRange, quantileOf } from '../../libs/monitors/src/contract/judge.js';
import { GRID } from './features.js';
import { monitorOf, OTHERS } from './rules.js';
import type { KnownFeature } from './stationary.js';

const ROWS_MIN = 50;
export const categoryName = (i: number): string => `c${i}`;
/** Values that occur, by place: a simulated number is its place on the grid. */
const occurring = (counts: readonly number[]): number[] => counts.flatMap((rows, i) => (rows > 0 ? [i] : []));

/** The contract that the reference of a simulated feature lets one expect. */
export function contractOf({ feature, reference, refMissing }: KnownFeature): ValueContract {
  const seen = occurring(reference.grid);
  const profile: FeatureProfile = {
    type: feature.type,
    n: reference.rows,
    missing: refMissing,
    missing_rate: refMissing / (reference.rows + refMissing),
    ...(feature.type === 'numeric'
      ? { min: GRID[seen[0]!]!, max: GRID[seen.at(-1)!]! }
      : {
          categories: seen.map((i) => ({ value: categoryName(i), count: reference.grid[i]! })),
          distinct: seen.length,
        }),
  };
  return inferValue(profile);
}

/** One of 200 names, at the level that the monitor's budget leaves for each. */
export const subjectOf = (name: string, contract: ValueContract) => ({
  ...{ name, contract, rowsMin: ROWS_MIN },
  z: quantileOf(monitorOf('schema', 'values').level, OTHERS + 1),
});

/** Whether the values of a window break the contract, as the data contract monitor judges it. */
export function breaks(
  contract: ValueContract,
  { feature }: KnownFeature,
  counts: readonly number[],
  missing: number,
): boolean {
  const subject = subjectOf(feature.name, contract);
  const seen = occurring(counts);
  const n = counts.reduce((a, b) => a + b, 0);
  if (n + missing < ROWS_MIN || seen.length === 0) return false;
  const findings =
    feature.type === 'numeric'
      ? judgeRange(subject, {
          numeric: n,
          text: 0,
          outside: seen
            .filter((i) => GRID[i]! < (contract.min ?? -Infinity) || GRID[i]! > (contract.max ?? Infinity))
            .reduce((sum, i) => sum + counts[i]!, 0),
          min: GRID[seen[0]!]!,
          max: GRID[seen.at(-1)!]!,
        })
      : [judgeCategories, judgeCardinality].flatMap((judge) =>
          judge(subject, { n, distinct: seen.length, counts: new Map(seen.map((i) => [categoryName(i), counts[i]!])) }),
        );
  return findings.some(({ state }) => state === 'bad');
}
