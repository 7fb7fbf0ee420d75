import { createHash } from 'node:crypto';
import { type EventStore, RowReader } from '@plumbline/clickhouse';

/** The file of a run of an export. */
export type FileKey = { projectId: string; model: string; exportId: string; run: string };

export const CHUNK_BYTES = 1024 * 1024;
/** Pieces written, and read, in one go. */
const AT_ONCE = 4;
const MINE = 'project = {project:String} AND model = {model:String} AND export = {export:String}';
const paramsOf = ({ projectId, model, exportId }: Omit<FileKey, 'run'>) => ({
  project: projectId,
  model,
  export: exportId,
});

/** Writes a file in pieces of one size; holds no more than a few of them. */
export class ChunkWriter {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private n = 0;
  private readonly hash = createHash('sha256');
  bytes = 0;

  constructor(
    private readonly store: EventStore,
    readonly key: FileKey,
    private readonly expiresAtMs: number,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    this.hash.update(bytes);
    this.bytes += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= AT_ONCE * CHUNK_BYTES) await this.flush(false);
  }

  /** Writes what is left; answers with the hash of the whole file. */
  async finish(): Promise<{ sha256: string; bytes: number }> {
    await this.flush(true);
    return { sha256: this.hash.digest('hex'), bytes: this.bytes };
  }

  private async flush(all: boolean): Promise<void> {
    const held = Buffer.concat(this.waiting);
    const whole = all ? held.length : held.length - (held.length % CHUNK_BYTES);
    for (let at = 0; at < whole; at += AT_ONCE * CHUNK_BYTES)
      await this.insert(held.subarray(at, Math.min(whole, at + AT_ONCE * CHUNK_BYTES)));
    this.waiting = [held.subarray(whole)];
    this.waitingBytes = held.length - whole;
  }

  private async insert(bytes: Buffer): Promise<void> {
    const { projectId, model, exportId, run } = this.key;
    const first = this.n;
    const expires = Math.ceil(this.expiresAtMs / 1000);
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      lines.push(
        JSON.stringify([
          projectId,
          model,
          exportId,
          run,
          this.n++,
          bytes.toString('base64', at, Math.min(bytes.length, at + CHUNK_BYTES)),
          expires,
        ]),
      );
    if (lines.length === 0) return;
    await this.store.insert('export_chunks', Buffer.from(lines.join('\n')), {
      columns: ['project', 'model', 'export', 'run', 'n', 'encoded', 'expires_at'],
      token: `${exportId}-${run}-${first}`,
    });
  }
}

/** The bytes `[from, to)` of a file, piece by piece as they are asked for. Errors: a piece is missing. */
export async function* readFile(store: EventStore, key: FileKey, from: number, to: number): AsyncGenerator<Buffer> {
  const last = Math.ceil(to / CHUNK_BYTES);
  for (let n = Math.floor(from / CHUNK_BYTES); n < last; n += AT_ONCE) {
    const until = Math.min(last, n + AT_ONCE);
    // One that was inserted twice is there twice.
    const answer = await store.queryBinary(
      `SELECT bytes FROM ${store.database}.export_chunks WHERE ${MINE} AND run = {run:String} AND n >= {n:UInt32} AND n < {until:UInt32}
       ORDER BY n LIMIT 1 BY n`,
      { ...paramsOf(key), run: key.run, n, until },
    );
    const reader = new RowReader(answer);
    for (let piece = n; piece < until; piece++) {
      if (reader.done) throw new Error(`piece ${piece} of the export ${key.exportId} is missing`);
      const bytes = reader.bytesOf();
      const start = piece * CHUNK_BYTES;
      yield bytes.subarray(Math.max(0, from - start), Math.min(bytes.length, to - start));
    }
  }
}

/** Removes the pieces of a run, or of all runs of an export. */
export async function removeFile(store: EventStore, key: Omit<FileKey, 'run'> & { run?: string }): Promise<void> {
  const where = `${store.database}.export_chunks WHERE ${MINE}${key.run === undefined ? '' : ' AND run = {run:String}'}`;
  const params = { ...paramsOf(key), run: key.run ?? '' };
  // Deleting nothing takes as long as deleting something.
  if ((await store.query(`SELECT 1 AS one FROM ${where} LIMIT 1`, params)).length > 0)
    await store.command(`DELETE FROM ${where}`, params);
}

/** Errors: of the pieces of a file one is not there. */
export async function assertWhole(store: EventStore, key: FileKey, bytes: number): Promise<void> {
  const [found] = await store.query<{ n: number; bytes: number }>(
    `SELECT count() AS n, sum(size) AS bytes FROM (SELECT n, any(length(bytes)) AS size FROM ${store.database}.export_chunks WHERE ${MINE} AND run = {run:String} GROUP BY n)`,
    { ...paramsOf(key), run: key.run },
  );
  if (Number(found?.n) !== Math.ceil(bytes / CHUNK_BYTES) || Number(found?.bytes) !== bytes)
    throw new Error(`of the export ${key.exportId} ${found?.bytes} bytes are there, ${bytes} were written`);
}
