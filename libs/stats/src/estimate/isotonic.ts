/** Labelled rows that have one score: how many there are, and how many of them are positive. */
export interface ScoredOutcomes {
  score: number;
  positives: number;
  count: number;
}

/**
 * A calibration map as knots, JSON-able: p rises from `y[i]` at `x[i]` to `y[i+1]` at `x[i+1]`. `n[i]` are the reference
 * rows behind y[i] (knots of one plateau share them), which say how sure it is.
 */
export interface Calibrator {
  x: number[];
  y: number[];
  n: number[];
}

/** Knots that a calibrator is cut to; beyond, neighbouring plateaus of the nearest height are merged. */
export const KNOTS_MAX = 1000;

interface Block {
  first: number;
  last: number;
  positives: number;
  count: number;
}

/**
 * Isotonic calibration of scores: the rising map that fits 1[positive] best in squares, by pool-adjacent-violators.
 *
 * Equal scores are averaged first; knots are the ends of every plateau; in between lies a line, outside the nearest knot
 * holds. Shapes: groups of rows in any order, equal scores may come apart. O(n log n). Size: at most `knotsMax` knots.
 * Domain: finite scores, 0 <= positives <= count; `null` without rows. Errors: RangeError for bad counts or knotsMax < 4.
 * Source: Barlow, Bartholomew, Bremner and Brunk (1972); Zadrozny and Elkan (2002).
 */
export function isotonicCalibrator(groups: Iterable<ScoredOutcomes>, knotsMax = KNOTS_MAX): Calibrator | null {
  if (!(knotsMax >= 4)) throw new RangeError(`a calibrator needs four knots or more, got ${knotsMax}`);
  const blocks: Block[] = [];
  for (const group of byScore(groups)) {
    let block = group;
    // Means are compared as fractions of counts: no rounding decides what is pooled.
    for (let last = blocks.at(-1); last !== undefined && atLeast(last, block); last = blocks.at(-1)) {
      block = pool(last, block);
      blocks.pop();
    }
    blocks.push(block);
  }
  if (blocks.length === 0) return null;
  const calibrator: Calibrator = { x: [], y: [], n: [] };
  for (const { first, last, positives, count } of mergeNearest(blocks, knotsMax)) {
    for (const x of first === last ? [first] : [first, last]) {
      calibrator.x.push(x);
      calibrator.y.push(positives / count);
      calibrator.n.push(count);
    }
  }
  return calibrator;
}

/** Where a score lies: between the knots `index` and `index + 1`, a share `t` of the way (t = 0 on or outside a knot). */
export function knotPosition({ x }: Calibrator, score: number): { index: number; t: number } {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  const index = Math.max(0, low - 1);
  if (low === 0 || low === x.length) return { index, t: 0 };
  return { index, t: (score - x[index]!) / (x[index + 1]! - x[index]!) };
}

/** Calibrated probability of a score. Shapes: scalar. Domain: any finite score; outside the knots the nearest one holds. */
export function calibrate(calibrator: Calibrator, score: number): number {
  const { index, t } = knotPosition(calibrator, score);
  const y = calibrator.y[index]!;
  return t === 0 ? y : y + (calibrator.y[index + 1]! - y) * t;
}

function byScore(groups: Iterable<ScoredOutcomes>): Block[] {
  const at = new Map<number, Block>();
  for (const { score, positives, count } of groups) {
    if (!Number.isFinite(score) || !(count >= 0) || !(positives >= 0 && positives <= count)) {
      throw new RangeError(`not a group of scored rows: score ${score}, ${positives} positives of ${count}`);
    }
    if (count === 0) continue;
    const block = at.get(score + 0);
    if (block) {
      block.positives += positives;
      block.count += count;
    } else at.set(score + 0, { first: score + 0, last: score + 0, positives, count });
  }
  return [...at.values()].sort((a, b) => a.first - b.first);
}

const atLeast = (a: Block, b: Block) => a.positives * b.count >= b.positives * a.count;

const pool = (a: Block, b: Block): Block => ({
  first: a.first,
  last: b.last,
  positives: a.positives + b.positives,
  count: a.count + b.count,
});

/** Halves the blocks, each time along pairs whose means are nearest, until their knots are few enough. */
function mergeNearest(blocks: Block[], knotsMax: number): Block[] {
  let merged = blocks;
  while (2 * merged.length > knotsMax && merged.length > 1) {
    const gaps = merged.slice(1).map((b, i) => b.positives / b.count - merged[i]!.positives / merged[i]!.count);
    const excess = Math.max(1, merged.length - Math.floor(knotsMax / 2));
    const limit = gaps.toSorted((a, b) => a - b)[Math.min(excess, gaps.length) - 1]!;
    const next: Block[] = [];
    let justMerged = false;
    merged.forEach((block, i) => {
      justMerged = i > 0 && !justMerged && gaps[i - 1]! <= limit;
      if (justMerged) next.push(pool(next.pop()!, block));
      else next.push(block);
    });
    merged = next;
  }
  return merged;
}
