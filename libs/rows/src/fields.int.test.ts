import { jsonLines, storeTime } from '@plumbline/clickhouse';
import type { Filter } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import {
  DAY_MS,
  freshProject,
  MONDAY_MS,
  openSender,
  openStores,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Binds, fieldSql, filterSql } from './fields.js';
import { referenceRowsSql, rowsSql } from './rows.js';

let stores: Stores;
let sender: Sender;
let model: ModelContext;

beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores);
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary' });
  model = await getModel(stores.control.db, projectId, 'fraud');
  const features = { there: { emb: [1, 2], x: 1 }, null: { emb: null, x: 1 }, absent: { x: 1 } };
  await sender.store(
    projectId,
    Object.entries(features).map(([id, f]) => predictionEvent({ prediction_id: id, ts: MONDAY_MS, features: f })),
  );
  await stores.store.insert(
    'reference_rows',
    jsonLines(
      Object.entries({ there: { emb: [1, 2] }, absent: {} }).map(([id, vectors], row) => ({
        project: projectId,
        model: 'fraud',
        reference: 'ref',
        row,
        prediction_id: id,
        ts: storeTime(MONDAY_MS),
        vectors,
      })),
    ),
  );
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});

const selection = { from: MONDAY_MS, to: MONDAY_MS + DAY_MS, nowMs: MONDAY_MS + DAY_MS };
const IS_NULL: Filter = { field: 'features.emb', op: 'is_null' };
const NOT_NULL: Filter = { field: 'features.emb', op: 'not_null' };

/** Questions that use a field in each of the places where it may stand. */
const asking = {
  'the rows': (filter: Filter, binds: Binds) =>
    `SELECT prediction_id FROM (${rowsSql(stores.store, model, { ...selection, filters: [filter] }, [], binds)})`,
  'the rows of a reference': (filter: Filter, binds: Binds) =>
    `SELECT prediction_id FROM (${referenceRowsSql(stores.store, model, 'ref', [], binds, [filter])})`,
  'columns of rows': (filter: Filter, binds: Binds) => {
    const field = fieldSql(filter.field, model, binds);
    return `SELECT prediction_id FROM (${rowsSql(stores.store, model, selection, field.needs, binds)}) WHERE ${filterSql(filter, field, binds)}`;
  },
};

describe.each(Object.entries(asking))('asked of %s', (where, sqlOf) => {
  const idsOf = async (filter: Filter) => {
    const binds = new Binds();
    const found = await stores.store.query<{ prediction_id: string }>(sqlOf(filter, binds), binds.params);
    return found.map((r) => r.prediction_id).sort();
  };
  const columnsRead = async (filter: Filter) => {
    const binds = new Binds();
    const lines = await stores.store.query<{ explain: string }>(
      `SELECT explain FROM (EXPLAIN actions = 1 ${sqlOf(filter, binds)})`,
      binds.params,
    );
    return lines.map((l) => l.explain).join('\n');
  };

  it('an embedding is missing where none was sent', async () => {
    const none = where === 'the rows of a reference' ? ['absent'] : ['absent', 'null'];
    expect(await idsOf(IS_NULL)).toEqual(none);
    expect(await idsOf(NOT_NULL)).toEqual(['there']);
  });

  it('embeddings are never read: their names, and those only where missing is asked for', async () => {
    expect(await columnsRead(IS_NULL)).toContain('vectors.keys');
    expect((await columnsRead(IS_NULL)).replaceAll('vectors.keys', '')).not.toContain('vectors');
    expect(await columnsRead({ field: 'features.x', op: 'gt', value: 0 })).not.toContain('vectors');
    expect(await columnsRead({ field: 'features.x', op: 'ne', value: 'a' })).not.toContain('vectors');
  });
});
