import { type EventStore, isDataError, jsonLines, storeError, storeTime } from '@plumbline/clickhouse';
import { groupBy } from '@plumbline/contracts';
import { newId } from '@plumbline/control';
import { lookUp } from '../dedup/load.js';
import type { Known } from '../dedup/seen.js';
import { finish, type Row } from '../encode.js';
import type { Entry } from './groupCommit.js';

export type Kind = 'predictions' | 'outcomes';
export type Committed = { projectId: string; model: string };

/** The engine refuses an insert that spans more than 100 partitions. */
const MONTHS_MAX = 50;

/** Same identity: is it the same event again, or another payload? An absent time takes no part. */
export const compare = (row: Row, known: Known): 'duplicate' | 'conflict' =>
  row.payload === known.payload && (row.givenTs === null || known.givenTs === null || row.givenTs === known.givenTs)
    ? 'duplicate'
    : 'conflict';

/**
 * One flush: looks up what memory may have forgotten, writes the rest in one insert, then records the batch for the
 * workers. Returns the models touched. If rows are refused by the store for what they hold, they are found by halving
 * and marked `unstorable`; the others are stored.
 */
export async function writeFlush(
  store: EventStore,
  kind: Kind,
  entries: readonly Entry[],
  nowMs: number,
): Promise<Committed[]> {
  await settleForgotten(store, kind, entries);
  const fresh = entries.filter((e) => e.ticket.verdict === undefined);
  const batchId = newId();
  for (const [n, group] of splitByMonths(fresh).entries())
    await insertHalving(store, kind, group, batchId, `${batchId}-${n}`);
  await recordBatch(store, kind, entries, batchId, nowMs);
  return [...touched(entries).values()].map(({ projectId, model }) => ({ projectId, model }));
}

async function settleForgotten(store: EventStore, kind: Kind, entries: readonly Entry[]): Promise<void> {
  const doubtful = entries.filter((e) => e.lookUp);
  if (doubtful.length === 0) return;
  const found = await lookUp(
    store,
    kind,
    doubtful.map((e) => e.row),
  );
  for (const { row, ticket } of doubtful) {
    const known = found.get(row.key);
    if (known) ticket.verdict = compare(row, known);
  }
}

function splitByMonths(entries: readonly Entry[]): Entry[][] {
  const byMonth = groupBy(entries, (e) => new Date(e.row.ts).toISOString().slice(0, 7));
  if (byMonth.size <= MONTHS_MAX) return entries.length > 0 ? [[...entries]] : [];
  const groups: Entry[][] = [];
  const months = [...byMonth.values()];
  for (let i = 0; i < months.length; i += MONTHS_MAX) groups.push(months.slice(i, i + MONTHS_MAX).flat());
  return groups;
}

/** Inserts; if the data is at fault halves until the culprits stand alone. The token makes a repeated insert harmless. */
async function insertHalving(
  store: EventStore,
  kind: Kind,
  entries: readonly Entry[],
  batchId: string,
  token: string,
): Promise<void> {
  const lines = Buffer.from(entries.map((e) => finish(e.row, batchId)).join('\n'));
  try {
    await store.insert(kind, lines, { token });
    for (const { ticket } of entries) ticket.verdict = 'accepted';
  } catch (error) {
    if (!isDataError(error)) throw storeError(error);
    if (entries.length === 1) {
      entries[0]!.ticket.verdict = 'unstorable';
      return;
    }
    const middle = entries.length >> 1;
    await insertHalving(store, kind, entries.slice(0, middle), batchId, `${token}l`);
    await insertHalving(store, kind, entries.slice(middle), batchId, `${token}r`);
  }
}

type Touched = Committed & { rows: number; duplicates: number; from: number; to: number };
function touched(entries: readonly Entry[]): Map<string, Touched> {
  const models = new Map<string, Touched>();
  for (const { row, ticket } of entries) {
    const name = `${row.projectId}\u0000${row.model}`;
    const m = models.get(name) ?? {
      projectId: row.projectId,
      model: row.model,
      rows: 0,
      duplicates: 0,
      from: row.ts,
      to: row.ts,
    };
    models.set(name, m);
    if (ticket.verdict === 'accepted') m.rows++;
    else if (ticket.verdict === 'duplicate') m.duplicates++;
    m.from = Math.min(m.from, row.ts);
    m.to = Math.max(m.to, row.ts);
  }
  return models;
}

/** Tells the workers. If this fails the rows are stored all the same, and the reconciler finds the batch in the data. */
async function recordBatch(
  store: EventStore,
  kind: Kind,
  entries: readonly Entry[],
  batchId: string,
  nowMs: number,
): Promise<void> {
  const rows = [...touched(entries).values()]
    .filter((m) => m.rows + m.duplicates > 0)
    .map((m) => ({
      batch_id: batchId,
      project: m.projectId,
      model: m.model,
      kind,
      rows: m.rows,
      duplicates: m.duplicates,
      ts_min: storeTime(m.from),
      ts_max: storeTime(m.to),
      committed_at: storeTime(nowMs),
    }));
  if (rows.length > 0) await store.insert('batches', jsonLines(rows), { token: `${batchId}-batch` }).catch(() => {});
}
