import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type EventStore, jsonLines, openEventStore, storeTime } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { slicesQuestion } from '@plumbline/contracts';
import { getModel, type ModelContext, openControl, projects, putModel } from '@plumbline/control';
import { answerSlices } from '@plumbline/slices';
import { readOutcomes, readPredictions, readSchema } from '../../libs/stats/src/golden/read.js';
import type { Trial } from '../trial.js';
import { PROJECT } from './history.js';
import { cpuSeconds, quantile, rounded, rssMb } from './process.js';
import { untilIdle } from './settle.js';

const FROM_MS = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const NUMBERS = 12;
const TEXTS = 8;
const TIMES = 5;
const ADULT_ROWS = 32_561;
const TIMEOUT_MS = 120_000;
const OPTIONS = { acrossProjects: true, timeoutS: 600 };

/**
 * The worst slices, from request to answer: of the labelled rows of Adult with up to three predicates, and of a million rows with 20 fields
 * with up to two and three, where one pair of values errs twice as often. `--rows N`.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({ args, options: { rows: { type: 'string', default: '1000000' } } });
  const rows = Number(values.rows);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-slices-'));
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
  const store = await openEventStore(config);
  const control = await openControl(config);
  try {
    await control.db.insert(projects).values({ id: PROJECT, name: 'bench' });
    const declare = async (name: string): Promise<ModelContext> => {
      await putModel(control.db, PROJECT, name, { task: 'binary', classes: ['0', '1'] } as never);
      return getModel(control.db, PROJECT, name);
    };
    progress(`1/2 ${rows} rows with ${NUMBERS + TEXTS} fields, and Adult`);
    const [many, adult] = [await declare('many'), await declare('adult')];
    await fillMany(store, rows);
    const adultRows = await fillAdult(store);
    await untilIdle(() => cpuSeconds(process.pid));

    progress('2/2 searches');
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, rssMb(process.pid));
    }, 20);
    const search = async (model: ModelContext, n: number, more: object) => {
      const q = slicesQuestion.parse({ from: FROM_MS, to: FROM_MS + DAY_MS, ...more });
      const seconds: number[] = [];
      for (;;) {
        const started = performance.now();
        const answer = await answerSlices(store, model, q, FROM_MS + DAY_MS, TIMEOUT_MS);
        seconds.push((performance.now() - started) / 1000);
        if (answer.overall.n !== n) throw new Error(`${answer.overall.n} of ${n} rows were searched.`);
        if (seconds.length === TIMES) return { answer, s: quantile(seconds, 0.5)! };
      }
    };
    const known = await search(adult, adultRows, { fields: adultFields() });
    progress(`  Adult: ${rounded(known.s, 2)} s`);
    const before = rssMb(process.pid);
    peak = before;
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    const pairs = await search(many, rows, { max_predicates: 2, alpha: 0.99 });
    progress(`  pairs: ${rounded(pairs.s, 2)} s`);
    const triples = await search(many, rows, { max_predicates: 3, alpha: 0.99 });
    progress(`  triples: ${rounded(triples.s, 2)} s`);
    stalls.disable();
    clearInterval(watch);
    const planted = triples.answer.slices[0]?.predicates.map((p) => p.field).join();
    return {
      ok: planted === 'features.number_1,features.text_2',
      summary: {
        adult_s: rounded(known.s, 3),
        pairs_1m_s: rounded(pairs.s, 3),
        triples_1m_s: rounded(triples.s, 3),
        peak_mb: Math.round(peak - before),
        // Longest time that nothing else was answered in this process.
        stall_ms: Math.round(stalls.max / 1e6),
        evaluated: triples.answer.searched,
        pruned: triples.answer.pruned,
        adult_evaluated: known.answer.searched,
        adult_pruned: known.answer.pruned,
        adult_rows: adultRows,
        rows,
      },
    };
  } finally {
    await control.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};
export default trial;

/** The 13 fields in which the slices of Adult are known. */
const adultFields = (): string[] =>
  readSchema('adult')
    .features.map((f) => `features.${f.name}`)
    .filter((name) => name !== 'features.education_num');

const chance = (i: number) => `(sipHash64(number, ${i}) / 18446744073709551616.)`;

