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
 * At most `pointsMax` points of a path, with its ends and with the corners: each other point kept is at least a tolerance
 * (the smallest of 2^i/pointsMax that suffices) from the one kept before it, in x or in y.
 *
 * Shapes: points in drawing order, `corners` some of them; when they alone are more than half of pointsMax they are thinned
 * like a path of their own. Errors: RangeError for pointsMax < 2.
 */
export function thinPath<T extends { x: number; y: number }>(
  points: readonly T[],
  pointsMax = POINTS_MAX,
  corners: readonly T[] = [],
): T[] {
  if (!(pointsMax >= 2)) throw new RangeError(`a curve needs two points or more, got ${pointsMax}`);
  if (points.length <= pointsMax) return [...points];
  const half = Math.floor(pointsMax / 2);
  const always = new Set(half >= 2 ? thinPath(corners, half) : []);
  for (let tolerance = 1 / pointsMax; ; tolerance *= 2) {
    const kept = [points[0]!];
    for (const point of points.slice(1, -1)) {
      const last = kept.at(-1)!;
      const far = Math.max(Math.abs(point.x - last.x), Math.abs(point.y - last.y)) >= tolerance;
      if (far || always.has(point)) kept.push(point);
      if (kept.length >= pointsMax) break;
    }
    if (kept.length < pointsMax) return [...kept, points.at(-1)!];
  }
}

/**
 * Corners of the upper convex hull of a path from left to right: of a ROC curve the thresholds that are best for some cost.
 *
 * Shapes: points ascending in x, and in y where x is equal. Source: Andrew (1979), Information Processing Letters 9, 216-219.
 */
export function upperHull<T extends { x: number; y: number }>(points: readonly T[]): T[] {
  const hull: T[] = [];
  for (const point of points) {
    while (hull.length > 1) {
      const [a, b] = [hull.at(-2)!, hull.at(-1)!];
      if ((b.x - a.x) * (point.y - a.y) < (b.y - a.y) * (point.x - a.x)) break;
      hull.pop();
    }
    hull.push(point);
  }
  return hull;
}
