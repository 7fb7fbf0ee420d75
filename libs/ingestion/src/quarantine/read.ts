import { type EventStore, storeTime } from '@plumbline/clickhouse';
import type { Page } from '@plumbline/contracts';
import type { Kind } from '../commit/writeFlush.js';

export type QuarantineFilter = {
  kind?: Kind;
  model?: string;
  code?: string;
  prediction_id?: string;
  /** Found anywhere in the event or in the message, whatever the case of its letters. */
  search?: string;
  replayed?: boolean;
  /** Epoch ms, half-open. */
  from?: number;
  to?: number;
};
export type QuarantineQuery = QuarantineFilter & { projectId: string; limit: number; cursor?: string };
export type QuarantinedEvent = {
  id: string;
  kind: Kind;
  model: string;
  prediction_id: string;
  code: string;
  message: string;
  received_at: string;
  replayed_at: string | null;
  body: string;
};

const COLUMNS = 'id, kind, model, prediction_id, code, message, received_at, replayed_at, body';
const CONDITIONS: Record<string, string> = {
  kind: 'kind = {kind:String}',
  model: 'model = {model:String}',
  code: 'code = {code:String}',
  prediction_id: 'prediction_id = {prediction_id:String}',
  search:
    '(positionCaseInsensitiveUTF8(body, {search:String}) > 0 OR positionCaseInsensitiveUTF8(message, {search:String}) > 0)',
  replayed: '(replayed_at IS NOT NULL) = {replayed:Bool}',
  from: `received_at >= {from:DateTime64(3,'UTC')}`,
  to: `received_at < {to:DateTime64(3,'UTC')}`,
  cursor: 'id < {cursor:String}',
};

/** Rejected events, newest first. */
export async function listQuarantine(
  store: EventStore,
  { projectId, limit, from, to, ...rest }: QuarantineQuery,
): Promise<Page<QuarantinedEvent>> {
  const asked = {
    ...rest,
    from: from === undefined ? undefined : storeTime(from),
    to: to === undefined ? undefined : storeTime(to),
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined && value !== '');
  const rows = await store.query<QuarantinedEvent>(
    `SELECT ${COLUMNS} FROM ${store.database}.quarantine
     WHERE ${['project = {project:String}', ...given.map(([name]) => CONDITIONS[name])].join(' AND ')}
     ORDER BY id DESC LIMIT {limit:UInt32}`,
    { project: projectId, limit: limit + 1, ...Object.fromEntries(given) },
  );
  const items = rows.slice(0, limit);
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}

/** One quarantined event, to be sent through ingest again. */
export async function findQuarantined(
  store: EventStore,
  projectId: string,
  id: string,
): Promise<QuarantinedEvent | undefined> {
  const [row] = await store.query<QuarantinedEvent>(
    `SELECT ${COLUMNS} FROM ${store.database}.quarantine WHERE project = {project:String} AND id = {id:String} LIMIT 1`,
    { project: projectId, id },
  );
  return row;
}

/** Notes that they were taken after all. */
export async function markReplayed(
  store: EventStore,
  projectId: string,
  ids: readonly string[],
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return;
  await store.command(
    `ALTER TABLE ${store.database}.quarantine UPDATE replayed_at = {now:DateTime64(3,'UTC')}
     WHERE project = {project:String} AND id IN {ids:Array(String)} SETTINGS mutations_sync = 1`,
    { project: projectId, ids, now: storeTime(nowMs) },
  );
}
