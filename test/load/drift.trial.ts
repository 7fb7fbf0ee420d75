import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import type { ModelContext } from '@plumbline/control';
import { getModel, openControl, projects, putModel } from '@plumbline/control';
import {
  drift,
  forgetReferences,
  keepProfiles,
  keptRange,
  kindsOf,
  profile,
  referenceSource,
  SOURCE_COLUMNS,
  type Source,
  type StoredReference,
} from '@plumbline/drift';
import { Binds, hasCopies, rowsSql } from '@plumbline/rows';
import { recomputeWindows } from '@plumbline/windows';
import type { Trial } from '../trial.js';
import { PROJECT } from './history.js';
import { cpuSeconds, quantile, rounded } from './process.js';
import { untilIdle } from './settle.js';

const FROM_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NUMBERS = 12;
const TEXTS = 8;
const TIMES = 5;
/** A few dozen milliseconds each: often enough for the code to be compiled, as in a server that runs. */
const PROFILE_TIMES = 25;
const OPTIONS = { acrossProjects: true, timeoutS: 600 };

/** Counts, prices, shares, measurements (of each kind three) and words of eight kinds; what is current is a little further on. */
const numberSql = (i: number, seed: number): string => {
  const u = `(sipHash64(number, ${i}, ${seed}) / 18446744073709551616.)`;
  return [`floor(${u} * 1000)`, `round(${u} * 1e5) / 100`, `round(pow(${u}, 2) * 1e4) / 1e4`, `${u} * 10 - 5`][i % 4]!;
};
const featuresSql = (seed: number): string => {
  const numbers = Array.from(
    { length: NUMBERS },
    (_, i) => `'number_${i}', toFloat64(${numberSql(i, seed)}) + ${seed / 100}`,
  );
  const texts = Array.from(
    { length: TEXTS },
    (_, i) => `'text_${i}', ['BR','AR','DE','FR','US','JP','IN','NG'][1 + sipHash64(number, ${100 + i}, ${seed}) % 8]`,
  );
  return `round(sipHash64(number, 7, ${seed}) / 18446744073709551616., 4) AS score, map(${numbers}) AS nums, map(${texts}) AS cats`;
};

