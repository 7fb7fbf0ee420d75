/** A row as numbers in [0, 1] and as categories, both with null where it has none. */
export type Point = { numbers: readonly (number | null)[]; categories: readonly (string | null)[] };

/** Turns are given to others after so many rounds. */
const YIELD_EVERY = 8;

/**
 * Rows as unlike each other as can be: the first one given, then always the one that is farthest from all chosen (Gonzalez' greedy k-center,
 * within twice the best radius). Distance is Gower's: mean over the fields of |a − b| for numbers, 0 or 1 for categories; a missing value is
 * as far as can be from one that is there. Answers with indices in the order of choosing. O(k · n · fields).
 */
export async function farthestFirst(
  points: readonly Point[],
  k: number,
  turn: () => Promise<void> = async () => {},
): Promise<number[]> {
  if (points.length === 0 || k <= 0) return [];
  const chosen = [0];
  const nearest = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
  while (chosen.length < Math.min(k, points.length)) {
    const last = chosen.at(-1)!;
    nearest[last] = -1;
    let farthest = -1;
    for (let i = 0; i < points.length; i++) {
      if (nearest[i]! < 0) continue;
      nearest[i] = Math.min(nearest[i]!, distance(points[i]!, points[last]!));
      if (farthest === -1 || nearest[i]! > nearest[farthest]!) farthest = i;
    }
    chosen.push(farthest);
    if (chosen.length % YIELD_EVERY === 0) await turn();
  }
  return chosen;
}

export function distance(a: Point, b: Point): number {
  let sum = 0;
  for (let i = 0; i < a.numbers.length; i++) {
    const [x, y] = [a.numbers[i]!, b.numbers[i]!];
    sum += x === null || y === null ? Number(x !== y) : Math.abs(x - y);
  }
  for (let i = 0; i < a.categories.length; i++) sum += Number(a.categories[i] !== b.categories[i]);
  return sum / Math.max(1, a.numbers.length + a.categories.length);
}

/** Values as their ranks in [0, 1], so that neither units nor outliers decide; equal ones share the middle of theirs. */
export function ranks(values: readonly (number | null)[]): (number | null)[] {
  const order = values.flatMap((v, i) => (v === null ? [] : [i])).sort((a, b) => values[a]! - values[b]!);
  const out: (number | null)[] = values.map(() => null);
  const most = Math.max(1, order.length - 1);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[i]!]) end++;
    for (let j = i; j <= end; j++) out[order[j]!] = (i + end) / 2 / most;
    i = end + 1;
  }
  return out;
}
