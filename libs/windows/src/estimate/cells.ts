import type { EventStore } from '@plumbline/clickhouse';
import type { Binds } from '@plumbline/rows';

/** Groups of rows that one question may read into memory. */
export const GROUPS_MAX = 200_000;
const CELLS_MAX = 2_000;
const CELLS_MIN = 32;

/** How scores (column `s`) are grouped: by what, and the score that stands for a group. */
export type Cells = { by: string; score: string };

/**
 * Rows with equal scores are one group. Where there are too many distinct scores, those between two quantiles are one, with
 * their mean as score. `scored` is SQL of rows with `s`; `rows` an upper bound of their number, `parts` the windows they fall in.
 */
export async function scoreCells(
  store: EventStore,
  scored: string,
  binds: Binds,
  options: object,
  size: { rows: number; parts: number; groupsMax?: number },
): Promise<Cells> {
  const groupsMax = size.groupsMax ?? GROUPS_MAX;
  const exact = { by: 's', score: 'any(s)' };
  if (size.rows <= groupsMax) return exact;
  const cells = Math.max(CELLS_MIN, Math.min(CELLS_MAX, Math.floor(groupsMax / (2 * Math.max(1, size.parts)))));
  const levels = Array.from({ length: cells - 1 }, (_, i) => (i + 1) / cells);
  const [row] = await store.query<{ distinct: number; edges: number[] }>(
    `SELECT uniqCombined(s) AS distinct, quantilesTDigest(${levels.join(', ')})(s) AS edges FROM (${scored})`,
    binds.params,
    options,
  );
  // Both classes of every score in every window, at worst.
  if (!row || Number(row.distinct) * 2 * size.parts <= groupsMax) return exact;
  const edges = [...new Set([Number.MIN_SAFE_INTEGER, ...row.edges.map(Number)])].sort((a, b) => a - b);
  return { by: `roundDown(s, ${binds.bind(edges, 'Array(Float64)')})`, score: 'avg(s)' };
}
