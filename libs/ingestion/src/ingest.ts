import type { EventStore } from '@plumbline/clickhouse';
import type { Config, Logger } from '@plumbline/config';
import { type IngestAnswer, PlumblineError, type Rejection } from '@plumbline/contracts';
import type { Db } from '@plumbline/control';
import { checkOutcome } from './check/outcome.js';
import { checkPrediction, checkTask, inferTask } from './check/prediction.js';
import { type Limits, Refusal } from './check/refusal.js';
import { type Entry, GroupCommit } from './commit/groupCommit.js';
import { type Committed, compare, type Kind, writeFlush } from './commit/writeFlush.js';
import { loadSeen } from './dedup/load.js';
import type { Seen, Ticket } from './dedup/seen.js';
import { encodeOutcome, encodePrediction, lastLabelKey, type Row } from './encode.js';
import { ModelTasks } from './models.js';
import { quarantine, type Rejected } from './quarantine.js';
import type { Parsed } from './read/body.js';

export type IngestStats = {
  accepted: number;
  duplicates: number;
  rejected: Map<string, number>;
  flushes: number;
  flushMs: number;
  pendingBytes: number;
};
export type Ingest = {
  /** Checks, stores and answers for every event of a body; throws only if the body or a store fails, and then nothing new was acknowledged. */
  take(kind: Kind, projectId: string, events: AsyncIterable<Parsed>, source?: string): Promise<IngestAnswer>;
  stats(kind: Kind): IngestStats;
  /** Rows were deleted from the store: what memory knows of them is no longer true. */
  forget(): void;
  close(): Promise<void>;
};
export type IngestDeps = {
  store: EventStore;
  db: Db;
  config: Config;
  log: Logger;
  nowMs?: () => number;
  onCommitted: (kind: Kind, models: Committed[]) => void;
};

/** A verdict that waits for a flush: of an own row, or of another one that says the same. */
type Waiting = { index: number; row: Row; ticket: Ticket; own: boolean; body: string };
const ANSWERED_MAX = 10_000;

/** Opens the way in: one group commit and one memory of identities per kind of event. */
export async function openIngest({
  store,
  db,
  config,
  log,
  nowMs = Date.now,
  onCommitted,
}: IngestDeps): Promise<Ingest> {
  const limits: Limits = {
    featuresMax: config.PLUMBLINE_FEATURES_MAX,
    textMax: config.PLUMBLINE_TEXT_MAX,
    futureMsMax: config.PLUMBLINE_FUTURE_MS_MAX,
  };
  const bounds = {
    flushMs: config.PLUMBLINE_FLUSH_MS,
    flushEvents: config.PLUMBLINE_FLUSH_EVENTS,
    flushBytes: config.PLUMBLINE_FLUSH_BYTES,
    pendingBytesMax: config.PLUMBLINE_PENDING_BYTES_MAX,
  };
  const seen = await loadSeen(store, config.PLUMBLINE_DEDUP_EVENTS, nowMs());
  const tasks = new ModelTasks(db);
  const lane = (kind: Kind) => {
    const stats: IngestStats = {
      accepted: 0,
      duplicates: 0,
      rejected: new Map(),
      flushes: 0,
      flushMs: 0,
      pendingBytes: 0,
    };
    const commit = new GroupCommit(bounds, async (entries) => {
      const started = performance.now();
      try {
        onCommitted(kind, await writeFlush(store, kind, entries, nowMs()));
      } catch (error) {
        forget(seen[kind], entries);
        log.error({ err: error, kind, events: entries.length }, 'a flush failed; its senders were told to try again');
        throw error;
      } finally {
        stats.flushes++;
        stats.flushMs += performance.now() - started;
      }
    });
    return { commit, stats, seen: seen[kind] };
  };
  const lanes = { predictions: lane('predictions'), outcomes: lane('outcomes') };

  const encode = async (kind: Kind, event: unknown, projectId: string, now: number, source?: string): Promise<Row> => {
    if (kind === 'outcomes') return encodeOutcome(checkOutcome(event, limits, now), projectId, now, source);
    const prediction = checkPrediction(event, limits, now);
    const task = await tasks.taskOf(projectId, prediction.model, () => inferTask(prediction), now);
    if (task) checkTask(prediction, task);
    return encodePrediction(prediction, projectId, now);
  };

  const take = async (
    kind: Kind,
    projectId: string,
    events: AsyncIterable<Parsed>,
    source?: string,
  ): Promise<IngestAnswer> => {
    const { commit, stats, seen: memory } = lanes[kind];
    commit.assertRoom();
    const waiting: Waiting[] = [];
    const rejected: Rejected[] = [];
    let index = -1;
    for await (const parsed of events) {
      index++;
      await commit.room();
      try {
        if (!parsed.ok) throw new Refusal('invalid_json', 'The line is not valid JSON.');
        const row = await encode(kind, parsed.event, projectId, nowMs(), source);
        waiting.push({ index, row, body: parsed.raw ?? '', ...place(kind, row, memory, commit, limits, nowMs()) });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        rejected.push(reject(index, error, parsed));
      }
    }
    await Promise.all(new Set(waiting.map((w) => w.ticket.done)));
    const answer = settle(waiting, rejected);
    stats.accepted += answer.accepted;
    stats.duplicates += answer.duplicates;
    for (const { code } of answer.rejected) stats.rejected.set(code, (stats.rejected.get(code) ?? 0) + 1);
    await quarantine(store, projectId, kind, rejected, nowMs());
    answer.rejected.sort((a, b) => a.index - b.index);
    return { ...answer, rejected: answer.rejected.slice(0, ANSWERED_MAX) };
  };

  return {
    take,
    stats: (kind) => ({ ...lanes[kind].stats, pendingBytes: lanes[kind].commit.pending.bytes }),
    forget() {
      seen.predictions.clear(nowMs());
      seen.outcomes.clear(nowMs());
    },
    async close() {
      await Promise.all([lanes.predictions.commit.drain(), lanes.outcomes.commit.drain()]);
    },
  };
}

