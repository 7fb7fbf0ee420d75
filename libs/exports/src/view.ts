import { type ExportSummary, type ExportView, iso, notFound, type Page } from '@plumbline/contracts';
import { and, desc, eq, exports_, lt, type Tx } from '@plumbline/control';
import type { ExportRow } from './create.js';

export async function getExport(tx: Tx, projectId: string, id: string): Promise<ExportRow> {
  const [row] = await tx
    .select()
    .from(exports_)
    .where(and(eq(exports_.projectId, projectId), eq(exports_.id, id)));
  if (!row) throw notFound('export', id);
  return row;
}

/** Newest first. */
export async function listExports(
  tx: Tx,
  projectId: string,
  q: { model?: string; state?: ExportSummary['state']; limit: number; cursor?: string },
): Promise<Page<ExportSummary>> {
  const rows = await tx
    .select()
    .from(exports_)
    .where(
      and(
        eq(exports_.projectId, projectId),
        q.model ? eq(exports_.model, q.model) : undefined,
        q.state ? eq(exports_.state, q.state) : undefined,
        q.cursor ? lt(exports_.id, q.cursor) : undefined,
      ),
    )
    .orderBy(desc(exports_.id))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit).map(exportSummary);
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}

export function exportSummary(row: ExportRow): ExportSummary {
  const { question: q } = row;
  return {
    id: row.id,
    model: row.model,
    state: row.state,
    format: q.format,
    from: iso(q.from),
    to: iso(q.to),
    filters: q.filters,
    version: q.version ?? null,
    order: q.order,
    limit: q.limit ?? null,
    known_at: iso(q.known_at),
    rows: row.rows,
    bytes: row.bytes,
    progress: progressOf(row),
    error: row.error,
    created_at: row.createdAt.toISOString(),
    created_by: row.createdBy,
    expires_at: row.expiresAt?.toISOString() ?? null,
    download: row.state === 'done' ? `/v1/exports/${row.id}/download` : null,
  };
}

export const exportView = (row: ExportRow): ExportView => ({ ...exportSummary(row), manifest: row.manifest });

/** 1 only when it is done: the last part may take its time. */
function progressOf({ state, done, total }: Pick<ExportRow, 'state' | 'done' | 'total'>): number {
  if (state === 'done' || state === 'expired') return 1;
  return total > 0 ? Math.min(0.99, done / total) : 0;
}

const EXTENSION = { parquet: 'parquet', csv: 'csv', ndjson: 'ndjson' } as const;
export const CONTENT_TYPE = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
} as const;

/** A name that says what the file is, of characters that every system takes. */
export function fileName({ model, question: q, id }: Pick<ExportRow, 'model' | 'question' | 'id'>): string {
  const day = (ms: number) => iso(ms).slice(0, 10);
  return `${model}_${day(q.from)}_${day(q.to)}_${id.slice(-6)}.${EXTENSION[q.format]}`;
}
