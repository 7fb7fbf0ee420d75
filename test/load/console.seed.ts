import { type EventStore, jsonLines, openEventStore, storeTime } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { eq, getModel, openControl, projects, putModel } from '@plumbline/control';
import { recomputeWindows } from '@plumbline/windows';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NUMBERS = 20;
const TEXTS = 10;
const OPTIONS = { acrossProjects: true, timeoutS: 600 };
export type Size = { models: number; days: number; perHour: number };

export const nameOf = (m: number): string => `model-${String(m).padStart(2, '0')}`;

const chance = (i: number, m: number) => `(sipHash64(number, ${i}, ${m}) / 18446744073709551616.)`;
/** Everybody's features change a little from model to model, so that no two pages are the same. */
const featuresSql = (m: number): string => {
  const numbers = Array.from(
    { length: NUMBERS },
    (_, i) => `'number_${i}', round(${chance(i, m)} * ${10 * (i + 1)}, 3)`,
  );
  const words = `['BR','AR','DE','FR','US','JP','IN','NG']`;
  const texts = Array.from(
    { length: TEXTS },
    (_, i) => `'text_${i}', ${words}[1 + sipHash64(number, ${100 + i}, ${m}) % 8]`,
  );
  return `map(${numbers}) AS nums, map(${texts}) AS cats`;
};

/**
 * A data folder as months of traffic leave it: predictions of every hour until `toMs` with their labels, joined and computed,
 * for the project that the server makes at its first start.
 */
export async function seed(
  dataDir: string,
  { models, days, perHour }: Size,
  toMs: number,
  progress: (line: string) => void,
): Promise<void> {
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: dataDir });
  const store = await openEventStore(config);
  const control = await openControl(config);
  try {
    const [project] = await control.db.select().from(projects).where(eq(projects.name, 'default'));
    const fromMs = toMs - days * DAY_MS;
    const starts = Array.from({ length: days * 24 }, (_, i) => fromMs + i * HOUR_MS);
    for (let m = 0; m < models; m++) {
      const name = nameOf(m);
      await putModel(control.db, project!.id, name, { task: 'binary', classes: ['0', '1'] } as never);
      await fill(store, project!.id, m, { fromMs, rows: starts.length * perHour, perHour });
      const model = await getModel(control.db, project!.id, name);
      for (let at = 0; at < starts.length; at += 30 * 24)
        await recomputeWindows(store, model, starts.slice(at, at + 30 * 24), toMs + DAY_MS);
      progress(`  ${m + 1} of ${models} models`);
    }
  } finally {
    await control.close();
    await store.close();
  }
}

async function fill(
  store: EventStore,
  project: string,
  m: number,
  { fromMs, rows, perHour }: { fromMs: number; rows: number; perHour: number },
): Promise<void> {
  const at = `fromUnixTimestamp64Milli(toInt64(${fromMs} + intDiv(number * ${HOUR_MS}, ${perHour})), 'UTC')`;
  const score = `round(${chance(50, m)}, 4)`;
  const name = nameOf(m);
  await store.command(
    `INSERT INTO ${store.database}.predictions (project, model, version, prediction_id, ts, ts_given, received_at, batch_id, score, nums, cats, payload_hash, inverted_arrival)
     SELECT '${project}', '${name}', 'v1', toString(number), ${at} AS t, true, t, 'bench', ${score}, ${featuresSql(m)}, number, 9000000000000000 - number FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
  await store.command(
    `INSERT INTO ${store.database}.labels (project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id)
     SELECT '${project}', '${name}', 'v1', toString(number), ${at} AS t, t + INTERVAL 1 HOUR, t + INTERVAL 1 HOUR, toString(${chance(60, m)} < ${score} AS y), y, 'api', 'bench' FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
  const names: [string, string, string][] = [
    ...Array.from({ length: NUMBERS }, (_, i) => [`number_${i}`, 'feature', 'numeric'] as [string, string, string]),
    ...Array.from({ length: TEXTS }, (_, i) => [`text_${i}`, 'feature', 'categorical'] as [string, string, string]),
    ['v1', 'version', ''],
  ];
  const [first_ts, last_ts] = [storeTime(fromMs), storeTime(fromMs + (rows / perHour) * HOUR_MS)];
  await store.insert(
    'catalog',
    jsonLines(
      names.map(([of, kind, type]) => ({
        project,
        model: name,
        version: 'v1',
        kind,
        name: of,
        type,
        first_ts,
        last_ts,
      })),
    ),
  );
}
