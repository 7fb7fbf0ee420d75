import { type DelayCurve, shareKnown } from '../delay/curve.js';

/** How labelled rows are weighted for the labels that have not come yet. JSON-able. */
export interface DelayWeights {
  /** Curve of each class that has one. */
  byClass: Record<string, DelayCurve>;
  /** Curve of the classes that have none. */
  other: DelayCurve | null;
  /** Youngest usable age: no class's F is below `floor` of its plateau from there on. */
  fromAge: number;
  floor: number;
  /** Whether weights are 1/F (all curves absolute) or plateau/F. */
  absolute: boolean;
}

/** Least share of a class's labels that must be in at an age, so that no row weighs more than ten. */
export const SHARE_FLOOR = 0.1;

/**
 * Weights by Horvitz-Thompson, `w = 1/F_class(age)`: a labelled row stands for all rows of its class and age, of which
 * only the share F is known by now. `age` is the age of the prediction now, not the delay of its label.
 *
 * Weights are bounded by leaving ages out, not by cutting weights (which would bring the bias back): rows younger than
 * `fromAge`, labelled or not, take no part, and the corrected metric speaks of the older rest of the window.
 * If a curve is relative (truncated) all are used relative to their plateau: that supposes that the share of labels that
 * never come is the same in all classes. A constant factor does not matter, metrics are self-normalised.
 * Shapes: curves by true class, and one for the other classes. Units: those of the curves. Domain: 0 < floor <= 1; `null`
 * when no age is usable, so that some class cannot be seen at all.
 * Errors: RangeError for the floor. Source: Horvitz and Thompson (1952), JASA 47, 663-685.
 */
export function delayWeights(
  byClass: Record<string, DelayCurve>,
  other: DelayCurve | null,
  floor = SHARE_FLOOR,
): DelayWeights | null {
  if (!(floor > 0 && floor <= 1)) throw new RangeError(`the floor is ${floor}, not in (0, 1]`);
  const curves = [...Object.values(byClass), ...(other === null ? [] : [other])];
  let fromAge = 0;
  for (const { ages, shares } of curves) {
    const first = shares.findIndex((share) => share > 0 && share >= floor * shares.at(-1)!);
    if (first < 0) return null;
    fromAge = Math.max(fromAge, ages[first]!);
  }
  if (curves.length === 0) return null;
  return { byClass, other, fromAge, floor, absolute: curves.every((curve) => curve.known === 'censored') };
}

/**
 * Weight of a labelled row, and the relative standard error of F behind it; `null` for a row that takes no part (too
 * young, or of a class without any curve).
 *
 * Shapes: true class as text, age of the prediction now. Units: the curves'. Bounded by 1/(floor · plateau).
 */
export function weightAt(
  weights: DelayWeights,
  className: string,
  age: number,
): { weight: number; relativeError: number } | null {
  if (age < weights.fromAge) return null;
  const curve = Object.hasOwn(weights.byClass, className) ? weights.byClass[className]! : weights.other;
  const known = curve === null ? null : shareKnown(curve, age);
  if (known === null || known.share === 0) return null;
  const top = weights.absolute ? 1 : curve!.shares.at(-1)!;
  return { weight: top / known.share, relativeError: known.error / known.share };
}
