import type { FeatureProfile, ReferenceView } from '@plumbline/contracts';
import { number, percent } from '../../../../../lib/format';

/** Where a value lies among those of the reference. `at`: 0…1 for numbers; `share`: how many rows have it, for categories. */
export type Place =
  | { kind: 'numeric'; at: number; odd: boolean; text: string }
  | { kind: 'category'; share: number; odd: boolean; text: string };

const RARE = 0.01;
const TAIL = 0.01;

/** Null where the reference knows nothing of the field. */
export function placeOf(value: unknown, profile: FeatureProfile | undefined): Place | null {
  if (!profile || profile.n + profile.missing === 0) return null;
  if (value === null || value === undefined) {
    const share = profile.missing_rate;
    return {
      kind: 'category',
      share,
      odd: share < RARE,
      text: share === 0 ? 'never missing' : `missing in ${percent(share)}`,
    };
  }
  return profile.type === 'numeric' ? among(Number(value), profile) : category(String(value), profile);
}

function among(x: number, p: FeatureProfile): Place | null {
  const points = pointsOf(p);
  const [first, last] = [points[0], points.at(-1)];
  if (!Number.isFinite(x) || !first || !last) return null;
  if (x < first[0]) return { kind: 'numeric', at: 0, odd: true, text: `below the least, ${number(first[0])}` };
  if (x > last[0]) return { kind: 'numeric', at: 1, odd: true, text: `above the largest, ${number(last[0])}` };
  if (first[0] === last[0]) return { kind: 'numeric', at: 0.5, odd: false, text: 'always this' };
  const at = shareBelow(x, points);
  return { kind: 'numeric', at, odd: at < TAIL || at > 1 - TAIL, text: ordinal(at) };
}

/** (value, share of rows up to it), ascending; from the extremes, the quantiles and the counts of bins. */
function pointsOf(p: FeatureProfile): [number, number][] {
  const points: [number, number][] = Object.entries(p.quantiles ?? {}).map(([q, x]) => [x, Number(q)]);
  const total = (p.counts ?? []).reduce((sum, c) => sum + c, 0);
  if (p.edges && p.counts && total > 0 && p.counts.length === p.edges.length + 1) {
    let below = 0;
    for (const [i, edge] of p.edges.entries()) {
      below += p.counts[i]!;
      points.push([edge, below / total]);
    }
  }
  if (typeof p.min === 'number') points.push([p.min, 0]);
  if (typeof p.max === 'number') points.push([p.max, 1]);
  return points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Between two points in proportion; of a value that many rows have, the middle of them. */
function shareBelow(x: number, points: readonly [number, number][]): number {
  const same = points.filter(([v]) => v === x).map(([, share]) => share);
  if (same.length > 0) return (same[0]! + same.at(-1)!) / 2;
  const i = points.findIndex(([v]) => v > x);
  const [[a, from], [b, to]] = [points[i - 1]!, points[i]!];
  return from + ((x - a) / (b - a)) * (to - from);
}

function category(value: string, p: FeatureProfile): Place {
  const found = p.categories?.findIndex((c) => c.value === value) ?? -1;
  const listed = p.categories?.length ?? 0;
  if (found < 0)
    return (p.distinct ?? listed) > listed
      ? { kind: 'category', share: 0, odd: true, text: `not among the ${listed} most frequent` }
      : { kind: 'category', share: 0, odd: true, text: 'never seen' };
  const share = p.categories![found]!.count / Math.max(1, p.n + p.missing);
  return { kind: 'category', share, odd: share < RARE, text: `in ${percent(share)}` };
}

const ENDING: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd' };
function ordinal(at: number): string {
  const n = Math.round(at * 100);
  if (n === 0) return 'among the least 1 %';
  if (n === 100) return 'among the largest 1 %';
  const teens = n % 100 > 10 && n % 100 < 14;
  return `${n}${(!teens && ENDING[n % 10]) || 'th'} percentile`;
}

/** The reference that rows of a version are held against: the newest of it, otherwise the newest. */
export const referenceFor = (references: readonly ReferenceView[], version: string): ReferenceView | undefined =>
  references.find((r) => r.version === version) ?? references[0];