/**
 * Every measure of every feature of a million rows with 20 features against a reference of 200,000: from the rows, from
 * profiles, and beside it what the engine needs to read the same columns and do nothing with them.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: { rows: { type: 'string', default: '1000000' }, reference: { type: 'string', default: '200000' } },
  });
  const rows = Number(values.rows);
  const referenceRows = Number(values.reference);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-drift-'));
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
  const store = await openEventStore(config);
  const control = await openControl(config);
  try {
    progress(`1/3 ${rows} rows with ${NUMBERS + TEXTS} features, and a reference of ${referenceRows}`);
    await control.db.insert(projects).values({ id: PROJECT, name: 'bench' });
    await putModel(control.db, PROJECT, 'drift', { task: 'binary', classes: ['0', '1'] });
    const model = await getModel(control.db, PROJECT, 'drift');
    const reference = await fill(store, model, rows, referenceRows);
    await untilIdle(() => cpuSeconds(process.pid));

    progress('2/3 profiles of every hour');
    const starts = Array.from({ length: 24 }, (_, i) => FROM_MS + i * HOUR_MS);
    await recomputeWindows(store, model, starts, FROM_MS + DAY_MS);
    const profiledFrom = performance.now();
    const kept = await keepProfiles(store, model, () => [reference], FROM_MS + DAY_MS + HOUR_MS, {
      rowsMax: 10 * rows,
    });
    const profilesS = (performance.now() - profiledFrom) / 1000;
    if (kept.rows < rows) throw new Error(`${kept.rows} of ${rows} rows were profiled.`);
    progress(`  ${rounded(profilesS, 1)} s`);
    await untilIdle(() => cpuSeconds(process.pid));

    progress('3/3 all measures of all features');
    const compare = async (known: StoredReference, fromProfiles = false) => {
      const asked = { from: FROM_MS, to: FROM_MS + DAY_MS, nowMs: FROM_MS + DAY_MS };
      const current = async (): Promise<Source> => {
        const binds = new Binds();
        const range = { ...asked, unlabelled: true as const, unique: !(await hasCopies(store, model, asked)) };
        const sql = `SELECT *, toInt64(${FROM_MS}) AS win FROM (${rowsSql(store, model, range, SOURCE_COLUMNS, binds)})`;
        return { sql, params: binds.params, unlabelled: true };
      };
      const [window] = await drift(store, model, known, {
        current,
        kept: fromProfiles
          ? keptRange(store, model, known, { ...asked, granularity: 'all', labelled: false }, async () => [])
          : undefined,
        windowEnd: (start) => start + DAY_MS,
        targets: ['features', 'prediction'],
        catalogued: true,
      });
      if (window?.rows !== rows) throw new Error(`${window?.rows} of ${rows} rows were looked at.`);
    };
    const cold = await median(
      () => {
        forgetReferences();
        return compare(reference);
      },
      (s) => progress(`  from rows: ${rounded(s, 2)} s`),
    );
    const warm = await median(
      () => compare(reference),
      (s) => progress(`  reference in memory: ${rounded(s, 2)} s`),
    );
    const profiles = await median(() => compare(reference, true), undefined, PROFILE_TIMES);
    const columns = SOURCE_COLUMNS.join(', ');
    const scan = await median(() =>
      store.query(
        `SELECT count() FROM ${store.database}.predictions WHERE project = '${PROJECT}' AND NOT ignore(${columns})`,
        {},
        OPTIONS,
      ),
    );
    return {
      ok: true,
      summary: {
        cold_s: rounded(cold, 3),
        reference_known_s: rounded(warm, 3),
        from_profiles_ms: rounded(profiles * 1000, 1),
        profile_rows_per_s: Math.round(kept.rows / profilesS),
        bare_scan_s: rounded(scan, 3),
        ratio_to_scan: rounded(cold / scan, 1),
        rows,
        reference_rows: referenceRows,
        features: NUMBERS + TEXTS,
      },
    };
  } finally {
    await control.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};
export default trial;

async function fill(
  store: EventStore,
  model: ModelContext,
  rows: number,
  referenceRows: number,
): Promise<StoredReference> {
  const db = store.database;
  await store.command(
    `INSERT INTO ${db}.predictions (project, model, version, prediction_id, ts, ts_given, received_at, batch_id, score, nums, cats, payload_hash, inverted_arrival)
     SELECT '${PROJECT}', 'drift', 'v1', toString(generateUUIDv4()), fromUnixTimestamp64Milli(toInt64(${FROM_MS} + intDiv(number * ${DAY_MS}, ${rows})), 'UTC') AS t,
       true, t, 'bench', score, nums, cats, number, 9000000000000000 - number FROM (SELECT number, ${featuresSql(1)} FROM numbers(${rows}))`,
    {},
    OPTIONS,
  );
  await store.command(
    `INSERT INTO ${db}.catalog (project, model, version, kind, name, type, first_ts, last_ts)
     SELECT DISTINCT '${PROJECT}', 'drift', 'v1', 'feature', name, type, toDateTime64(${FROM_MS / 1000}, 3, 'UTC'), toDateTime64(${FROM_MS / 1000}, 3, 'UTC')
     FROM (SELECT arrayJoin(arrayConcat(arrayMap(k -> (toString(k), 'numeric'), mapKeys(nums)), arrayMap(k -> (toString(k), 'categorical'), mapKeys(cats)))) AS p, p.1 AS name, p.2 AS type
           FROM (SELECT number, ${featuresSql(1)} FROM numbers(1)))`,
    {},
    OPTIONS,
  );
  await store.command(
    `INSERT INTO ${db}.reference_rows (project, model, reference, row, version, prediction_id, ts, score, nums, cats)
     SELECT '${PROJECT}', 'drift', 'bench-reference', number, 'v1', toString(number), toDateTime64(0, 3, 'UTC'), score, nums, cats
     FROM (SELECT number, ${featuresSql(0)} FROM numbers(${referenceRows}))`,
    {},
    OPTIONS,
  );
  const source = referenceSource(db, model, 'bench-reference');
  const profiles = await profile(store, source, await kindsOf(store, source, {}, 'binary'));
  return { id: 'bench-reference', rows: referenceRows, profiles, source };
}

/** Seconds, the median of several times. */
async function median(
  work: () => Promise<unknown>,
  told: (seconds: number) => void = () => {},
  times = TIMES,
): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    seconds.push((performance.now() - started) / 1000);
    told(seconds.at(-1)!);
  }
  return quantile(seconds, 0.5)!;
}
