/** What survives a multiple-testing correction. */
export interface BenjaminiHochberg {
  /** Rejected at the given false-discovery rate; false where there was no p-value. */
  rejected: boolean[];
  /** Adjusted p-value: the smallest rate at which the hypothesis is rejected; `null` where there was no p-value. */
  q: (number | null)[];
}

/**
 * Benjamini-Hochberg step-up over a family of p-values.
 *
 * Formula: with p_(1) <= ... <= p_(K), q_(i) = min over j >= i of min(1, K p_(j) / j); rejected when q <= alpha.
 * Shapes: K p-values or `null` (no test was possible: skipped, not counted in K). Result in the same order.
 * Domain: 0 <= p <= 1, 0 < alpha < 1. Errors: RangeError otherwise.
 * Controls the false-discovery rate for independent or positively dependent p-values.
 * Source: Benjamini and Hochberg (1995), JRSS B 57, 289-300.
 */
export function benjaminiHochberg(pValues: readonly (number | null)[], alpha: number): BenjaminiHochberg {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`the false-discovery rate is ${alpha}, not between 0 and 1`);
  const tested: { p: number; index: number }[] = [];
  pValues.forEach((p, index) => {
    if (p === null) return;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`not a p-value: ${p}`);
    tested.push({ p, index });
  });
  tested.sort((a, b) => b.p - a.p);
  const q = new Array<number | null>(pValues.length).fill(null);
  let smallest = 1;
  tested.forEach(({ p, index }, fromLargest) => {
    // The ratio first: it is at least 1, so that q >= p holds to the last bit.
    smallest = Math.min(smallest, p * (tested.length / (tested.length - fromLargest)));
    q[index] = smallest;
  });
  return { rejected: q.map((value) => value !== null && value <= alpha), q };
}
