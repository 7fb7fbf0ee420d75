import { median } from 'simple-statistics';

/** MAD to standard deviation for normal data. */
const MAD_TO_SD = 1.4826;

/** Correction of the MAD's bias in small samples, n = 3 ... 9 (Croux and Rousseeuw 1992, table 2). */
const MAD_BIAS: Readonly<Record<number, number>> = {
  3: 1.495,
  4: 1.363,
  5: 1.206,
  6: 1.2,
  7: 1.14,
  8: 1.129,
  9: 1.107,
};

/**
 * Median, and the standard deviation that the median absolute deviation from it implies: `s = 1.4826 b_n MAD`, b_n = n/(n - 0.8) from n = 10 on.
 *
 * Shapes: n values, any order. Units: those of the values. Domain: n >= 3 for the spread to mean anything. Errors: for no values, as
 * `median` of simple-statistics. Source: Croux and Rousseeuw (1992) for b_n.
 */
export function robustSpread(values: readonly number[]): { centre: number; spread: number } {
  const centre = median(values as number[]);
  const n = values.length;
  const deviation = median(values.map((x) => Math.abs(x - centre)));
  return { centre, spread: MAD_TO_SD * (MAD_BIAS[n] ?? n / (n - 0.8)) * deviation };
}
