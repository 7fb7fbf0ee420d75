import { total } from '../distance/shares.js';

/** Expected rows below which a bin is too rare to be tested on its own. */
export const EXPECTED_ROWS_MIN = 5;

/** Rows added to every bin before a test, so that an empty one is not an infinite surprise. */
export const PSEUDO_ROWS = 0.5;

/** Two histograms made fit for a chi-square approximation. */
export interface TestedCounts {
  ref: number[];
  cur: number[];
}

/**
 * Groups rare bins until each group expects at least five rows in the smaller sample, and adds half a row to each group of
 * both samples. Bins that occur in neither sample are dropped.
 *
 * Why: with the 1e-4 rule one empty bin adds 0.7 to the PSI of 50 rows; without grouping, two samples of 100 rows from
 * one 50-category source exceed a PSI of 0.1 significantly in 79 % of cases, with it in less than 1 % (drift.test.ts). Which bins form a
 * group depends on their index and total only, so it does not bias the test, and merging bins never increases a
 * divergence, so "true effect at most the floor" stays true. The members are drawn by a fixed shuffle: neighbours
 * in name order ("x", "x_v2") would cancel when one replaces the other.
 * Shapes: two arrays of counts over the same bins, in an order that does not depend on the counts (bins ascending,
 * categories by name). Result: the well-filled bins in order, then the groups. Errors: RangeError for bad counts.
 */
export function testedCounts(refCounts: ArrayLike<number>, curCounts: ArrayLike<number>): TestedCounts {
  const n = total(refCounts);
  const m = total(curCounts);
  const smallerShare = Math.min(n, m) / (n + m);
  const isRare = (rows: number) => rows * smallerShare < EXPECTED_ROWS_MIN;
  const ref: number[] = [];
  const cur: number[] = [];
  const rare: number[] = [];
  for (let i = 0; i < refCounts.length; i++) {
    if (refCounts[i]! + curCounts[i]! === 0) continue;
    if (isRare(refCounts[i]! + curCounts[i]!)) {
      rare.push(i);
      continue;
    }
    ref.push(refCounts[i]!);
    cur.push(curCounts[i]!);
  }
  rare.sort((a, b) => scramble(a) - scramble(b));
  const wellFilled = ref.length;
  let open = false;
  for (const i of rare) {
    if (!open) {
      ref.push(0);
      cur.push(0);
    }
    const group = ref.length - 1;
    ref[group]! += refCounts[i]!;
    cur[group]! += curCounts[i]!;
    open = isRare(ref[group]! + cur[group]!);
  }
  // What is left over joins the group before it; alone it stays, however small.
  if (open && ref.length - wellFilled > 1) {
    const leftRef = ref.pop()!;
    const leftCur = cur.pop()!;
    ref[ref.length - 1]! += leftRef;
    cur[cur.length - 1]! += leftCur;
  }
  return { ref: ref.map((rows) => rows + PSEUDO_ROWS), cur: cur.map((rows) => rows + PSEUDO_ROWS) };
}

/** A fixed pseudo-random number for an index (the finaliser of MurmurHash3). */
function scramble(index: number): number {
  let x = index + 1;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * By how much the PSI's standard error at this effect exceeds the noncentral chi-square's, at least 1.
 *
 * The chi-square law takes the reference's shares for both samples; when a rare bin grows or vanishes the index is more
 * variable than that. Delta method: Var = Var_q(l + 1 - p/q)/m + Var_p(-l + 1 - q/p)/n with l = ln(q/p), against
 * 4 PSI (1/n + 1/m). Shapes: positive counts of both samples over the same bins.
 */
export function psiNoiseInflation({ ref, cur }: TestedCounts): number {
  const n = total(ref);
  const m = total(cur);
  const inCur = { mean: 0, square: 0 };
  const inRef = { mean: 0, square: 0 };
  let index = 0;
  ref.forEach((rows, i) => {
    const p = rows / n;
    const q = cur[i]! / m;
    const logRatio = Math.log(q / p);
    const slopeCur = logRatio + 1 - p / q;
    const slopeRef = -logRatio + 1 - q / p;
    index += (q - p) * logRatio;
    inCur.mean += q * slopeCur;
    inCur.square += q * slopeCur * slopeCur;
    inRef.mean += p * slopeRef;
    inRef.square += p * slopeRef * slopeRef;
  });
  if (!(index > 0)) return 1;
  const variance = (inCur.square - inCur.mean ** 2) / m + (inRef.square - inRef.mean ** 2) / n;
  return Math.max(1, Math.sqrt(variance / (4 * index * (1 / n + 1 / m))));
}
