import type { RowOrder } from '@plumbline/contracts';
import { getModel, type ModelContext, newId, putModel } from '@plumbline/control';
import { Binds, type Selection } from '@plumbline/rows';
import {
  DAY_MS,
  freshProject,
  MONDAY_MS,
  manualClock,
  openSender,
  openStores,
  outcomeEvent,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../layout.js';
import { partsByTime } from './parts.js';
import { type File, neededBy, readPart } from './read.js';
import { dropSorted, partsInOrder, placeSql, sortedParts } from './sort.js';

const clock = manualClock();
let stores: Stores;
let sender: Sender;
let model: ModelContext;
let selection: Selection;

const N = 600;
/** Half of them at one score and many at one instant, so that most places are shared. */
const rows = Array.from({ length: N }, (_, i) => ({
  id: `p${String((i * 7) % N).padStart(4, '0')}`,
  ts: MONDAY_MS + (i % 3 === 0 ? 5_000 : i * 60_000),
  score: i % 2 === 0 ? 0.75 : ((i * 37) % 100) / 100,
  label: i % 5 === 4 ? null : i % 4 === 0 ? 0 : 1,
}));
const error = (r: (typeof rows)[number]) => Math.abs(r.label! - r.score);
const margin = (r: (typeof rows)[number]) => Math.abs(r.score - 0.5);
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
const EXPECTED: Partial<Record<RowOrder, () => string[]>> = {
  error: () =>
    rows
      .filter((r) => r.label !== null)
      .sort((a, b) => error(b) - error(a) || byId(a, b))
      .map((r) => r.id),
  boundary: () => [...rows].sort((a, b) => margin(a) - margin(b) || byId(a, b)).map((r) => r.id),
};

beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
  clock.set(MONDAY_MS + 10 * DAY_MS);
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary', classes: ['0', '1'] });
  model = await getModel(stores.control.db, projectId, 'fraud');
  await sender.store(
    projectId,
    rows.map((r) => predictionEvent({ prediction_id: r.id, ts: r.ts, prediction: { score: r.score } })),
    rows.flatMap((r) =>
      r.label === null ? [] : [outcomeEvent({ prediction_id: r.id, ts: r.ts + 1, label: r.label })],
    ),
  );
  const later = clock.now() + 1000;
  selection = { from: MONDAY_MS, to: MONDAY_MS + DAY_MS, nowMs: later, knownAt: later, sources: true };
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});

/** Ids of the file that the parts make, how many are in each, and how many rows were looked at. */
async function written(
  order: RowOrder,
  rowsMax: number,
  limit?: number,
): Promise<{ ids: string[]; sizes: number[]; looked: number }> {
  const columns = layoutOf(
    ['prediction_id'],
    { nums: [], cats: [], nulls: [], vectors: [], tags: [], classes: [] } as never,
    model,
  );
  const file: File = { format: 'csv', columns, whole: new Set(), safe: false };
  const key = { projectId: model.projectId, model: model.model, exportId: `${order}-${rowsMax}`, run: newId() };
  let looked = 0;
  const parts =
    order === 'ts'
      ? partsByTime(stores.store, model, selection, rowsMax)
      : partsInOrder(stores.store, model, key, selection, {
          by: { order, seed: 7, limit },
          needs: neededBy(file, model),
          rowsMax,
          sortedAtOnce: rowsMax,
          tell: async (rows) => {
            looked += rows;
          },
        });
  const ids: string[] = [];
  const sizes: number[] = [];
  for await (const part of parts) {
    const { bytes, rows } = await readPart(stores.store, model, part, file, null);
    ids.push(
      ...bytes
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replaceAll('"', '').trim()),
    );
    sizes.push(rows);
    if (part.exact && limit === undefined) expect(rows).toBe(part.of);
  }
  await dropSorted(stores.store, key);
  return { ids, sizes, looked };
}

describe('places', () => {
  it.each(['ASC', 'DESC'] as const)('are in the order of all numbers, %s', async (direction) => {
    const numbers = [-1e300, -1, -0.5, -1e-310, 0, 1e-310, 0.5, Math.PI, 1e300];
    const found = await stores.store.query<{ x: number }>(
      `SELECT x FROM (SELECT arrayJoin({numbers:Array(Float64)}) AS x) ORDER BY ${placeSql('toNullable(x)', direction)}`,
      { numbers: numbers.toReversed() },
    );
    expect(found.map(({ x }) => x)).toEqual(direction === 'ASC' ? numbers : numbers.toReversed());
  });
});