/** Numbers of ten bins, texts of eight words by chance; one answer in ten is wrong, in one pair of values two. */
async function fillMany(store: EventStore, rows: number): Promise<void> {
  const numbers = Array.from({ length: NUMBERS }, (_, i) => `'number_${i}', floor(${chance(i)} * 1000) / 10`);
  const words = `['BR','AR','DE','FR','US','JP','IN','NG']`;
  const texts = Array.from({ length: TEXTS }, (_, i) => `'text_${i}', ${words}[1 + sipHash64(number, ${100 + i}) % 8]`);
  const at = `fromUnixTimestamp64Milli(toInt64(${FROM_MS} + intDiv(number * ${DAY_MS}, ${rows})), 'UTC')`;
  const id = 'toString(number)';
  await store.command(
    `INSERT INTO ${store.database}.predictions (project, model, version, prediction_id, ts, ts_given, received_at, batch_id, score, nums, cats, payload_hash, inverted_arrival)
     SELECT '${PROJECT}', 'many', 'v1', ${id}, ${at} AS t, true, t, 'bench', number % 2, map(${numbers}), map(${texts}), number, 9000000000000000 - number FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
  const inside = `floor(${chance(1)} * 1000) / 10 < 10 AND 1 + sipHash64(number, 102) % 8 = 3`;
  const wrong = `(sipHash64(number, 999) / 18446744073709551616.) < if(${inside}, 0.2, 0.1)`;
  await store.command(
    `INSERT INTO ${store.database}.labels (project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id)
     SELECT '${PROJECT}', 'many', 'v1', ${id}, ${at} AS t, t, t, toString(bitXor(number % 2, ${wrong}) AS y), y, 'api', 'bench' FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
  const names = [
    ...Array.from({ length: NUMBERS }, (_, i) => [`number_${i}`, 'numeric']),
    ...Array.from({ length: TEXTS }, (_, i) => [`text_${i}`, 'categorical']),
  ];
  await insertNames(store, 'many', names as [string, string][]);
}

/** As many rows as the whole of Adult has, all at the same time: the labelled ones that are here, some of them twice. Returns how many. */
async function fillAdult(store: EventStore): Promise<number> {
  const labels = new Map(readOutcomes('adult').map((o) => [o.prediction_id, String(o.label)]));
  const known = readPredictions('adult', 'predictions').filter((p) => labels.has(p.prediction_id));
  const again = known.slice(0, ADULT_ROWS - known.length).map((p) => ({ ...p, again: `${p.prediction_id} again` }));
  const served = [...known.map((p) => ({ ...p, again: p.prediction_id })), ...again];
  const time = storeTime(FROM_MS);
  const key = (id: string) => ({ project: PROJECT, model: 'adult', version: 'v1', prediction_id: id, ts: time });
  const of = (features: Record<string, unknown>, type: 'number' | 'string') =>
    Object.fromEntries(Object.entries(features).filter(([, v]) => typeof v === type));
  const predictions = served.map(({ again: id, features, prediction }, i) => ({
    ...key(id),
    ...{ ts_given: true, received_at: time, batch_id: 'adult', payload_hash: i, inverted_arrival: i },
    ...{ score: prediction.score, class: String(prediction.class) },
    ...{ nums: of(features, 'number'), cats: of(features, 'string') },
  }));
  await store.insert('predictions', jsonLines(predictions));
  await store.insert(
    'labels',
    jsonLines(
      served.map(({ prediction_id, again: id }) => ({
        ...key(id),
        ...{ outcome_ts: time, outcome_received_at: time, source: 'api', batch_id: 'adult' },
        ...{ label: labels.get(prediction_id), label_num: Number(labels.get(prediction_id)) },
      })),
    ),
  );
  await insertNames(
    store,
    'adult',
    readSchema('adult').features.map((f): [string, string] => [f.name, f.type]),
  );
  return served.length;
}

async function insertNames(store: EventStore, model: string, names: readonly [string, string][]): Promise<void> {
  const [first_ts, last_ts] = [storeTime(FROM_MS), storeTime(FROM_MS + DAY_MS)];
  const rows = names.map(([name, type]) => ({
    ...{ project: PROJECT, model, version: 'v1', kind: 'feature', name, type },
    ...{ first_ts, last_ts },
  }));
  await store.insert('catalog', jsonLines(rows));
}
