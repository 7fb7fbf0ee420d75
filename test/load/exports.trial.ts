import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { EXPORT_FORMATS, type ExportFormat, exportQuestion, type RowOrder, rowOrder } from '@plumbline/contracts';
import { type ControlStore, getModel, type ModelContext, openControl, projects, putModel } from '@plumbline/control';
import { createExport, getExport, readFile, runExport } from '@plumbline/exports';
import type { Trial } from '../trial.js';
import { PROJECT } from './history.js';
import { rounded } from './process.js';

const FROM_MS = Date.UTC(2026, 0, 5);
const DAYS = 30;
const DAY_MS = 86_400_000;
const FEATURES = 20;
const SAMPLE_MS = 50;
const MB = 1024 * 1024;
const OPTIONS = { acrossProjects: true, timeoutS: 600 };
const LIMITS = { fileBytesMax: 2 ** 40, keptBytesMax: 2 ** 50, keepMs: DAY_MS, version: 'bench' };

/**
 * A million labelled rows with 20 features to each format, a quarter of them before: memory must not follow the rows.
 * `--rows N --order ts|error|random|boundary`.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: { rows: { type: 'string', default: '1000000' }, order: { type: 'string', default: 'ts' } },
  });
  const rows = Number(values.rows);
  const order = rowOrder.parse(values.order);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-exports-'));
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
  const store = await openEventStore(config);
  const control = await openControl(config);
  try {
    await control.db.insert(projects).values({ id: PROJECT, name: 'bench' });
    const summary: Record<string, Record<string, number>> = {};
    for (const [name, n] of [
      ['quarter', Math.floor(rows / 4)],
      ['whole', rows],
    ] as const) {
      progress(`${n} rows with ${FEATURES} features`);
      await putModel(control.db, PROJECT, name, { task: 'binary', classes: ['0', '1'] });
      const model = await getModel(control.db, PROJECT, name);
      await fill(store, model, n);
      for (const format of EXPORT_FORMATS) {
        progress(`  ${format}`);
        summary[`${name}_${format}`] = await measure(store, control, model, { format, order }, n);
      }
    }
    return { ok: true, summary: { rows, order, ...summary } };
  } finally {
    await control.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};

async function measure(
  store: EventStore,
  { db }: ControlStore,
  model: ModelContext,
  how: { format: ExportFormat; order: RowOrder },
  rows: number,
): Promise<Record<string, number>> {
  const question = exportQuestion.parse({ from: FROM_MS, to: FROM_MS + DAYS * DAY_MS, ...how });
  const asked = { projectId: PROJECT, model: model.model, question, by: 'bench' };
  const row = await createExport(db, asked, 2 ** 50, Date.now());
  const watch = peak();
  const started = performance.now();
  const end = await runExport(store, db, model, row, { limits: LIMITS, settled: true, stopping: () => false });
  const seconds = (performance.now() - started) / 1000;
  const { run, manifest } = await getExport(db, PROJECT, row.id);
  if (end !== 'done' || !manifest || manifest.rows !== rows)
    throw new Error(`${end}, ${manifest?.rows} of ${rows} rows`);
  const { growthMb, stallMs } = watch();
  const reading = performance.now();
  let bytes = 0;
  for await (const piece of readFile(store, { ...asked, exportId: row.id, run: run! }, 0, manifest.bytes))
    bytes += piece.length;
  return {
    s: rounded(seconds),
    rows_per_s: Math.round(rows / seconds),
    mb: rounded(bytes / MB),
    memory_growth_mb: growthMb,
    longest_stall_ms: stallMs,
    read_mb_per_s: Math.round(bytes / MB / ((performance.now() - reading) / 1000)),
  };
}

/** How far the memory of the process rose above where it was, and for how long at most nothing else had its turn. */
function peak(): () => { growthMb: number; stallMs: number } {
  const before = process.memoryUsage.rss();
  let most = before;
  let last = performance.now();
  let stall = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
    const now = performance.now();
    stall = Math.max(stall, now - last - SAMPLE_MS);
    last = now;
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return { growthMb: Math.round((most - before) / MB), stallMs: Math.round(stall) };
  };
}

async function fill(store: EventStore, model: ModelContext, rows: number): Promise<void> {
  const numbers = Array.from(
    { length: FEATURES - 5 },
    (_, i) => `'number_${i}', round((sipHash64(number, ${i}) % 100000) / 7, 3)`,
  );
  const texts = Array.from(
    { length: 5 },
    (_, i) => `'text_${i}', ['BR','AR','DE','FR','US'][1 + sipHash64(number, ${100 + i}) % 5]`,
  );
  const mine = `'${model.projectId}' AS project, '${model.model}' AS model, 'v1' AS version, concat('prediction-', toString(number)) AS prediction_id,
    fromUnixTimestamp64Milli(toInt64(${FROM_MS} + intDiv(number * ${DAYS * DAY_MS}, ${rows})), 'UTC') AS ts`;
  await store.command(
    `INSERT INTO ${store.database}.predictions (project, model, version, prediction_id, ts, ts_given, received_at, batch_id, score, class, nums, cats, tags, payload_hash, inverted_arrival)
     SELECT ${mine}, true, ts, 'b', (sipHash64(number, 7) % 1000) / 1000, '', map(${numbers}), map(${texts}), map('platform', ['ios','web'][1 + number % 2]), number, number
     FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
  await store.command(
    `INSERT INTO ${store.database}.labels (project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id)
     SELECT ${mine}, ts + INTERVAL 1 HOUR, ts + INTERVAL 1 HOUR, toString(number % 2), number % 2, 'api', 'b' FROM numbers(${rows})`,
    {},
    OPTIONS,
  );
}

export default trial;
