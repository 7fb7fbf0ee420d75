import { type Delays, delaysAt, unlessTooHeavy } from '../delays/delays.js';
import { shareSql } from '../delays/maturity.js';
import { type Moment, momentMs } from '../delays/observe.js';
import { WINDOWS_MAX } from './metrics.js';
import { placementsSql } from './rank.js';
import type { Found, Reading, Sums } from './task.js';

/** One window and group: how many rows, how many labelled, and what the delay curve says of their ages. */
export type Counts = Found & {
  predictions: number;
  labelled: number;
  p50: number | null;
  p95: number | null;
  /** Mean of F over the ages; `null` without a curve. */
  share: number | null;
  newest: number;
};
type Asked = {
  sums?: Sums;
  /** Quantiles of the latency as well. */
  latency: boolean;
  /** SQL of the time (epoch ms) at which a row is looked at, if that is not the moment. */
  at?: string;
};
const NO_LATENCY = { p50: null, p95: null };

/** Counts of every window and group, one more than there may be at most. Rows of a reference have no moment and no delays. */
export async function readCounts(
  reading: Reading,
  moment: Moment | null,
  { sums, latency, at }: Asked,
): Promise<{ counts: Counts[]; delays: Delays | null }> {
  const [quantiles, { counts, delays }] = await Promise.all([
    latency ? readLatency(reading) : null,
    moment === null ? atNoMoment(reading, sums) : atMoment(reading, moment, sums, at),
  ]);
  const withLatency = (c: Found) => ({ ...c, ...(quantiles?.get(reading.keys.of(c)) ?? NO_LATENCY) }) as Counts;
  return { counts: counts.map(withLatency), delays };
}

const atNoMoment = async (reading: Reading, sums: Sums | undefined) => ({
  counts: await read(reading, null, '0', sums),
  delays: null,
});

async function atMoment(reading: Reading, moment: Moment, sums: Sums | undefined, at: string | undefined) {
  const { store, model } = reading;
  const atSql = at ?? reading.binds.bind(Math.trunc(momentMs(moment)), 'Int64');
  let delays = await unlessTooHeavy(delaysAt(store, model, moment));
  let counts = await read(reading, delays, atSql, sums);
  // The kept curve is from before the first label of this model.
  if (delays?.labelled === 0 && counts.some((c) => Number(c.labelled) > 0)) {
    delays = await unlessTooHeavy(delaysAt(store, model, moment, true));
    counts = await read(reading, delays, atSql, sums);
  }
  return { counts, delays };
}

/** Adding up what scores are alike, ranking them, and adding up the windows is one pass over the rows. */
function read(
  { store, rows, keys, binds, options }: Reading,
  delays: Delays | null,
  at: string,
  sums: Sums | undefined,
): Promise<Found[]> {
  const k = keys.names;
  const names = Object.keys(sums?.adding ?? {});
  const adding = Object.entries(sums?.adding ?? {}).map(([name, sql]) => `, ${sql} AS _row${name}`);
  const each = `SELECT ${keys.select}, toUInt64(has_label) AS _row_l, ${shareSql(delays, at, binds)} AS _row_share, ms AS _row_at
    ${sums ? `, ${sums.row}${adding.join('')}` : ''} FROM (${rows})`;
  const all = (of: (name: string) => string) => names.map((name) => `, ${of(name)} AS ${name}`).join('');
  const cells = sums?.ranked
    ? `SELECT *, sum(_p) OVER _down AS _cp, sum(_q) OVER _down AS _cq FROM (
         SELECT ${k}, _s, count() AS _n, sum(_row_l) AS _l, sum(_row_share) AS _share, max(_row_at) AS _at${all((name) => `sum(_row${name})`)}
         FROM (${each}) GROUP BY ${k}, _s
       ) WINDOW _down AS (PARTITION BY ${k} ORDER BY _s DESC NULLS LAST ROWS UNBOUNDED PRECEDING)`
    : `SELECT ${k}, 1 AS _n, _row_l AS _l, _row_share AS _share, _row_at AS _at${sums ? ', _s' : ''}${all((name) => `_row${name}`)} FROM (${each})`;
  return store.query<Found>(
    `SELECT ${k}, sum(_n) AS predictions, sum(_l) AS labelled, sum(_share) / sum(_n) AS share, max(_at) AS newest
       ${sums ? `, ${sums.sums}` : ''}${sums?.ranked ? `, ${placementsSql('_p', '_q', '_cp', '_cq')}` : ''}
     FROM (${cells}) GROUP BY ${k} ORDER BY ${k} LIMIT ${WINDOWS_MAX + 1}`,
    binds.params,
    options,
  );
}

async function readLatency({ store, rows, keys, binds, options }: Reading): Promise<Map<string, typeof NO_LATENCY>> {
  const quantile = (p: number) => `quantileExactInclusive(${p})(latency_ms)`;
  const found = await store.query<Found & typeof NO_LATENCY>(
    `SELECT ${keys.names}, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95
     FROM (SELECT ${keys.select}, latency_ms FROM (${rows}) WHERE isNotNull(latency_ms)) GROUP BY ${keys.names} LIMIT ${WINDOWS_MAX + 1}`,
    binds.params,
    options,
  );
  return new Map(found.map((row) => [keys.of(row), { p50: row.p50, p95: row.p95 }]));
}
