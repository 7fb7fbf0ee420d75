import type { Report } from './report.js';
import { builtin, proc, quietTimer } from './runtime.js';
import { BEAT_MS, chunksOf, formatName, isOrphan, parseName } from './spool-files.js';
import type { EventKind, SpoolOptions } from './types.js';

const MAX_BYTES = 256 * 1024 * 1024;
const SEGMENT_BYTES = 4 * 1024 * 1024;

interface Segment {
  path: string;
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

interface Modules {
  fs: typeof import('node:fs');
  host: string;
  thread: number;
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
  readonly #loading: Promise<Modules | undefined>;
  #modules: Modules | undefined;
  #sequence = 0;
  #totalBytes = 0;
  #fullTold = false;
  #closed = false;
  #beat: ReturnType<typeof setTimeout> | undefined;
  /** Appends one after the other, or offsets would lie. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions, report: Report) {
    this.#dir = options.dir;
    this.#maxBytes = Number(options.maxBytes) > 0 ? Number(options.maxBytes) : MAX_BYTES;
    this.#report = report;
    owners.add(this.#owner);
    this.#loading = this.#load();
  }

  /** Finds what dead writers left, now and every minute, cut into batches; resolves after the first look. */
  start(batchSize: number, batchBytes: number, onFound: (found: Found[]) => void): Promise<void> {
    const round = async () => {
      const modules = await this.#loading;
      if (!modules || this.#closed) return;
      try {
        await this.#touch(modules.fs);
        onFound(await this.#adopt(modules, batchSize, batchBytes));
      } catch (error) {
        this.#report.error('spool', `${this.#dir}: ${(error as Error).message}`, error);
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
    const modules = await this.#loading;
    if (!modules) return undefined;
    const bytes = Buffer.from(text);
    if (this.#isFull(bytes.length)) return undefined;
    for (let attempt = 0; ; attempt++) {
      const segment = this.#segmentFor(kind, modules);
      const offset = segment.bytes;
      segment.refs++; // before the first await: a segment that is being written to is not deleted
      try {
        // A file that was taken away by mistake must not be made again with a hole at its beginning: r+ fails then.
        const file = await modules.fs.promises.open(segment.path, offset === 0 ? 'wx' : 'r+', 0o600);
        try {
          let written = 0;
          while (written < bytes.length) {
            written += (await file.write(bytes, written, bytes.length - written, offset + written)).bytesWritten;
          }
        } finally {
          await file.close();
        }
        segment.bytes += bytes.length;
        this.#totalBytes += bytes.length;
        return { segment, offset, length: bytes.length };
      } catch (error) {
        this.#retire(kind);
        if (offset > 0 && isMissing(error) && attempt === 0) {
          segment.refs--; // others of it will find it missing too, and let go
          continue;
        }
        this.release({ segment, offset, length: 0 });
        this.#report.error('spool', `${segment.path}: ${(error as Error).message}`, error);
        return undefined;
      }
    }
  }

  /** For the last moment of the process, when nothing asynchronous runs any more. */
  appendSync(kind: EventKind, text: string): boolean {
    if (!this.#modules || this.#isFull(text.length)) return false;
    this.#retire(kind);
    try {
      this.#modules.fs.writeFileSync(this.#segmentFor(kind, this.#modules).path, text, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      this.#report.error('spool', `${this.#dir}: ${(error as Error).message}`, error);
      return false;
    }
  }

  /** The lines of a batch; `undefined` when another process has taken the file over. Throws if the disk does. */
  async read(ref: Ref): Promise<string[] | undefined> {
    const modules = await this.#loading;
    if (!modules) return undefined;
    try {
      const file = await modules.fs.promises.open(ref.segment.path, 'r');
      try {
        const bytes = Buffer.alloc(ref.length);
        const { bytesRead } = await file.read(bytes, 0, ref.length, ref.offset);
        if (bytesRead < ref.length) throw new Error('shorter than it was');
        return bytes.toString('utf8').slice(0, -1).split('\n');
      } finally {
        await file.close();
      }
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
    for (const kind of ['prediction', 'outcome'] as const) if (this.#active[kind] === segment) this.#retire(kind);
    this.#segments.delete(segment);
    this.#totalBytes -= segment.bytes;
    this.#fullTold = false;
    this.#tail = this.#tail.then(() => this.#modules?.fs.promises.unlink(segment.path)).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#beat);
    await this.#tail;
    owners.delete(this.#owner);
  }

  async #load(): Promise<Modules | undefined> {
    try {
      const fs = await builtin<typeof import('node:fs')>('node:fs');
      const os = await builtin<typeof import('node:os')>('node:os');
      const threads = await builtin<typeof import('node:worker_threads')>('node:worker_threads');
      if (!fs || !os) throw new Error('a spool needs a file system (Node.js)');
      // at once, so that even a process that ends in a moment finds it
      fs.mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      this.#modules = { fs, host: os.hostname().replace(/[^\w-]/g, '_'), thread: threads?.threadId ?? 0 };
      return this.#modules;
    } catch (error) {
      this.#report.error('spool', `${this.#dir}: ${(error as Error).message}; events are kept in memory only`, error);
      return undefined;
    }
  }

  #isFull(bytes: number): boolean {
    if (this.#totalBytes + bytes <= this.#maxBytes) return false;
    if (!this.#fullTold) {
      this.#fullTold = true;
      this.#report.error(
        'spool_full',
        `${this.#dir} holds ${this.#maxBytes} bytes; more events are kept in memory only`,
      );
    }
    return true;
  }

  #segmentFor(kind: EventKind, modules: Modules): Segment {
    const active = this.#active[kind];
    if (active && active.bytes < SEGMENT_BYTES) return active;
    const segment = { path: this.#pathFor(kind, modules, Date.now()), bytes: 0, refs: 0 };
    this.#segments.add(segment);
    this.#active[kind] = segment;
    return segment;
  }

  #pathFor(kind: EventKind, { host, thread }: Modules, bornMs: number): string {
    const name = { bornMs, sequence: this.#sequence++, host, pid: proc?.pid ?? 0, thread, owner: this.#owner, kind };
    return `${this.#dir}/${formatName(name)}`;
  }

  #retire(kind: EventKind): void {
    delete this.#active[kind];
  }

  async #touch(fs: Modules['fs']): Promise<void> {
    for (const { path } of this.#segments) await touch(fs, path).catch(() => undefined);
  }

  async #adopt(modules: Modules, batchSize: number, batchBytes: number): Promise<Found[]> {
    const { fs, host, thread } = modules;
    const here = { host, thread, pid: proc?.pid ?? 0, owners, isAlive };
    const found: Found[] = [];
    for (const name of (await fs.promises.readdir(this.#dir)).sort()) {
      const file = parseName(name);
      if (!file) continue;
      const from = `${this.#dir}/${name}`;
      try {
        const { mtimeMs } = await fs.promises.stat(from);
        if (!isOrphan(file, Date.now() - mtimeMs, here)) continue;
        const path = this.#pathFor(file.kind, modules, file.bornMs);
        await fs.promises.rename(from, path); // of two that try, one succeeds
        await touch(fs, path);
        found.push(...this.#take(path, file.kind, await fs.promises.readFile(path), batchSize, batchBytes));
      } catch (error) {
        if (!isMissing(error)) this.#report.error('spool', `${from}: ${(error as Error).message}`, error);
      }
    }
    return found;
  }

  #take(path: string, kind: EventKind, bytes: Uint8Array, batchSize: number, batchBytes: number): Found[] {
    const chunks = chunksOf(bytes, batchSize, batchBytes);
    const segment = { path, bytes: bytes.length, refs: chunks.length };
    this.#segments.add(segment);
    this.#totalBytes += bytes.length;
    if (chunks.length === 0) {
      segment.refs = 1;
      this.release({ segment, offset: 0, length: 0 });
    }
    return chunks.map(({ offset, length, count }) => ({ kind, count, ref: { segment, offset, length } }));
  }
}

async function touch(fs: Modules['fs'], path: string): Promise<void> {
  const time = new Date();
  await fs.promises.utimes(path, time, time);
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ENOENT';
}

function isAlive(pid: number): boolean {
  try {
    proc?.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
