/** A point of a curve in the unit square. */
export interface CurvePoint {
  x: number;
  y: number;
  /** The threshold: rows with a score at least this high are called positive. */
  score: number;
}

/** Points of a drawn curve: more are not seen. */
export const POINTS_MAX = 200;

/**
 * At most `pointsMax` points of a path, with its ends: each kept point is at least a tolerance (the smallest of
 * 2^i/pointsMax that suffices) from the one kept before it, in x or in y.
 *
 * Shapes: points in drawing order. Errors: RangeError for pointsMax < 2.
 */
export function thinPath<T extends { x: number; y: number }>(points: readonly T[], pointsMax = POINTS_MAX): T[] {
  if (!(pointsMax >= 2)) throw new RangeError(`a curve needs two points or more, got ${pointsMax}`);
  if (points.length <= pointsMax) return [...points];
  for (let tolerance = 1 / pointsMax; ; tolerance *= 2) {
    const kept = [points[0]!];
    for (const point of points.slice(1, -1)) {
      const last = kept.at(-1)!;
      if (Math.max(Math.abs(point.x - last.x), Math.abs(point.y - last.y)) >= tolerance) kept.push(point);
      if (kept.length >= pointsMax) break;
    }
    if (kept.length < pointsMax) return [...kept, points.at(-1)!];
  }
}
