import { type Delays, delaysAt, unlessTooHeavy } from '../delays/delays.js';
import { shareSql } from '../delays/maturity.js';
import { type Moment, momentMs } from '../delays/observe.js';
import { WINDOWS_MAX } from './metrics.js';
import type { Reading, Sums } from './task.js';

/** One window and group: how many rows, how many labelled, and what the delay curve says of their ages. */
export type Counts = Record<string, unknown> & {
  w: number;
  predictions: number;
  labelled: number;
  p50: number | null;
  p95: number | null;
  /** Mean of F over the ages; `null` without a curve. */
  share: number | null;
  newest: number;
};

/**
 * Counts of every window and group, one more than there may be at most. Rows of a reference have no moment and no delays. Quantiles of
 * the latency only if they are asked for. `at` is SQL of the time (epoch ms) at which a row is looked at, if that is not the moment.
 */
export async function readCounts(
  asked: Reading,
  moment: Moment | null,
  { sums, latency, at }: { sums?: Sums; latency: boolean; at?: string },
): Promise<{ counts: Counts[]; delays: Delays | null }> {
  const { store, model } = asked;
  if (moment === null) return { counts: await read(asked, null, '0', sums, latency), delays: null };
  const atSql = at ?? asked.binds.bind(Math.trunc(momentMs(moment)), 'Int64');
  let delays = await unlessTooHeavy(delaysAt(store, model, moment));
  let counts = await read(asked, delays, atSql, sums, latency);
  // The kept curve is from before the first label of this model.
  if (delays?.labelled === 0 && counts.some((c) => Number(c.labelled) > 0)) {
    delays = await unlessTooHeavy(delaysAt(store, model, moment, true));
    counts = await read(asked, delays, atSql, sums, latency);
  }
  return { counts, delays };
}

function read(
  { store, rows, keys, binds, options }: Reading,
  delays: Delays | null,
  at: string,
  sums: Sums | undefined,
  latency: boolean,
): Promise<Counts[]> {
  const quantile = (p: number) => (latency ? `quantileExactInclusive(${p})(latency_ms)` : 'NULL');
  return store.query<Counts>(
    `SELECT ${keys.names}, count() AS predictions, countIf(has_label) AS labelled, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95,
       avg(_share) AS share, max(ms) AS newest${sums ? `, ${sums.sums}` : ''}
     FROM (SELECT ${keys.select}, has_label, latency_ms, ms, ${shareSql(delays, at, binds)} AS _share${sums ? `, ${sums.columns}` : ''} FROM (${rows})) GROUP BY ${keys.names} ORDER BY ${keys.names} LIMIT ${WINDOWS_MAX + 1}`,
    binds.params,
    options,
  );
}