describe('rows cut into parts', () => {
  it.each(['ts', 'error', 'random', 'boundary'] as const)(
    'are the same in the order %s however small the parts',
    async (order) => {
      const whole = await written(order, 10_000);
      expect(whole.sizes).toHaveLength(1);
      expect(whole.ids).toHaveLength(order === 'error' ? rows.filter((r) => r.label !== null).length : N);
      const expected = EXPECTED[order]?.();
      if (expected) expect(whole.ids).toEqual(expected);
      for (const rowsMax of [150, 40]) {
        const cut = await written(order, rowsMax);
        expect(cut.ids).toEqual(whole.ids);
        // Hashes share rows out evenly, but not exactly.
        expect(Math.max(...cut.sizes)).toBeLessThanOrEqual(order === 'ts' ? 2 * rowsMax : rowsMax);
        expect(cut.sizes.length).toBeGreaterThan(1);
        if (order !== 'ts') expect(cut.looked).toBe(N);
      }
    },
  );

  it.each(['error', 'random', 'boundary'] as const)('hold the first so many of the order %s', async (order) => {
    const whole = await written(order, 10_000);
    const first = await written(order, 40, 20);
    // Parts are read whole here: those with the place of the last one, or nearly, are there too.
    expect(first.ids.length).toBeGreaterThanOrEqual(20);
    expect(first.ids.length).toBeLessThanOrEqual(40);
    expect(first.ids).toEqual(whole.ids.slice(0, first.ids.length));
    expect((await written(order, 10_000, 10_000)).ids).toEqual(whole.ids);
  });

  it('of rows with one place are found without reading the others', async () => {
    const key = { projectId: model.projectId, model: model.model, exportId: 'tied', run: newId() };
    const { database } = stores.store;
    await stores.store.command(
      `INSERT INTO ${database}.export_rows (project, model, export, run, place, prediction_id)
       SELECT {project:String}, {model:String}, {export:String}, {run:String}, intDiv(number, 100000), concat('p', leftPad(toString(number), 6, '0')) FROM numbers(200000)`,
      { project: key.projectId, model: key.model, export: key.exportId, run: key.run },
      { acrossProjects: true },
    );
    let [last, rows, granules] = ['', 0, 0];
    for await (const part of sortedParts(stores.store, key, { rowsMax: 10_000, by: {} })) {
      const binds = new Binds();
      const sql = part.rows([], binds);
      const found = await stores.store.query<{ prediction_id: string }>(
        `SELECT prediction_id FROM (${sql}) ORDER BY ${part.order}`,
        binds.params,
      );
      expect(found).toHaveLength(10_000);
      expect(found[0]!.prediction_id > last).toBe(true);
      last = found.at(-1)!.prediction_id;
      rows += found.length;
      const plan = await stores.store.query<{ explain: string }>(`EXPLAIN indexes = 1 ${sql}`, binds.params);
      const text = plan.map(({ explain }) => explain).join('\n');
      granules = Math.max(granules, Number([...text.matchAll(/Granules: (\d+)\/\d+/g)].at(-1)![1]));
    }
    expect(rows).toBe(200_000);
    // Of 196 granules of 1,024 rows those of a part, and one at either end.
    expect(granules).toBeLessThanOrEqual(13);
    await dropSorted(stores.store, key);
  });

  it('leave nothing behind where they were put in order', async () => {
    const keys = ['a', 'b'].map((name) => ({
      projectId: model.projectId,
      model: model.model,
      exportId: 'left',
      run: `${model.projectId}-${name}`,
    }));
    const left = async () => {
      const [row] = await stores.store.query<{ n: number }>(
        `SELECT count() AS n FROM ${stores.store.database}.export_rows WHERE project = {project:String}`,
        { project: model.projectId },
      );
      return Number(row!.n);
    };
    const how = { by: { order: 'random' as const, seed: 1 }, needs: [], rowsMax: 500, sortedAtOnce: 500 };
    for (const key of keys)
      await partsInOrder(stores.store, model, key, selection, { ...how, tell: async () => {} }).next();
    expect(await left()).toBe(2 * N);
    await dropSorted(stores.store, keys[0]!);
    expect(await left()).toBe(N);
    await dropSorted(stores.store, keys[1]!);
    expect(await left()).toBe(0);
  });
});
