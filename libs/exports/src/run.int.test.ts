import { exportQuestion } from '@plumbline/contracts';
import { eq, exports_, getModel, type ModelContext, newId, putModel } from '@plumbline/control';
import {
  DAY_MS,
  freshProject,
  MONDAY_MS,
  manualClock,
  openSender,
  openStores,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExport, type ExportRow } from './create.js';
import { runExport } from './run.js';
import { getExport } from './view.js';
import { ChunkWriter, readFile } from './write/chunks.js';

const clock = manualClock();
const LIMITS = { fileBytesMax: 2 ** 30, keptBytesMax: 2 ** 30, keepMs: DAY_MS, version: 'test' };
const N = 500;
/** Events hold 40 kB: 20 MB, which would be one part if only columns were counted. */
const LONG = 'x'.repeat(8_000);
let stores: Stores;
let sender: Sender;
let model: ModelContext;

beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
  clock.set(MONDAY_MS + 2 * DAY_MS);
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary', classes: ['0', '1'] });
  model = await getModel(stores.control.db, projectId, 'fraud');
  const texts = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`text_${i}`, LONG]));
  for (let from = 0; from < N; from += 100)
    await sender.store(
      projectId,
      Array.from({ length: 100 }, (_, i) =>
        predictionEvent({
          prediction_id: `p${from + i}`,
          ts: MONDAY_MS + (from + i) * 60_000,
          features: texts,
          prediction: { score: 0.5 },
        }),
      ),
      [],
    );
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});

async function asked(more: object = {}): Promise<ExportRow> {
  const question = exportQuestion.parse({ from: MONDAY_MS, to: MONDAY_MS + DAY_MS, format: 'ndjson', ...more });
  const { projectId } = model;
  const row = await createExport(
    stores.control.db,
    { projectId, model: 'fraud', question, by: 'test' },
    2 ** 40,
    clock.now() + 1000,
  );
  return row;
}
const now = (id: string) => getExport(stores.control.db, model.projectId, id);
const run = (row: ExportRow, more: { stopping?: () => boolean; limits?: typeof LIMITS } = {}) =>
  runExport(stores.store, stores.control.db, model, row, {
    limits: LIMITS,
    settled: true,
    stopping: () => false,
    ...more,
  });
async function left(table: 'export_rows' | 'export_chunks', id: string): Promise<string[]> {
  const rows = await stores.store.query<{ run: string }>(
    `SELECT DISTINCT run FROM ${stores.store.database}.${table} WHERE project = {project:String} AND export = {id:String}`,
    { project: model.projectId, id },
  );
  return rows.map((row) => row.run);
}

describe('an export', () => {
  it('of long texts is written in parts that are not many times larger than others', async () => {
    for (const order of ['ts', 'random']) {
      const row = await asked({ order });
      const told: number[] = [];
      expect(
        await run(row, {
          stopping: () => {
            told.push(1);
            return false;
          },
        }),
      ).toBe('done');
      const { manifest } = await now(row.id);
      expect(manifest).toMatchObject({ rows: N, settled: true, as_of: null, definition: { missing_labels: 'ignore' } });
      expect(manifest!.bytes).toBeGreaterThan(N * 5 * LONG.length);
      // At the start, and for each part.
      expect(told.length).toBeGreaterThan(2);
      expect(await left('export_rows', row.id)).toEqual([]);
    }
  });

  it('that another process took over is left to it, with all that it has written', async () => {
    const row = await asked({ order: 'random' });
    const theirs = newId();
    let pieces: ChunkWriter | undefined;
    const end = await run(row, {
      stopping: () => {
        // In the middle of ours another begins, as when our lease ran out.
        if (!pieces) {
          pieces = new ChunkWriter(
            stores.store,
            { projectId: model.projectId, model: 'fraud', exportId: row.id, run: theirs },
            Date.now() + DAY_MS,
          );
          void stores.control.db.update(exports_).set({ run: theirs }).where(eq(exports_.id, row.id)).execute();
        }
        return false;
      },
    });
    expect(end).toBe('abandoned');
    await pieces!.write(Buffer.from('theirs'));
    await pieces!.finish();
    expect(await left('export_chunks', row.id)).toEqual([theirs]);
    expect(await left('export_rows', row.id)).toEqual([]);
    expect(await now(row.id)).toMatchObject({ run: theirs, state: 'running' });
    // Whoever read the row before that comes too late.
    expect(await run(row)).toBe('abandoned');
    expect(await left('export_chunks', row.id)).toEqual([theirs]);
    // The next one takes over from them and leaves nothing of theirs.
    expect(await run(await now(row.id))).toBe('done');
    const done = await now(row.id);
    expect(await left('export_chunks', row.id)).toEqual([done.run]);
    const key = { projectId: model.projectId, model: 'fraud', exportId: row.id, run: done.run! };
    let bytes = 0;
    for await (const piece of readFile(stores.store, key, 0, done.manifest!.bytes)) bytes += piece.length;
    expect(bytes).toBe(done.manifest!.bytes);
  });

  it('that is deleted while it is written leaves nothing', async () => {
    const row = await asked({ order: 'random' });
    let deleted: Promise<unknown> | undefined;
    const end = await run(row, {
      stopping: () => {
        deleted ??= stores.control.db.delete(exports_).where(eq(exports_.id, row.id)).execute();
        return false;
      },
    });
    await deleted;
    expect(end).toBe('abandoned');
    expect(await left('export_chunks', row.id)).toEqual([]);
    expect(await left('export_rows', row.id)).toEqual([]);
  });

  it('whose process was stopped does not count as tried, one that took its process with it does', async () => {
    const row = await asked();
    expect(await run(row, { stopping: () => true })).toBe('abandoned');
    expect(await now(row.id)).toMatchObject({ state: 'running', attempts: 0 });
    await stores.control.db.update(exports_).set({ attempts: 5 }).where(eq(exports_.id, row.id));
    expect(await run(await now(row.id))).toBe('failed');
    const failed = await now(row.id);
    expect(failed.state).toBe('failed');
    expect(failed.error).toMatch(/begun 5 times/);
  });

  it('does not go beyond what the files of a project may hold together', async () => {
    const row = await asked();
    expect(await run(row, { limits: { ...LIMITS, keptBytesMax: 1000 } })).toBe('failed');
    expect((await now(row.id)).error).toMatch(/PLUMBLINE_EXPORTS_BYTES_MAX/);
    expect(await left('export_chunks', row.id)).toEqual([]);
  });
});
