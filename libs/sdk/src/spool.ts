import { Disk, isMissing } from './disk.js';
import type { Report } from './report.js';
import { byteLength, proc, quietTimer } from './runtime.js';
import { BEAT_MS, chunksOf, formatName, isOrphan, parseName } from './spool-files.js';
import type { EventKind, SpoolOptions } from './types.js';

const MAX_BYTES = 256 * 1024 * 1024;
const SEGMENT_BYTES = 4 * 1024 * 1024;
const KINDS = ['prediction', 'outcome'] as const;

interface Segment {
  name: string;
  bytes: number;
  /** Batches of it that are not acknowledged; at none the file is deleted. */
  refs: number;
}

/** Where a batch is on disk. */
export interface Ref {
  segment: Segment;
  offset: number;
  length: number;
}

export interface Found {
  kind: EventKind;
  ref: Ref;
  count: number;
}

/** Clients alive in this thread, across the ESM and the CommonJS copy of this module. */
const OWNERS = Symbol.for('plumbline.spool.owners');
const shared = globalThis as { [OWNERS]?: Set<string> };
shared[OWNERS] ??= new Set();
const owners = shared[OWNERS];

/**
 * Batches on disk from before their first try until the acknowledgement, as NDJSON in segments of 4 MiB that only their
 * writer appends to. Not synced: it survives the death of the process, not the loss of power.
 */
