// Runs in a process of its own: the engine's own insert of the rows that ingest would write, in the same form, nothing else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { Bytes, COLUMNS, checkPrediction, encodePrediction, Shapes } from '@plumbline/ingestion';
import { Body } from './events.js';
import { cpuSeconds } from './process.js';
import { untilIdle } from './settle.js';

export type RawOrder = { events: number; blockRows: number };
export type RawReport = { events: number; seconds: number; cpuSeconds: number };

const LIMITS = { featuresMax: 100, textMax: 1000, futureMsMax: 60_000 };

/** Blocks of encoded rows, made before the clock starts. */
function blocks({ events, blockRows }: RawOrder): Buffer[] {
  const source = new Body(Math.min(blockRows, 20_000), 'bench', 7);
  const shapes = new Shapes();
  const out = new Bytes();
  const made: Buffer[] = [];
  for (let rows = 0; rows < events; ) {
    out.clear();
    for (let inBlock = 0; inBlock < blockRows; ) {
      for (const line of source
        .renew()
        .toString()
        .trimEnd()
        .split('\n')
        .slice(0, blockRows - inBlock)) {
        const prediction = checkPrediction(JSON.parse(line), LIMITS, Date.now(), shapes);
        encodePrediction(prediction, 'bench-project', Date.now(), out);
        out.ascii(`,"batch-${made.length}"]\n`);
        inBlock++;
        rows++;
      }
    }
    made.push(Buffer.from(out.from(0)));
  }
  return made;
}

async function insertAll(order: RawOrder): Promise<RawReport> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-raw-'));
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
  const store = await openEventStore(config);
  try {
    const made = blocks(order);
    const cpu = cpuSeconds(process.pid);
    const started = performance.now();
    for (const [i, block] of made.entries())
      await store.insert('predictions', block, { token: `raw-${i}`, columns: COLUMNS.predictions });
    const seconds = (performance.now() - started) / 1000;
    const used = (await untilIdle(() => cpuSeconds(process.pid))) - cpu;
    return { events: made.length * order.blockRows, seconds, cpuSeconds: used };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

process.stdout.write(`${JSON.stringify(await insertAll(JSON.parse(process.argv[2]!) as RawOrder))}\n`);
process.exit(0);
