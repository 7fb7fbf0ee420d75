import { existsSync } from 'node:fs';
import { openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { outcomes, predictions } from './history.js';

const folder = '/tmp/hot/h20';
const fresh = !existsSync(folder);
const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
const store = await openEventStore(config);
const db = store.database;
const run = async (name: string, sql: string) => {
  const t = performance.now();
  const c = process.cpuUsage();
  const r = await store.query(sql, {}, { acrossProjects: true, timeoutS: 600 });
  const u = process.cpuUsage(c);
  console.log(
    name,
    Math.round(performance.now() - t),
    'ms cpu',
    Math.round((u.user + u.system) / 1000),
    JSON.stringify(r).slice(0, 200),
  );
};
if (fresh) {
  await predictions(store, { model: 'large', perDay: 1e6 }, 0, 20e6, console.log);
  await predictions(store, { model: 'small', perDay: 1e6 }, 0, 1e6, console.log);
  await outcomes(store, { model: 'large', perDay: 1e6 }, { count: 500000, from: 0, to: 20e6, seed: 1, hint: true });
  await outcomes(store, { model: 'small', perDay: 1e6 }, { count: 500000, from: 0, to: 1e6, seed: 2, hint: true });
  for (const c of [
    'h64 UInt64 DEFAULT cityHash64(prediction_id) CODEC(NONE)',
    'h128 UInt128 DEFAULT reinterpretAsUInt128(sipHash128(prediction_id)) CODEC(NONE)',
  ]) {
    await store.command(
      `ALTER TABLE ${db}.predictions ADD COLUMN IF NOT EXISTS ${c}`,
      {},
      { acrossProjects: true, timeoutS: 600 },
    );
  }
  const t = performance.now();
  for (const c of ['h64', 'h128'])
    await store.command(
      `ALTER TABLE ${db}.predictions MATERIALIZE COLUMN ${c} SETTINGS mutations_sync = 1`,
      {},
      { acrossProjects: true, timeoutS: 900 },
    );
  console.log('materialized', performance.now() - t);
}
await run('parts', `SELECT count() AS parts, sum(rows) AS n FROM system.parts WHERE table = 'predictions' AND active`);
await run(
  'sizes',
  `SELECT name, data_compressed_bytes c, data_uncompressed_bytes u FROM system.columns WHERE table='predictions' AND name IN ('h64','h128','prediction_id','ts')`,
);
for (const model of ['large', 'small']) {
  const o = `(SELECT prediction_id, ts, label FROM ${db}.arrived_outcomes WHERE project = 'bench-project' AND model = '${model}')`;
  const w = `FROM ${db}.predictions WHERE project = 'bench-project' AND model = '${model}'`;
  for (let i = 0; i < 2; i++) {
    await run(
      `${model} A now`,
      `SELECT count(), sum(toUnixTimestamp64Milli(p.ts)) s FROM (SELECT prediction_id, version, ts ${w} AND cityHash64(prediction_id) IN (SELECT cityHash64(prediction_id) FROM ${o})) AS p INNER JOIN ${o} AS o ON p.prediction_id = o.prediction_id`,
    );
    await run(
      `${model} B h64+text`,
      `SELECT count(), sum(toUnixTimestamp64Milli(p.ts)) s FROM (SELECT prediction_id, version, ts ${w} AND h64 IN (SELECT cityHash64(prediction_id) FROM ${o})) AS p INNER JOIN ${o} AS o ON p.prediction_id = o.prediction_id`,
    );
    await run(
      `${model} C h64`,
      `SELECT count(), sum(toUnixTimestamp64Milli(p.ts)) s FROM (SELECT h64, version, ts ${w} AND h64 IN (SELECT cityHash64(prediction_id) FROM ${o})) AS p INNER JOIN ${o} AS o ON p.h64 = cityHash64(o.prediction_id)`,
    );
    await run(
      `${model} D h128`,
      `SELECT count(), sum(toUnixTimestamp64Milli(p.ts)) s FROM (SELECT h128, version, ts ${w} AND h128 IN (SELECT reinterpretAsUInt128(sipHash128(prediction_id)) FROM ${o})) AS p INNER JOIN ${o} AS o ON p.h128 = reinterpretAsUInt128(sipHash128(o.prediction_id))`,
    );
    await run(
      `${model} E h64 filter only`,
      `SELECT count() c ${w} AND h64 IN (SELECT cityHash64(prediction_id) FROM ${o})`,
    );
    await run(`${model} F h64 sum`, `SELECT sum(h64) c ${w}`);
    await run(`${model} G id read`, `SELECT sum(length(prediction_id)) c ${w} AND NOT ignore(prediction_id)`);
    await run(`${model} H ts read`, `SELECT sum(toUnixTimestamp64Milli(ts)) c ${w}`);
  }
}
await store.close();