export class Spool {
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #report: Report;
  readonly #owner = Math.floor(Math.random() * 2 ** 48).toString(16);
  readonly #segments = new Set<Segment>();
  readonly #active: Partial<Record<EventKind, Segment>> = {};
  readonly #opening: Promise<Disk | undefined>;
  #disk: Disk | undefined;
  #sequence = 0;
  #totalBytes = 0;
  /** What was told and has not changed since. */
  #trouble: 'full' | 'broken' | undefined;
  #closed = false;
  #beat: ReturnType<typeof setTimeout> | undefined;
  /** Appends one after the other, or offsets would lie. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions, report: Report) {
    this.#dir = options.dir;
    this.#maxBytes = Number(options.maxBytes) > 0 ? Number(options.maxBytes) : MAX_BYTES;
    this.#report = report;
    owners.add(this.#owner);
    this.#disk = Disk.openNow(this.#dir);
    this.#opening = this.#disk ? Promise.resolve(this.#disk) : Disk.open(this.#dir);
    if (this.#disk) this.#make(this.#disk);
    else void this.#opening.then((disk) => this.#opened(disk));
  }

  /** Finds what dead writers left, now and every minute, cut into batches; resolves after the first look. */
  start(batchSize: number, batchBytes: number, onFound: (found: Found[]) => void): Promise<void> {
    const round = async () => {
      const disk = await this.#opening;
      if (!disk || this.#closed) return;
      try {
        await Promise.all([...this.#segments].map(({ name }) => disk.touch(name).catch(() => undefined)));
        onFound(await this.#adopt(disk, batchSize, batchBytes));
      } catch (error) {
        if (!isMissing(error)) this.#broken(error);
      }
      if (!this.#closed) this.#beat = quietTimer(() => void round(), BEAT_MS);
    };
    return round();
  }

  /** `undefined`: not stored, disk full or bound reached; the batch stays in memory only. */
  append(kind: EventKind, text: string): Promise<Ref | undefined> {
    const result = this.#tail.then(() => this.#append(kind, text));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #append(kind: EventKind, text: string): Promise<Ref | undefined> {
    const disk = await this.#opening;
    if (!disk) return undefined;
    const bytes = Buffer.from(text);
    if (this.#isFull(bytes.length)) return undefined;
    for (let attempt = 0; ; attempt++) {
      const segment = this.#segmentFor(kind, disk);
      const offset = segment.bytes;
      segment.refs++; // before the first await: a segment that is being written to is not deleted
      try {
        await disk.write(segment.name, offset, bytes);
        segment.bytes += bytes.length;
        this.#totalBytes += bytes.length;
        if (this.#trouble === 'broken') this.#trouble = undefined;
        return { segment, offset, length: bytes.length };
      } catch (error) {
        this.#retire(kind);
        if (offset > 0 && isMissing(error) && attempt === 0) {
          segment.refs--; // others of it will find it missing too, and let go
          continue;
        }
        this.release({ segment, offset, length: 0 });
        this.#broken(error);
        return undefined;
      }
    }
  }

  /** For the last moment of the process, when nothing asynchronous runs any more. */
  appendSync(kind: EventKind, text: string): boolean {
    if (!this.#disk || this.#isFull(byteLength(text))) return false;
    this.#retire(kind);
    try {
      this.#disk.writeNow(this.#segmentFor(kind, this.#disk).name, text);
      return true;
    } catch (error) {
      this.#broken(error);
      return false;
    }
  }

  /** The lines of a batch; `undefined` when another process has taken the file over. Throws if the disk does. */
  async read({ segment, offset, length }: Ref): Promise<string[] | undefined> {
    const disk = await this.#opening;
    try {
      return (await disk?.read(segment.name, offset, length))?.slice(0, -1).split('\n');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Two halves, of which the first has `length` bytes; both must be released. */
  split(ref: Ref, length: number): [Ref, Ref] {
    ref.segment.refs++;
    const { segment, offset } = ref;
    return [
      { segment, offset, length },
      { segment, offset: offset + length, length: ref.length - length },
    ];
  }

  /** Acknowledged or given up: not to be delivered again. */
  release({ segment }: Ref): void {
    if (--segment.refs > 0) return;
    for (const kind of KINDS) if (this.#active[kind] === segment) this.#retire(kind);
    this.#segments.delete(segment);
    this.#totalBytes -= segment.bytes;
    if (this.#trouble === 'full') this.#trouble = undefined;
    this.#tail = this.#tail.then(() => this.#disk?.remove(segment.name)).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#beat);
    await this.#tail;
    owners.delete(this.#owner);
  }

  #opened(disk: Disk | undefined): void {
    this.#disk = disk;
    if (disk) this.#make(disk);
    else {
      const why = 'a spool needs a file system (Node.js); events are kept in memory only';
      this.#report.error('spool', `${this.#dir}: ${why}`);
    }
  }

  #make(disk: Disk): void {
    try {
      disk.make();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Told once, until something can be written again: every batch will find it so. */
  #broken(error: unknown): void {
    if (this.#trouble === 'broken') return;
    this.#trouble = 'broken';
    const why = (error as Error).message;
    this.#report.error('spool', `${this.#dir}: ${why}; events are kept in memory only while that lasts`, error);
  }

  #isFull(bytes: number): boolean {
    if (this.#totalBytes + bytes <= this.#maxBytes) return false;
    if (this.#trouble !== 'full') {
      this.#trouble = 'full';
      this.#report.error(
        'spool_full',
        `${this.#dir} holds ${this.#maxBytes} bytes; more events are kept in memory only`,
      );
    }
    return true;
  }

  #segmentFor(kind: EventKind, disk: Disk): Segment {
    const active = this.#active[kind];
    if (active && active.bytes < SEGMENT_BYTES) return active;
    const segment = { name: this.#nameFor(kind, disk, Date.now()), bytes: 0, refs: 0 };
    this.#segments.add(segment);
    this.#active[kind] = segment;
    return segment;
  }

  #nameFor(kind: EventKind, { host, thread }: Disk, bornMs: number): string {
    const sequence = this.#sequence++;
    return formatName({ bornMs, sequence, host, pid: proc?.pid ?? 0, thread, owner: this.#owner, kind });
  }

  #retire(kind: EventKind): void {
    delete this.#active[kind];
  }

  async #adopt(disk: Disk, batchSize: number, batchBytes: number): Promise<Found[]> {
    const { host, thread } = disk;
    const here = { host, thread, pid: proc?.pid ?? 0, owners, isAlive };
    const found: Found[] = [];
    for (const from of await disk.list()) {
      const file = parseName(from);
      if (!file) continue;
      try {
        if (!isOrphan(file, await disk.ageMs(from), here)) continue;
        const name = this.#nameFor(file.kind, disk, file.bornMs);
        await disk.rename(from, name);
        found.push(...this.#take(name, file.kind, await disk.readAll(name), batchSize, batchBytes));
      } catch (error) {
        if (!isMissing(error)) this.#report.error('spool', `${this.#dir}/${from}: ${(error as Error).message}`, error);
      }
    }
    return found;
  }

  #take(name: string, kind: EventKind, bytes: Uint8Array, batchSize: number, batchBytes: number): Found[] {
    const { chunks, damaged } = chunksOf(bytes, batchSize, batchBytes);
    if (damaged > 0) this.#report.error('spool', `${this.#dir}/${name}: ${damaged} damaged lines are left out`);
    const segment = { name, bytes: bytes.length, refs: chunks.length };
    this.#segments.add(segment);
    this.#totalBytes += bytes.length;
    if (chunks.length === 0) {
      segment.refs = 1;
      this.release({ segment, offset: 0, length: 0 });
    }
    return chunks.map(({ offset, length, count }) => ({ kind, count, ref: { segment, offset, length } }));
  }
}

function isAlive(pid: number): boolean {
  try {
    proc?.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
