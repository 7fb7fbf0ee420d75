import type { EventStore } from '@plumbline/clickhouse';
import type { SliceLoss } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, rowsSql } from '@plumbline/rows';
import type { BinSums } from '@plumbline/stats';
import { type Asked, lossSql } from './rows.js';

/** Bins of time at most. */
const BINS_MAX = 2_000;

/** Rows, losses and their squares per bin of time: of [from + i·step, from + (i + 1)·step) the i-th. Rows without a label count nowhere. */
export async function lossOverTime(
  store: EventStore,
  model: ModelContext,
  loss: SliceLoss,
  q: Asked,
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
  nowMs: number,
): Promise<BinSums[]> {
  const count = Math.ceil((to - from) / stepMs);
  if (!(count >= 1 && count <= BINS_MAX)) throw new RangeError(`1 to ${BINS_MAX} bins of time, not ${count}`);
  const binds = new Binds();
  const lost = lossSql(model, loss, binds, q.field);
  const { unlabelled } = lost;
  const selection = { from, to, filters: q.filters, version: q.version, asOf: q.as_of, knownAt: q.known_at, nowMs };
  const rows = rowsSql(store, model, { ...selection, ...(unlabelled ? { unlabelled } : {}) }, lost.needs, binds);
  const found = await store.query<{ bin: number; n: number; sum: number; squares: number }>(
    `SELECT bin, count() AS n, sum(_loss) AS sum, sum(_loss * _loss) AS squares FROM (
       SELECT intDiv(ms - ${Math.trunc(from)}, ${Math.trunc(stepMs)}) AS bin, assumeNotNull(toFloat64(${lost.loss})) AS _loss FROM (${rows}) WHERE ${lost.has})
     GROUP BY bin ORDER BY bin`,
    binds.params,
    { heavy: true },
  );
  const bins: BinSums[] = Array.from({ length: count }, () => ({ n: 0, sum: 0, squares: 0 }));
  for (const { bin, n, sum, squares } of found)
    bins[Number(bin)] = { n: Number(n), sum: Number(sum), squares: Number(squares) };
  return bins;
}
