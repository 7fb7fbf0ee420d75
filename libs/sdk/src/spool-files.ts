import type { EventKind } from './types.js';

/** What the name of a spool file says: who writes it, since when, and what is in it. */
export interface FileName {
  bornMs: number;
  sequence: number;
  host: string;
  pid: number;
  thread: number;
  /** Of one client: two in one process do not touch each other's files. */
  owner: string;
  kind: EventKind;
}

const PATTERN = /^(\d{13})-(\d+)\.([\w-]+)\.(\d+)-(\d+)\.([0-9a-f]+)\.(prediction|outcome)s\.ndjson$/;

export function formatName({ bornMs, sequence, host, pid, thread, owner, kind }: FileName): string {
  return `${String(bornMs).padStart(13, '0')}-${sequence}.${host}.${pid}-${thread}.${owner}.${kind}s.ndjson`;
}

export function parseName(name: string): FileName | undefined {
  const [, born, sequence, host, pid, thread, owner, kind] = PATTERN.exec(name) ?? [];
  if (!kind) return undefined;
  return {
    bornMs: Number(born),
    sequence: Number(sequence),
    host: host as string,
    pid: Number(pid),
    thread: Number(thread),
    owner: owner as string,
    kind: kind as EventKind,
  };
}

export interface Surroundings {
  host: string;
  pid: number;
  thread: number;
  /** Clients alive in this thread of this process. */
  owners: ReadonlySet<string>;
  isAlive: (pid: number) => boolean;
}

/** Owners touch their files every minute; after three of silence they are gone, wherever they ran. */
export const BEAT_MS = 60_000;
export const SILENCE_MS = 3 * BEAT_MS;

/**
 * Whether the writer of a file is gone, so that another may deliver it. On the same host the process id tells at once; our own
 * id and thread under another owner is the run before us (in a container the process id is always the same). A wrong guess
 * costs a repeated delivery, which the server recognises.
 */
export function isOrphan(file: FileName, ageMs: number, here: Surroundings): boolean {
  if (here.owners.has(file.owner)) return false;
  if (ageMs > SILENCE_MS) return true;
  if (file.host !== here.host) return false;
  if (file.pid === here.pid) return file.thread === here.thread;
  return !here.isAlive(file.pid);
}

export interface Chunk {
  offset: number;
  length: number;
  count: number;
}

/**
 * Cuts a file into batches of whole lines and counts those that are damaged, which are in no batch: a disk that lost power or space
 * leaves zeros and halves. A last line without its end is what a crash left of it, and is not counted.
 */
export function chunksOf(
  bytes: Uint8Array,
  batchSize: number,
  batchBytes: number,
): { chunks: Chunk[]; damaged: number } {
  const isText = isUtf8(bytes);
  const chunks: Chunk[] = [];
  let damaged = 0;
  let chunk: Chunk = { offset: 0, length: 0, count: 0 };
  let start = 0;
  const cutAt = (offset: number) => {
    if (chunk.count > 0) chunks.push(chunk);
    chunk = { offset, length: 0, count: 0 };
  };
  for (let end = bytes.indexOf(NEW_LINE); end !== -1; end = bytes.indexOf(NEW_LINE, start)) {
    const length = end + 1 - start;
    const isWhole = bytes[start] === OPEN && bytes[end - 1] === CLOSE && (isText || isUtf8(bytes.subarray(start, end)));
    if (!isWhole) {
      damaged++;
      cutAt(end + 1);
    } else {
      if (chunk.count >= batchSize || chunk.length + length > batchBytes) cutAt(start);
      chunk.length += length;
      chunk.count++;
    }
    start = end + 1;
  }
  cutAt(start);
  return { chunks, damaged };
}

const [NEW_LINE, OPEN, CLOSE] = [10, 0x7b, 0x7d]; // \n { }

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
