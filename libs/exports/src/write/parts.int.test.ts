import type { RowOrder } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import type { Selection } from '@plumbline/rows';
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
import { partsByTime, partsInOrder } from './parts.js';
import { type File, readPart } from './read.js';

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

/** Ids of the file that the parts make, and how many are in each. */
async function written(order: RowOrder, rowsMax: number): Promise<{ ids: string[]; sizes: number[] }> {
  const columns = layoutOf(
    ['prediction_id'],
    { nums: [], cats: [], nulls: [], vectors: [], tags: [], classes: [] } as never,
    model,
  );
  const file: File = { format: 'csv', columns, whole: new Set(), safe: false, order, seed: 7 };
  const parts =
    order === 'ts'
      ? partsByTime(stores.store, model, selection, rowsMax)
      : partsInOrder(stores.store, model, selection, file, rowsMax);
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
  }
  return { ids, sizes };
}

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
      }
    },
  );
});
