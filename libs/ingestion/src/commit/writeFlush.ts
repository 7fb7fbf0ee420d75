import { type EventStore, isDataError, storeError } from '@plumbline/clickhouse';
import { compare } from '../dedup/compare.js';
import { lookUp } from '../dedup/lookUp.js';
import { Bytes } from '../encode/bytes.js';
import { COLUMNS, type Row } from '../encode/row.js';
import type { Entry, Flush } from './groupCommit.js';

export type Kind = 'predictions' | 'outcomes';
export type Committed = { projectId: string; model: string };

/** The engine refuses an insert that spans more than 100 partitions. */
const MONTHS_MAX = 50;

/** What a flush wrote, per model: what the workers must be told. */
export type Batch = { id: string; models: Touched[]; committedMs: number };

/**
 * One flush: looks up what memory may have forgotten and writes the rest in one insert. If rows are refused by the store for
 * what they hold, they are found by halving and marked `unstorable`; the others are stored.
 */
export async function writeFlush(store: EventStore, kind: Kind, flush: Flush, nowMs: number): Promise<Batch> {
  await settleForgotten(store, kind, flush.entries);
  const fresh = flush.entries.filter((e) => e.verdict === undefined);
  for (const [n, group] of splitByMonths(fresh).entries())
    await insertHalving(store, kind, group, flush, `${flush.batchId}-${n}`);
  return { id: flush.batchId, models: touched(flush), committedMs: nowMs };
}

async function settleForgotten(store: EventStore, kind: Kind, entries: readonly Entry[]): Promise<void> {
  const doubtful = entries.filter((e) => e.lookUp);
  if (doubtful.length === 0) return;
  const find = await lookUp(
    store,
    kind,
    doubtful.map((e) => e.row),
  );
  for (const entry of doubtful) {
    entry.known = find(entry.row);
    if (entry.known) entry.verdict = compare(entry.row, entry.known);
  }
}

function splitByMonths(entries: readonly Entry[]): (readonly Entry[])[] {
  const months = new Map<number, Entry[]>();
  let from = 0;
  let to = 0;
  let current: Entry[] = [];
  for (const entry of entries) {
    const { ts } = entry.row;
    if (ts < from || ts >= to) {
      const date = new Date(ts);
      from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
      to = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
      current = months.get(from) ?? [];
      months.set(from, current);
    }
    current.push(entry);
  }
  if (months.size <= MONTHS_MAX) return entries.length > 0 ? [entries] : [];
  const lists = [...months.values()];
  const groups: Entry[][] = [];
  for (let i = 0; i < lists.length; i += MONTHS_MAX) groups.push(lists.slice(i, i + MONTHS_MAX).flat());
  return groups;
}

/** Inserts; if the data is at fault halves until the culprits stand alone. The token makes a repeated insert harmless. */
async function insertHalving(
  store: EventStore,
  kind: Kind,
  entries: readonly Entry[],
  flush: Flush,
  token: string,
): Promise<void> {
  try {
    await store.insert(kind, linesOf(entries, flush), { token, columns: COLUMNS[kind] });
    for (const entry of entries) entry.verdict = 'accepted';
  } catch (error) {
    if (!isDataError(error)) throw storeError(error);
    if (entries.length === 1) {
      entries[0]!.verdict = 'unstorable';
      return;
    }
    const middle = entries.length >> 1;
    await insertHalving(store, kind, entries.slice(0, middle), flush, `${token}l`);
    await insertHalving(store, kind, entries.slice(middle), flush, `${token}r`);
  }
}

/** Nearly always the whole flush, as it is. */
function linesOf(entries: readonly Entry[], flush: Flush): Buffer {
  if (entries.length === flush.entries.length) return flush.bytes.from(0);
  const lines = new Bytes(entries.reduce((n, e) => n + e.end - e.start, 0));
  for (const { start, end } of entries) lines.copy(flush.bytes.buffer, start, end);
  return lines.from(0);
}

export type Touched = Committed & { rows: number; duplicates: number; from: number; to: number };
function touched({ entries, repeats }: Flush): Touched[] {
  const models = new Map<string, Touched>();
  let last: Touched | undefined;
  const of = ({ projectId, model, ts }: Row): Touched => {
    if (last?.model === model && last.projectId === projectId) return last;
    const name = `${projectId}\u0000${model}`;
    last = models.get(name) ?? { projectId, model, rows: 0, duplicates: 0, from: ts, to: ts };
    models.set(name, last);
    return last;
  };
  for (const { row, verdict } of entries) {
    const m = of(row);
    if (verdict === 'accepted') m.rows++;
    else if (verdict === 'duplicate') m.duplicates++;
    if (row.ts < m.from) m.from = row.ts;
    if (row.ts > m.to) m.to = row.ts;
  }
  for (const { row, count, from, to } of repeats.values()) {
    const m = of(row);
    m.duplicates += count;
    m.from = Math.min(m.from, from);
    m.to = Math.max(m.to, to);
  }
  return [...models.values()].filter((m) => m.rows + m.duplicates > 0);
}
