import type { EventStore } from '@plumbline/clickhouse';
import { type ExportManifest, iso, PlumblineError } from '@plumbline/contracts';
import { and, asc, type Db, eq, exports_, inArray, lt, type ModelContext, newId, sql } from '@plumbline/control';
import type { ExportRow } from './create.js';
import { ChunkWriter, removeFile } from './write/chunks.js';
import { dropSorted } from './write/sort.js';
import { type Written, writeFile } from './write/write.js';

export type Limits = { fileBytesMax: number; keepMs: number; version: string };
const ATTEMPTS_MAX = 5;

/** It was deleted or taken over meanwhile, or this process ends. */
class Abandoned extends Error {
  override name = 'Abandoned';
}

/** Exports that wait to be written, or whose writer has died, the oldest of each model. */
export async function waitingExports(db: Db): Promise<{ projectId: string; model: string }[]> {
  return db
    .selectDistinct({ projectId: exports_.projectId, model: exports_.model })
    .from(exports_)
    .where(inArray(exports_.state, ['queued', 'running']))
    .limit(1000);
}

export async function nextExport(db: Db, projectId: string, model: string): Promise<ExportRow | undefined> {
  const [row] = await db
    .select()
    .from(exports_)
    .where(
      and(eq(exports_.projectId, projectId), eq(exports_.model, model), inArray(exports_.state, ['queued', 'running'])),
    )
    .orderBy(asc(exports_.id))
    .limit(1);
  return row;
}

/**
 * Writes the file of an export from the beginning; what an earlier attempt left is removed. Run it under a lease of the model. An attempt that
 * failed for a passing reason is thrown, and the export waits for the next.
 */
export async function runExport(
  store: EventStore,
  db: Db,
  model: ModelContext,
  row: ExportRow,
  limits: Limits,
  stopping: () => boolean,
): Promise<'done' | 'failed' | 'abandoned'> {
  const run = newId();
  const started = new Date();
  const key = { projectId: row.projectId, model: row.model, exportId: row.id, run };
  const taken = await db
    .update(exports_)
    .set({ state: 'running', run, startedAt: started, attempts: row.attempts + 1, rows: 0, bytes: 0, done: 0 })
    .where(and(eq(exports_.id, row.id), inArray(exports_.state, ['queued', 'running'])))
    .returning({ id: exports_.id });
  if (taken.length === 0) return 'abandoned';
  const mine = and(eq(exports_.id, row.id), eq(exports_.run, run));
  const expiresAt = new Date(started.getTime() + limits.keepMs);
  try {
    await removeFile(store, key, run);
    await dropSorted(store, key);
    const chunks = new ChunkWriter(store, key, expiresAt.getTime());
    const written = await writeFile(store, model, row.question, chunks, limits.fileBytesMax, async (progress) => {
      const updated = await db.update(exports_).set(progress).where(mine).returning({ id: exports_.id });
      if (updated.length === 0 || stopping()) throw new Abandoned();
    });
    const file = await chunks.finish();
    const manifest = manifestOf(row, written, file, limits.version, new Date());
    const done = await db
      .update(exports_)
      .set({
        state: 'done',
        manifest,
        finishedAt: new Date(),
        expiresAt,
        rows: written.rows,
        bytes: file.bytes,
        error: null,
      })
      .where(mine)
      .returning({ id: exports_.id });
    if (done.length === 0) throw new Abandoned();
    return 'done';
  } catch (error) {
    if (error instanceof Abandoned) {
      // A run that took over has pieces of its own; only of an export that is gone all go.
      const [left] = await db.select({ id: exports_.id }).from(exports_).where(eq(exports_.id, row.id));
      if (!left) await removeFile(store, key);
      return 'abandoned';
    }
    if (isPassing(error) && row.attempts + 1 < ATTEMPTS_MAX) throw error;
    await db
      .update(exports_)
      .set({ state: 'failed', finishedAt: new Date(), error: reasonOf(error), bytes: 0 })
      .where(mine);
    await removeFile(store, key).catch(() => {}); // they expire by themselves
    if (error instanceof PlumblineError && error.code !== 'internal') return 'failed';
    throw error;
  } finally {
    await dropSorted(store, key, run).catch(() => {}); // they expire by themselves
  }
}

const isPassing = (error: unknown): boolean =>
  !(error instanceof PlumblineError) || error.code === 'store_unavailable' || error.code === 'query_too_heavy';

function reasonOf(error: unknown): string {
  if (!(error instanceof PlumblineError) || error.code === 'internal')
    return 'Something went wrong here; the log of the worker has the reason.';
  if (error.code === 'query_too_heavy')
    return 'ClickHouse took too long or needed too much memory. Ask for fewer columns or a shorter range.';
  return error.detail;
}

function manifestOf(
  row: ExportRow,
  { rows, labelled, columns }: Written,
  { sha256, bytes }: { sha256: string; bytes: number },
  version: string,
  finished: Date,
): ExportManifest {
  const { question: q } = row;
  return {
    export: row.id,
    model: row.model,
    format: q.format,
    from: iso(q.from),
    to: iso(q.to),
    filters: q.filters,
    version: q.version ?? null,
    known_at: iso(q.known_at),
    order: q.order,
    limit: q.limit ?? null,
    seed: q.order === 'random' ? q.seed : null,
    spreadsheet_safe: q.spreadsheet_safe,
    rows,
    labelled,
    bytes,
    sha256,
    schema: columns.map(({ name, field, type }) => ({ column: name, field, type })),
    plumbline: version,
    created_at: row.createdAt.toISOString(),
    finished_at: finished.toISOString(),
  };
}

const EXPIRE_AT_ONCE = 100;
/** What is left of an export that is long over. */
const FORGET_MS = 90 * 86_400_000;

/** Files whose time is over go; the exports stay as `expired` with their manifests, and are forgotten later. */
export async function expireExports(store: EventStore, db: Db, nowMs: number): Promise<number> {
  const rows = await db
    .select()
    .from(exports_)
    .where(and(eq(exports_.state, 'done'), lt(exports_.expiresAt, new Date(nowMs))))
    .limit(EXPIRE_AT_ONCE);
  for (const row of rows) {
    await db.update(exports_).set({ state: 'expired' }).where(eq(exports_.id, row.id));
    await removeFile(store, { projectId: row.projectId, model: row.model, exportId: row.id });
  }
  await db
    .delete(exports_)
    .where(
      and(inArray(exports_.state, ['expired', 'failed']), sql`${exports_.createdAt} < ${new Date(nowMs - FORGET_MS)}`),
    );
  return rows.length;
}
