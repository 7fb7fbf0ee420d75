import type { EventStore } from '@plumbline/clickhouse';
import { jsonLines, storeTime } from '@plumbline/clickhouse';

export const PROJECT = 'bench-project';
export const FROM_MS = Date.UTC(2026, 0, 5);
export const DAY_MS = 86_400_000;
const SLICE = 2_000_000;

/** Which predictions, by number: `perDay` a day, evenly spread from `FROM_MS` on. */
export type History = { model: string; perDay: number };

const random = (n: string, seed: number) => `(sipHash64(${n}, ${seed}) / 18446744073709551616.)`;
const timeOf = (n: string, perDay: number) =>
  `fromUnixTimestamp64Milli(toInt64(${FROM_MS} + intDiv(${n} * ${DAY_MS}, ${perDay})), 'UTC')`;
/** Ids without any order, as clients choose them. */
const idOf = (n: string) =>
  `concat(substring(_h, 1, 8), '-', substring(_h, 9, 4), '-4', substring(_h, 14, 3), '-8', substring(_h, 18, 3), '-', substring(_h, 21, 12))`.replaceAll(
    '_h',
    `lower(hex(sipHash128(${n}, 1)))`,
  );

/** Writes predictions number `from` to `to` as the engine makes them up; they count as joined. */
export async function predictions(
  store: EventStore,
  { model, perDay }: History,
  from: number,
  to: number,
  progress: (line: string) => void,
): Promise<void> {
  for (let at = from; at < to; at += SLICE) {
    const n = Math.min(SLICE, to - at);
    await store.command(
      `INSERT INTO ${store.database}.predictions (project, model, version, prediction_id, ts, ts_given, received_at, batch_id, score, nums, cats, tags, payload_hash, inverted_arrival)
       SELECT '${PROJECT}', '${model}', 'v1', ${idOf('number')}, ${timeOf('number', perDay)} AS t, true, t, 'history-${at}', round(${random('number', 2)}, 4),
         map('age', toFloat64(number % 80), 'income', round(${random('number', 3)} * 1e5)), map('channel', ['web', 'app', 'shop'][1 + number % 3]),
         map('country', ['BR', 'DE', 'FR', 'IN', 'JP', 'US'][1 + sipHash64(number, 4) % 6]), number, 9000000000000000 - number
       FROM numbers(${at}, ${n})`,
      {},
      { timeoutS: 600, acrossProjects: true },
    );
    progress(`  ${Math.round(((at + n - from) / (to - from)) * 100)} % of ${(to - from) / 1e6}M predictions`);
  }
  await store.insert(
    'catalog',
    jsonLines([
      {
        project: PROJECT,
        model,
        version: 'v1',
        kind: 'version',
        name: 'v1',
        type: '',
        first_ts: storeTime(FROM_MS),
        last_ts: storeTime(FROM_MS + (to / perDay) * DAY_MS),
      },
    ]),
  );
}

/** Which predictions get a label. */
export type Labels = { count: number; from: number; to: number; seed: number; hint: boolean };

/**
 * Writes one batch of outcomes, of predictions drawn at random between two numbers, as ingest leaves it for the join. Returns
 * how many there are (a number drawn twice is one outcome).
 */
export async function outcomes(store: EventStore, { model, perDay }: History, labels: Labels): Promise<number> {
  const { count, from, to, seed, hint } = labels;
  const batch = `labels-${seed}`;
  const columns =
    'project, model, prediction_id, ts, ts_given, prediction_ts, label, label_num, source, received_at, batch_id';
  const drawn = `SELECT DISTINCT ${from} + toUInt64(${random('number', seed)} * ${to - from}) AS n FROM numbers(${count})`;
  for (const table of ['outcomes', 'arrived_outcomes'])
    await store.command(
      `INSERT INTO ${store.database}.${table} (${columns})
       SELECT '${PROJECT}', '${model}', ${idOf('n')}, ${timeOf('n', perDay)} + INTERVAL 30 DAY, true, ${hint ? timeOf('n', perDay) : 'NULL'},
         toString(n % 3 = 0), toFloat64(n % 3 = 0), 'api', now64(6), '${batch}' FROM (${drawn})`,
      {},
      { timeoutS: 600, acrossProjects: true },
    );
  const [row] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${drawn})`);
  const time = storeTime(FROM_MS);
  await store.insert(
    'batches',
    jsonLines([
      {
        batch_id: batch,
        project: PROJECT,
        model,
        kind: 'outcomes',
        rows: Number(row!.n),
        duplicates: 0,
        ts_min: time,
        ts_max: time,
        committed_at: storeTime(Date.now()),
      },
    ]),
  );
  return Number(row!.n);
}
