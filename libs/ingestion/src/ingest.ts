import type { EventStore } from '@plumbline/clickhouse';
import type { Config, Logger } from '@plumbline/config';
import type { IngestAnswer } from '@plumbline/contracts';
import type { Db } from '@plumbline/control';
import { Answer } from './answer.js';
import { checkAge } from './check/age.js';
import { Shapes } from './check/features.js';
import { checkOutcome } from './check/outcome.js';
import { checkPrediction, checkTask, inferTask } from './check/prediction.js';
import { type Limits, limitsOf, Refusal } from './check/refusal.js';
import { type Entry, type Flush, GroupCommit, type LaneName, laneOf } from './commit/groupCommit.js';
import { Receipt } from './commit/receipt.js';
import { type Committed, type Kind, writeFlush } from './commit/writeFlush.js';
import { compare } from './dedup/compare.js';
import { loadSeen } from './dedup/load.js';
import type { Seen } from './dedup/seen.js';
import { Bytes } from './encode/bytes.js';
import { encodeOutcome, encodePrediction, type Row } from './encode/row.js';
import { Models } from './models.js';
import { Quarantine } from './quarantine/keep.js';
import type { Origin, Parsed } from './read/body.js';
import { BodiesHeld } from './read/held.js';
import { Recorder } from './record/recorder.js';

/** Who sends: fairness is between senders, and between the models of one. */
export type Sender = { projectId: string; keyId: string };
/** Hears what ingest does, for metrics. */
export type Observer = {
  answered(kind: Kind, answer: IngestAnswer, rejected: ReadonlyMap<string, number>, ms: number): void;
  flushed(kind: Kind, flush: { events: number; bytes: number; ms: number; failed: boolean }): void;
  /** Milliseconds from the time of an event to its arrival; every sixteenth event. */
  lag(kind: Kind, ms: number): void;
};
/** `replay`: the events come from the quarantine, so what is refused again is there already. */
export type TakeOptions = { source?: string; replay?: boolean };
export type Ingest = {
  /** Checks, stores and answers for every event of a body; throws only if the body or a store fails, and then nothing new was acknowledged. */
  take(kind: Kind, sender: Sender, events: AsyncIterable<Parsed[]>, options?: TakeOptions): Promise<IngestAnswer>;
  readonly bodies: BodiesHeld;
  pending(kind: Kind): GroupCommit['pending'];
  /** A model was changed or deleted; with rows of it gone, what memory knows is no longer true. */
  changed(projectId: string, model: string, deleted: boolean): void;
  /** Settles when the workers have been told of all that was answered so far. */
  recorded(): Promise<void>;
  close(): Promise<void>;
};
export type IngestDeps = {
  store: EventStore;
  db: Db;
  config: Config;
  log: Logger;
  nowMs?: () => number;
  onCommitted: (kind: Kind, models: Committed[]) => void;
  observer?: Observer;
};

type Place = { answer: Answer; receipt: Receipt; index: number; origin: Origin };

const REJECTED_SHOWN_MAX = 100_000;
const LAG_EVERY = 16;

/** Opens the way in: one group commit and one memory of identities per kind of event. */
export async function openIngest(deps: IngestDeps): Promise<Ingest> {
  const { store, db, config, nowMs = Date.now } = deps;
  const seen = await loadSeen(store, config.PLUMBLINE_DEDUP_EVENTS, nowMs(), config.PLUMBLINE_FUTURE_MS_MAX);
  const models = new Models(db);
  const quarantine = new Quarantine(store, deps.log);
  const ways = {
    predictions: new WayIn('predictions', seen.predictions, models, quarantine, deps),
    outcomes: new WayIn('outcomes', seen.outcomes, models, quarantine, deps),
  };
  return {
    take: (kind, sender, events, options) => ways[kind].take(sender, events, options),
    bodies: new BodiesHeld(config.PLUMBLINE_BODIES_BYTES_MAX),
    pending: (kind) => ways[kind].commit.pending,
    changed(projectId, model, deleted) {
      models.forget(projectId, model);
      if (!deleted) return;
      for (const memory of Object.values(seen)) memory.clear(nowMs());
      for (const { recorder } of Object.values(ways)) recorder.catalogue.forget(projectId, model);
    },
    async recorded() {
      await Promise.all(Object.values(ways).map(({ recorder }) => recorder.all()));
    },
    async close() {
      await Promise.all(Object.values(ways).map(({ commit }) => commit.drain()));
      await Promise.all(Object.values(ways).map(({ recorder }) => recorder.all()));
    },
  };
}

/** The way of one kind of event: check → encode → place → wait for its flush → answer. */
class WayIn {
  readonly commit: GroupCommit;
  readonly recorder: Recorder;
  private readonly limits: Limits;
  private readonly shapes = new Shapes();
  private readonly encoded = new Bytes();
  private readonly nowMs: () => number;
  private events = 0;

