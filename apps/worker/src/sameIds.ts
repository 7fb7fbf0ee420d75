import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Scope, Windows } from '@plumbline/monitors';
import { Binds } from '@plumbline/rows';
import { windowedRows } from './windowed.js';

/** Numbers that differ by less than this share were computed alike, be it with 32 bits. */
const RELATIVE = 1e-5;
/** References that hold an id of their own; the others name their rows themselves. A reference never changes. */
const withIds = new Map<string, boolean>();
const REMEMBERED_MAX = 1_000;

/** Served predictions whose id the reference has too: how many, and in how many of them each feature has another value there. */
export async function sameIds(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  referenceId: string,
  nowMs: number,
): Promise<Map<number, { rows: number; differ: Map<string, number> }>> {
  const out = new Map<number, { rows: number; differ: Map<string, number> }>();
  if (!(await hasIds(store, model, referenceId))) return out;
  const binds = new Binds();
  const rows = windowedRows(store, model, windows, scope, ['nums', 'cats'], binds, nowMs);
  const reference = `FROM ${store.database}.reference_rows WHERE project = ${binds.bind(model.projectId, 'String')} AND model = ${binds.bind(model.model, 'String')} AND reference = ${binds.bind(referenceId, 'String')}`;
  const found = await store.query<{ win: number; name: string; n: number }>(
    `SELECT win, name, count() AS n FROM (
       SELECT win, arrayJoin(arrayConcat([''], arrayFilter(k -> multiIf(
           mapContains(nums, k) AND mapContains(ref_nums, k), abs(nums[k] - ref_nums[k]) > ${RELATIVE} * greatest(abs(nums[k]), abs(ref_nums[k])),
           if(mapContains(cats, k), cats[k], if(mapContains(nums, k), toString(nums[k]), '')) != if(mapContains(ref_cats, k), ref_cats[k], if(mapContains(ref_nums, k), toString(ref_nums[k]), ''))),
         arrayDistinct(arrayConcat(arrayMap(k -> toString(k), mapKeys(nums)), arrayMap(k -> toString(k), mapKeys(cats)), arrayMap(k -> toString(k), mapKeys(ref_nums)), arrayMap(k -> toString(k), mapKeys(ref_cats))))))) AS name
       FROM (SELECT win, prediction_id, nums, cats FROM (${rows})) AS served
       INNER JOIN (SELECT prediction_id AS ref_id, any(nums) AS ref_nums, any(cats) AS ref_cats ${reference}
                   AND prediction_id IN (SELECT prediction_id FROM (${rows})) GROUP BY prediction_id) AS trained
       ON served.prediction_id = trained.ref_id)
     GROUP BY win, name LIMIT 200000`,
    binds.params,
    { heavy: true },
  );
  for (const { win, name, n } of found) {
    const here = out.get(Number(win)) ?? { rows: 0, differ: new Map<string, number>() };
    out.set(Number(win), here);
    if (name === '') here.rows = Number(n);
    else here.differ.set(name, Number(n));
  }
  return out;
}

async function hasIds(store: EventStore, model: ModelContext, referenceId: string): Promise<boolean> {
  const known = withIds.get(referenceId);
  if (known !== undefined) return known;
  const rows = await store.query<{ has: number }>(
    `SELECT 1 AS has FROM ${store.database}.reference_rows
     WHERE project = {project:String} AND model = {model:String} AND reference = {reference:String} AND NOT match(prediction_id, '^row-[0-9]+$') LIMIT 1`,
    { project: model.projectId, model: model.model, reference: referenceId },
  );
  if (withIds.size >= REMEMBERED_MAX) withIds.clear();
  withIds.set(referenceId, rows.length > 0);
  return rows.length > 0;
}
