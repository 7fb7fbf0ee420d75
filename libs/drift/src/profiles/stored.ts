import { type EventStore, RowReader } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { windowSql } from '@plumbline/rows';
import { mergeProfiles, type NumericProfile, RANKS } from '@plumbline/stats';
import { at } from '../read.js';
import type { StoredReference } from '../reference.js';
import { addCategories, addNumbers, type Found } from './found.js';
import { HOUR_MS, type Part, type ProfiledHour, partParams, partSql, times } from './hours.js';
import type { KeptRange } from './whole.js';

/** Adds what these profiled hours amount to, merged per window in the store. */
export async function findInStored(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  part: Part,
  range: KeptRange,
  hours: readonly ProfiledHour[],
  found: Found,
): Promise<void> {
  const some = hours.filter((h) => h.rows > 0);
  if (some.length === 0) return;
  const params = {
    ...partParams(model, reference.id, part),
    ...times({ from: Math.floor(range.from / HOUR_MS) * HOUR_MS, to: range.to }),
    // Of an hour that was profiled twice the names that vanished are still there, under an earlier time.
    hours: some.map((h) => `${h.hour} ${h.computedAt} ${h.version}`),
  };
  const from = (kind: string, columns: string) => `(
    SELECT name, ${columns}, ${windowSql(range.granularity, range.from)} AS win FROM (
      SELECT name, ${columns}, toUnixTimestamp64Milli(window_start) AS ms FROM ${store.database}.profiles
      WHERE ${partSql} AND kind = '${kind}' AND concat(toString(ms), ' ', toString(toUnixTimestamp64Milli(computed_at)), ' ', version) IN {hours:Array(String)}
      LIMIT 1 BY window_start, version, name))`;
  const [words, binary] = await Promise.all([
    store.query<{ win: number; name: string; n: number; kept: [string[], number[]] }>(
      `SELECT win, name, sum(n) AS n, sumMap(categories, counts) AS kept FROM ${from('categorical', 'n, categories, counts')} GROUP BY win, name`,
      params,
    ),
    store.queryBinary(
      `SELECT toInt64(win), toString(name), groupArray(toFloat64(n)), groupArray(mean), groupArray(m2), [min(min), max(max)],
              arrayMap(c -> toFloat64(c), sumForEach(counts)), sumForEach(offsets), ${ranksSql}
       FROM ${from('numeric', 'n, mean, m2, min, max, counts, offsets, ranks')} GROUP BY win, name`,
      params,
    ),
  ]);
  for (const { win, name, n, kept } of words)
    addCategories(found, at(Number(win), name), {
      n: Number(n),
      counts: new Map(kept[0].map((value, i) => [value, Number(kept[1][i])])),
    });
  for (const reader = new RowReader(binary); !reader.done; ) {
    const key = at(reader.int64(), reader.text());
    addNumbers(found, key, readProfile(reader));
  }
}

/** The ranks of the hours together, each with the rows that it stands for. */
const ranksSql = `quantilesExactWeightedArray(${Array.from({ length: RANKS }, (_, i) => (i + 0.5) / RANKS).join(', ')})(
  ranks, arrayWithConstant(length(ranks), toUInt64(greatest(1, intDiv(n * ${RANKS}, greatest(1, length(ranks)))))))`;

function readProfile(reader: RowReader): NumericProfile {
  const [ns, means, m2s] = [reader.float64s(), reader.float64s(), reader.float64s()];
  const [min, max] = reader.float64s() as unknown as [number, number];
  const [counts, offsets, ranks] = [reader.float64s(), reader.float64s(), reader.float64s()];
  const none = new Float64Array();
  const moments = mergeProfiles(
    Array.from(ns, (n, i) => ({ n, mean: means[i]!, m2: m2s[i]!, min, max, counts: none, offsets: none, ranks: none })),
  )!;
  const { n, mean, m2 } = moments;
  return { n, mean, m2, min, max, counts, offsets, ranks };
}
