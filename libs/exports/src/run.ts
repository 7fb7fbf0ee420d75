import type { EventStore } from '@plumbline/clickhouse';
import { type ExportManifest, iso, PlumblineError } from '@plumbline/contracts';
import {
  and,
  asc,
  type Db,
  eq,
  exports_,
  inArray,
  isNull,
  lt,
  type ModelContext,
  ne,
  newId,
  sql,
} from '@plumbline/control';
import type { ExportRow } from './create.js';
import { assertWhole, ChunkWriter, removeFile } from './write/chunks.js';
import { dropSorted } from './write/sort.js';
import { type Written, writeFile } from './write/write.js';

/** `keptBytesMax`: of all files of a project together. */
export type Limits = { fileBytesMax: number; keptBytesMax: number; keepMs: number; version: string };
/** What the writer is told beside the question. */
export type Circumstances = { limits: Limits; settled: boolean; stopping: () => boolean };
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
 * Writes the file of an export from the beginning; what the attempt before left is removed. Run it under a lease of the model. An attempt that
 * failed for a passing reason is thrown, and the export waits for the next; one that took its process with it counts too.
 */
export async function runExport(
  store: EventStore,
  db: Db,
  model: ModelContext,
  row: ExportRow,
  { limits, settled, stopping }: Circumstances,
): Promise<'done' | 'failed' | 'abandoned'> {
  const run = newId();
  const started = new Date();
  const key = { projectId: row.projectId, model: row.model, exportId: row.id, run };
  const taken = await db
    .update(exports_)
    .set({ state: 'running', run, startedAt: started, attempts: row.attempts + 1, rows: 0, bytes: 0, done: 0 })
    // As it was when it was read: of two that take it over one does.
    .where(
      and(
        eq(exports_.id, row.id),
        inArray(exports_.state, ['queued', 'running']),
        row.run === null ? isNull(exports_.run) : eq(exports_.run, row.run),
      ),
    )
    .returning({ id: exports_.id });
  if (taken.length === 0) return 'abandoned';
  const mine = and(eq(exports_.id, row.id), eq(exports_.run, run));
  const expiresAt = new Date(started.getTime() + limits.keepMs);
  try {
    if (row.run !== null) {
      await removeFile(store, { ...key, run: row.run });
      await dropSorted(store, { ...key, run: row.run });
    }
    if (row.attempts >= ATTEMPTS_MAX) throw new PlumblineError('too_large', ENDLESS);
    const bytesMax = Math.min(limits.fileBytesMax, limits.keptBytesMax - (await keptBytes(db, row)));
    const chunks = new ChunkWriter(store, key, expiresAt.getTime());
    const written = await writeFile(store, model, row.question, chunks, bytesMax, async (progress) => {
      const updated = await db.update(exports_).set(progress).where(mine).returning({ id: exports_.id });
      if (updated.length === 0 || stopping()) throw new Abandoned();
    });
    const file = await chunks.finish();
    await assertWhole(store, key, file.bytes);
    const manifest = manifestOf(row, model, written, file, { settled, version: limits.version });
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
      await removeFile(store, key);
      // That this process ends is no fault of the export.
      if (stopping()) await db.update(exports_).set({ attempts: row.attempts }).where(mine);
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
    await dropSorted(store, key).catch(() => {}); // they expire by themselves
  }
}

const ENDLESS = `It was begun ${ATTEMPTS_MAX} times and never came to an end. Ask for fewer columns or a shorter range.`;

/** Bytes that the other exports of the project hold, or are about to. */
async function keptBytes(db: Db, row: ExportRow): Promise<number> {
  const [held] = await db
    .select({ bytes: sql<number>`coalesce(sum(${exports_.bytes}), 0)` })
    .from(exports_)
    .where(
      and(eq(exports_.projectId, row.projectId), ne(exports_.id, row.id), inArray(exports_.state, ['running', 'done'])),
    );
  return Number(held?.bytes ?? 0);
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
  model: ModelContext,
  { rows, labelled, columns }: Written,
  { sha256, bytes }: { sha256: string; bytes: number },
  { settled, version }: { settled: boolean; version: string },
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
    as_of: q.as_of === undefined ? null : iso(q.as_of),
    known_at: iso(q.known_at),
    settled,
    definition: {
      threshold: model.task === 'binary' ? model.threshold : null,
      positive: model.task === 'binary' ? model.positive : [],
      missing_labels: model.missingLabels,
    },
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
    finished_at: new Date().toISOString(),
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
