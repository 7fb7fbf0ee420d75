import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import type { Page, Rejection } from '@plumbline/contracts';
import { newId } from '@plumbline/control';
import type { Kind } from './commit/writeFlush.js';

export type Rejected = { rejection: Rejection; model: string; body: string };
const BODY_MAX = 64 * 1024;

/** Keeps rejected events with their reason for 30 days. Failing to keep them never fails the request. */
export async function quarantine(
  store: EventStore,
  projectId: string,
  kind: Kind,
  rejected: readonly Rejected[],
  nowMs: number,
): Promise<void> {
  const rows = rejected.map(({ rejection, model, body }) => ({
    project: projectId,
    id: newId(),
    kind,
    model: model.slice(0, 128),
    prediction_id: (rejection.prediction_id ?? '').slice(0, 128).toWellFormed(),
    code: rejection.code,
    message: rejection.message.toWellFormed(),
    body: body.slice(0, BODY_MAX).toWellFormed(),
    received_at: storeTime(nowMs),
  }));
  if (rows.length > 0) await store.insert('quarantine', jsonLines(rows)).catch(() => {});
}

export type QuarantineQuery = {
  projectId: string;
  model?: string;
  from?: number;
  to?: number;
  limit: number;
  cursor?: string;
};
export type QuarantinedEvent = {
  id: string;
  kind: Kind;
  model: string;
  prediction_id: string;
  code: string;
  message: string;
  received_at: string;
  body: string;
};

export async function listQuarantine(store: EventStore, q: QuarantineQuery): Promise<Page<QuarantinedEvent>> {
  const conditions = [
    q.model && 'model = {model:String}',
    q.from !== undefined && `received_at >= {from:DateTime64(3,'UTC')}`,
    q.to !== undefined && `received_at < {to:DateTime64(3,'UTC')}`,
    q.cursor && 'id < {cursor:String}',
  ].filter(Boolean);
  const rows = await store.query<QuarantinedEvent>(
    `SELECT id, kind, model, prediction_id, code, message, received_at, body FROM ${store.database}.quarantine
     WHERE ${['project = {project:String}', ...conditions].join(' AND ')} ORDER BY id DESC LIMIT {limit:UInt32}`,
    {
      project: q.projectId,
      model: q.model ?? '',
      from: storeTime(q.from ?? 0),
      to: storeTime(q.to ?? 0),
      cursor: q.cursor ?? '',
      limit: q.limit + 1,
    },
  );
  const items = rows.slice(0, q.limit);
  return { items, next_cursor: rows.length > q.limit ? items.at(-1)!.id : null };
}

/** One quarantined event, to be sent through ingest again. */
export async function findQuarantined(
  store: EventStore,
  projectId: string,
  id: string,
): Promise<QuarantinedEvent | undefined> {
  const [row] = await store.query<QuarantinedEvent>(
    `SELECT id, kind, model, prediction_id, code, message, received_at, body FROM ${store.database}.quarantine
     WHERE project = {project:String} AND id = {id:String} LIMIT 1`,
    { project: projectId, id },
  );
  return row;
}
