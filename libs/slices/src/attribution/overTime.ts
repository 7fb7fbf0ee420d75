import type { EventStore } from '@plumbline/clickhouse';
import type { AttributionQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, rowsSql } from '@plumbline/rows';
import type { BinSums } from '@plumbline/stats';
import { metricSql } from './metric.js';

/**
 * A ratio metric per bin of time as a mean: of each row a − M b with M the ratio of all rows, whose mean is 0 and moves where the ratio does.
 * Null for what is no ratio of sums (roc_auc).
 */
export async function metricOverTime(
  store: EventStore,
  model: ModelContext,
  metric: string,
  q: Pick<AttributionQuestion, 'filters' | 'version' | 'known_at' | 'as_of'>,
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
  nowMs: number,
): Promise<BinSums[] | null> {
  const binds = new Binds();
  const { method, a, b, has, needs } = metricSql(model, metric, binds);
  if (method === 'pairs') return null;
  const selection = { from, to, filters: q.filters, version: q.version, asOf: q.as_of, knownAt: q.known_at, nowMs };
  const rows = rowsSql(store, model, selection, needs, binds);
  const found = await store.query<Record<'bin' | 'n' | 'a' | 'b' | 'aa' | 'ab' | 'bb', number>>(
    `SELECT bin, count() AS n, sum(_x) AS a, sum(_y) AS b, sum(_x * _x) AS aa, sum(_x * _y) AS ab, sum(_y * _y) AS bb FROM (
       SELECT intDiv(ms - ${Math.trunc(from)}, ${Math.trunc(stepMs)}) AS bin, assumeNotNull(toFloat64(${a})) AS _x, assumeNotNull(toFloat64(${b})) AS _y
       FROM (${rows}) WHERE ${has}) GROUP BY bin ORDER BY bin`,
    binds.params,
    { heavy: true },
  );
  const all = (key: 'a' | 'b') => found.reduce((sum, row) => sum + Number(row[key]), 0);
  const ratio = all('b') > 0 ? all('a') / all('b') : 0;
  const bins: BinSums[] = Array.from({ length: Math.ceil((to - from) / stepMs) }, () => ({ n: 0, sum: 0, squares: 0 }));
  for (const row of found) {
    const [x, y, xx, xy, yy] = [row.a, row.b, row.aa, row.ab, row.bb].map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    bins[Number(row.bin)] = {
      n: Number(row.n),
      sum: x - ratio * y,
      squares: Math.max(0, xx - 2 * ratio * xy + ratio * ratio * yy),
    };
  }
  return bins;
}
