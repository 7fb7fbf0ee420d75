import { jsonLines, storeTime } from '@plumbline/clickhouse';
import { getModel, type ModelContext, newId, putModel } from '@plumbline/control';
import { DAY_MS, freshProject, MONDAY_MS, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { naturalOf } from './natural.js';
import { kindsOf, profile } from './profile.js';
import { referenceSource } from './source.js';

let stores: Stores;
let model: ModelContext;
beforeAll(async () => {
  stores = await openStores();
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'm', { task: 'binary' });
  model = await getModel(stores.control.db, projectId, 'm');
});
afterAll(() => stores.close());

type Row = (hour: number) => { nums: object; cats: object };
/** Rows that come `perHour` times an hour from `fromMs` on, and what daily windows of them say. */
async function naturalOfDays(fromMs: number, hours: number, row: Row, perHour = 2) {
  const id = newId();
  await stores.store.insert(
    'reference_rows',
    jsonLines(
      Array.from({ length: hours * perHour }, (_, i) => {
        const ts = fromMs + (i * 3_600_000) / perHour;
        const own = { project: model.projectId, model: 'm', reference: id, row: i, ts: storeTime(ts) };
        return { ...own, ...row((ts - MONDAY_MS) / 3_600_000), score: 0.5, label: null };
      }),
    ),
  );
  const source = referenceSource(stores.store.database, model, id);
  const profiles = await profile(stores.store, source, await kindsOf(stores.store, source, {}, 'binary'));
  return naturalOf(stores.store, model, id, profiles, DAY_MS);
}

describe('what the days of a reference differ by', () => {
  const isWeekend = (hour: number) => Math.floor(hour / 24) % 7 >= 5;
  /** The same day again and again, but for weekends. */
  const row = (hour: number) => {
    const step = Math.round(hour * 2);
    return {
      nums: { daily: hour % 24, weekly: (step % 24) + (isWeekend(hour) ? 12 : 0) },
      cats: { shop: `s${(step % 6) + (isWeekend(hour) ? 3 : 0)}` },
    };
  };

  it('is known from 48 rows a day, of numbers and of categories', async () => {
    const natural = await naturalOfDays(MONDAY_MS, 28 * 24, row);
    expect(natural.get('daily')).toBe(0);
    expect(natural.get('weekly')).toBeGreaterThan(0.3);
    expect(natural.get('shop')).toBeGreaterThan(0.3);
  });

  it('does not count the hours of a day that was cut short', async () => {
    // From 18:00 of the first day to 06:00 of the last: a quarter of either, and enough rows to say so.
    const natural = await naturalOfDays(MONDAY_MS + 18 * 3_600_000, 27 * 24 - 18 + 6, row, 8);
    expect(natural.get('daily')).toBe(0);
    expect(natural.get('weekly')).toBeGreaterThan(0.3);
  });

  it('is unknown of two days', async () => {
    expect((await naturalOfDays(MONDAY_MS, 48, row)).size).toBe(0);
  });
});
