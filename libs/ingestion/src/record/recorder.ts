import { type EventStore, jsonLines, storeTime } from '@plumbline/clickhouse';
import type { Logger } from '@plumbline/config';
import type { Flush } from '../commit/groupCommit.js';
import type { Batch, Committed, Kind } from '../commit/writeFlush.js';
import { Bytes } from '../encode/bytes.js';
import { ARRIVED, appendArrived } from './arrivals.js';
import { Catalogue } from './catalogue.js';

/** Recording gathers what comes while it rests: so many times as long as it took, which spares the store many small inserts. */
const REST_FACTOR = 10;
const REST_MS_MAX = 500;
const GATHER_BYTES_MAX = 8 << 20;

type Options = {
  store: EventStore;
  kind: Kind;
  log: Logger;
  onRecorded: (models: Committed[]) => void;
};

/**
 * Tells the workers what flushes have stored: names and types, the rows that arrived, and last the batches, by which all of it
 * becomes work. Nobody waits for that. What is lost when the process dies is found in the stored rows themselves.
 */
export class Recorder {
  readonly catalogue = new Catalogue();
  private batches: Batch[] = [];
  private arrived = new Bytes();
  private timer: NodeJS.Timeout | undefined;
  private restsUntil = 0;
  private writing: Promise<void> | undefined;

  constructor(private readonly options: Options) {}

  /** Notes the rows of a flush that were stored; its bytes may be used again afterwards. */
  note(batch: Batch, flush: Flush): void {
    appendArrived[this.options.kind](flush, this.arrived);
    for (const { row, verdict } of flush.entries)
      if (verdict === 'accepted' && row.shape) this.catalogue.note(row.shape, row.class, row.newClasses, row.ts);
    this.batches.push(batch);
    if (this.arrived.length >= GATHER_BYTES_MAX) void this.write();
    else this.arm();
  }

  /** Settles when there is room for more: the way in may be only so far ahead of its records. */
  async room(): Promise<void> {
    while (this.arrived.length >= GATHER_BYTES_MAX) await this.write();
  }

  /** Settles when all that was noted is recorded. */
  async all(): Promise<void> {
    while (this.batches.length > 0 || this.writing) await this.write();
  }

  private arm(): void {
    if (this.writing) return;
    this.timer ??= setTimeout(() => void this.write(), Math.max(0, this.restsUntil - performance.now()));
  }

  private write(): Promise<void> {
    if (this.writing) return this.writing;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.batches.length === 0) return Promise.resolve();
    this.writing = this.writeGathered();
    return this.writing;
  }

  private async writeGathered(): Promise<void> {
    const { store, kind, log, onRecorded } = this.options;
    const startedMs = performance.now();
    const { batches, arrived } = this;
    this.batches = [];
    this.arrived = new Bytes(Math.min(arrived.length + 4096, GATHER_BYTES_MAX));
    const names = this.catalogue.take();
    try {
      const token = batches[0]!.id;
      if (names.length > 0)
        await store.insert(
          'catalog',
          jsonLines(
            names.map(({ first, last, ...n }) => ({ ...n, first_ts: storeTime(first), last_ts: storeTime(last) })),
          ),
        );
      const columns = ARRIVED[kind];
      if (arrived.length > 0)
        await store.insert(`arrived_${kind}`, arrived.from(0), { token: `${token}-arrived`, columns });
      await store.insert('batches', jsonLines(batches.flatMap((b) => rowsOf(kind, b))), { token: `${token}-batches` });
      onRecorded(distinct(batches.flatMap((b) => b.models)));
    } catch (error) {
      this.catalogue.putBack(names);
      log.warn(
        { err: error, kind, batches: batches.length },
        'batches could not be recorded; they are found in the data',
      );
    } finally {
      const endedMs = performance.now();
      this.restsUntil = endedMs + Math.min(REST_MS_MAX, (endedMs - startedMs) * REST_FACTOR);
      this.writing = undefined;
      if (this.batches.length > 0) this.arm();
    }
  }
}

const rowsOf = (kind: Kind, { id, models, committedMs }: Batch) =>
  models.map((m) => ({
    batch_id: id,
    project: m.projectId,
    model: m.model,
    kind,
    rows: m.rows,
    duplicates: m.duplicates,
    ts_min: storeTime(m.from),
    ts_max: storeTime(m.to),
    committed_at: storeTime(committedMs),
  }));

const distinct = (models: readonly Committed[]): Committed[] => [
  ...new Map(models.map(({ projectId, model }) => [`${projectId}~${model}`, { projectId, model }])).values(),
];