  constructor(
    private readonly kind: Kind,
    private readonly memory: Seen<Entry>,
    private readonly models: Models,
    private readonly quarantine: Quarantine,
    private readonly deps: IngestDeps,
  ) {
    const { config, store, log, onCommitted } = deps;
    this.recorder = new Recorder({ store, kind, log, onRecorded: (models) => onCommitted(kind, models) });
    this.nowMs = deps.nowMs ?? Date.now;
    this.limits = limitsOf(config);
    this.commit = new GroupCommit(
      {
        flushMs: config.PLUMBLINE_FLUSH_MS,
        flushEvents: config.PLUMBLINE_FLUSH_EVENTS,
        flushBytes: config.PLUMBLINE_FLUSH_BYTES,
        pendingBytesMax: config.PLUMBLINE_PENDING_BYTES_MAX,
      },
      (flush) => this.write(flush),
    );
  }

  async take(
    sender: Sender,
    events: AsyncIterable<Parsed[]>,
    { source, replay = false }: TakeOptions = {},
  ): Promise<IngestAnswer> {
    const { kind } = this;
    const { projectId } = sender;
    const started = performance.now();
    this.commit.assertRoom(sender.keyId);
    const answer = new Answer(REJECTED_SHOWN_MAX);
    const receipt = new Receipt();
    let index = -1;
    let lane: LaneName | undefined;
    let row: Row;
    for await (const some of events) {
      const now = this.nowMs();
      for (const parsed of some) {
        index++;
        try {
          if (!parsed.ok) throw new Refusal('invalid_json', 'The line is not valid JSON.');
          if (kind === 'predictions') {
            const prediction = checkPrediction(parsed.event, this.limits, now, this.shapes);
            // Only a model that was not asked for lately makes the others wait.
            const model =
              this.models.known(projectId, prediction.model, now) ??
              (await this.models.find(projectId, prediction.model, () => inferTask(prediction), now));
            if (model.task) checkTask(prediction, model.task);
            if (model.retentionMs !== null) checkAge(prediction, model.retentionMs, now);
            this.encoded.clear();
            row = encodePrediction(prediction, projectId, now, this.encoded);
            row.shape = this.recorder.catalogue.shapeOf(projectId, prediction);
            row.newClasses = row.shape.schema.newClasses(prediction.scores);
          } else {
            const outcome = checkOutcome(parsed.event, this.limits, now);
            this.encoded.clear();
            row = encodeOutcome(outcome, projectId, now, this.encoded, source);
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          answer.refuse(index, error, parsed);
          continue;
        }
        if (row.model !== lane?.model) lane = laneOf(sender.keyId, row.model);
        this.place(row, lane, now, { answer, receipt, index, origin: parsed.origin });
        if (this.commit.isFull(lane)) await this.commit.room(lane);
      }
    }
    await receipt.all();
    const result = answer.settle();
    if (!replay) await this.quarantine.keep(projectId, kind, answer.rejected, this.nowMs());
    this.deps.observer?.answered(kind, result, answer.codes(), performance.now() - started);
    return result;
  }

  /** Finds the row in memory or gives it to a flush. Runs without waiting, so two equal events can never both pass. */
  private place(row: Row, lane: LaneName, now: number, { answer, receipt, index, origin }: Place): void {
    const { memory, commit } = this;
    const last = row.lastKey && row.givenTs === null ? memory.get(row.lastKey) : undefined;
    const known = memory.get(row.key) ?? (last?.payload === row.payload ? last : undefined);
    if (known) {
      const says = compare(row, known);
      if (says === 'duplicate') commit.repeat(row);
      if (!known.writing) return says === 'duplicate' ? answer.duplicate() : answer.conflict(index, row, origin);
      // The first one wins only once it is stored.
      receipt.expect();
      known.writing.receipts.push(receipt);
      return answer.waitFor({ index, entry: known.writing, again: row, origin });
    }
    const lookUp = this.mayBeStored(row);
    const entry = commit.add(lane, row, this.encoded, lookUp, receipt);
    entry.number = memory.begin(entry, now);
    answer.waitFor({ index, entry, origin });
    if (this.events++ % LAG_EVERY === 0) this.deps.observer?.lag(this.kind, now - row.ts);
  }

  /** May an earlier copy be stored that memory has forgotten? */
  private mayBeStored(row: Row): boolean {
    if (row.givenTs !== null) return this.memory.mayHaveForgotten(row.givenTs);
    // Outcomes lie in the order of their ids, so one without a time is sought at no cost; predictions are compared later.
    return this.kind === 'outcomes' && this.memory.hasForgotten;
  }

  private async write(flush: Flush): Promise<void> {
    const { kind, memory, deps } = this;
    const { entries, bytes } = flush;
    const started = performance.now();
    let failed = true;
    try {
      await this.recorder.room();
      const batch = await writeFlush(deps.store, kind, flush, this.nowMs());
      failed = false;
      this.recorder.note(batch, flush);
    } catch (error) {
      deps.log.error(
        { err: error, kind, events: entries.length },
        'a flush failed; its senders were told to try again',
      );
      throw error;
    } finally {
      for (const { row, verdict, number } of entries) {
        memory.ended(number);
        // What is not stored is not known, and of two payloads memory keeps the stored one by looking it up again.
        if (failed ? verdict !== 'duplicate' : verdict === 'unstorable' || verdict === 'conflict') memory.forget(row);
      }
      deps.observer?.flushed(kind, {
        events: entries.length,
        bytes: bytes.length,
        ms: performance.now() - started,
        failed,
      });
    }
  }
}