const STORED: Ticket = { verdict: 'accepted', done: Promise.resolve() };

/** Finds the row in memory or gives it to the next flush. Runs without waiting, so two equal events can never both pass. */
function place(
  kind: Kind,
  row: Row,
  memory: Seen,
  commit: GroupCommit,
  limits: Limits,
  now: number,
): { ticket: Ticket; own: boolean } {
  const repeated =
    kind === 'outcomes' && row.givenTs === null
      ? memory.get(lastLabelKey(row.projectId, row.model, row.predictionId))
      : undefined;
  const known = memory.get(row.key) ?? (repeated?.payload === row.payload ? repeated : undefined);
  if (known) {
    if (compare(row, known) === 'conflict')
      return { ticket: { verdict: 'conflict', done: known.writing?.done ?? STORED.done }, own: true };
    commit.count(row);
    return { ticket: known.writing ?? STORED, own: false };
  }
  const ticket = commit.add(row, row.givenTs !== null && memory.mayHaveForgotten(row.givenTs, limits.futureMsMax));
  const entry = { payload: row.payload, givenTs: row.givenTs, writing: ticket };
  memory.set(row.key, entry, now);
  if (kind === 'outcomes') memory.set(lastLabelKey(row.projectId, row.model, row.predictionId), entry, now);
  ticket.done.then(
    () => {
      entry.writing = undefined as unknown as Ticket;
      if (ticket.verdict === 'unstorable' || ticket.verdict === 'conflict') memory.delete(row.key);
    },
    () => {},
  );
  return { ticket, own: true };
}

/** What a failed flush would have stored; what it only counted is stored and stays known. */
function forget(memory: Seen, entries: readonly Entry[]): void {
  for (const { row, ticket } of entries) {
    if (ticket.verdict === 'duplicate') continue;
    memory.delete(row.key);
    memory.delete(lastLabelKey(row.projectId, row.model, row.predictionId));
  }
}

/** Turns tickets into the answer, now that every flush they wait for has ended. */
function settle(waiting: readonly Waiting[], rejected: Rejected[]): IngestAnswer {
  const answer: IngestAnswer = { accepted: 0, duplicates: 0, rejected: rejected.map((r) => r.rejection) };
  for (const { index, row, ticket, own, body } of waiting) {
    const { verdict } = ticket;
    if (verdict === 'accepted' && own) answer.accepted++;
    else if (verdict === 'accepted' || verdict === 'duplicate') answer.duplicates++;
    else if (verdict === undefined)
      throw new PlumblineError('internal', 'A flush ended without a verdict for one of its events.');
    else {
      const message =
        verdict === 'conflict'
          ? 'Another payload is already stored under this model, version and prediction_id; the first one stays. Use a new prediction_id.'
          : 'The store refused this event; it is kept in quarantine.';
      const rejection: Rejection = { index, prediction_id: row.predictionId, code: verdict, message };
      answer.rejected.push(rejection);
      rejected.push({ rejection, model: row.model, body: body || row.line });
    }
  }
  return answer;
}

function reject(index: number, error: Refusal, parsed: Parsed): Rejected {
  const event =
    parsed.ok && typeof parsed.event === 'object' && parsed.event !== null
      ? (parsed.event as Record<string, unknown>)
      : {};
  const id = typeof event.prediction_id === 'string' ? event.prediction_id.slice(0, 128) : undefined;
  return {
    rejection: { index, ...(id ? { prediction_id: id } : {}), code: error.code, message: error.message },
    model: typeof event.model === 'string' ? event.model : '',
    body: parsed.ok ? (parsed.raw ?? bodyOf(parsed.event)) : parsed.raw,
  };
}

/** The event as it was sent, for the quarantine; empty if it is nested too deeply to be written. */
function bodyOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return '';
  }
}
