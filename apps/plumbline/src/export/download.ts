import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ExportManifest } from '@plumbline/contracts';
import { Failure } from '../failure.js';
import { reasonOf, refused } from '../server/api.js';
import type { Connection } from '../server/connection.js';
import type { Patience } from '../server/patience.js';

/** Nothing came for so long: the connection is dead. */
const SILENT_MS = 30_000;

/** What an earlier run left beside the file: which export the part is of. */
export type Left = { url: string; question: string; id: string };
const partOf = (file: string) => `${file}.part`;
const noteOf = (file: string) => `${file}.part.json`;

export function leftOf(file: string): Left | undefined {
  try {
    return JSON.parse(readFileSync(noteOf(file), 'utf8')) as Left;
  } catch {
    return undefined;
  }
}

export function keepNote(file: string, left: Left): void {
  rmSync(partOf(file), { force: true });
  writeFileSync(noteOf(file), JSON.stringify(left));
}

export const forget = (file: string): void => {
  for (const path of [partOf(file), noteOf(file)]) rmSync(path, { force: true });
};

/**
 * Downloads a file beside its place and moves it there when its hash is that of the manifest. What breaks off goes on where it was, in this run
 * and in the next.
 */
export async function download(
  connection: Connection,
  id: string,
  { bytes, sha256 }: ExportManifest,
  file: string,
  { patience, stop, onBytes }: { patience: Patience; stop: AbortSignal; onBytes(done: number): void },
): Promise<void> {
  const part = partOf(file);
  for (;;) {
    const have = existsSync(part) ? statSync(part).size : 0;
    onBytes(have);
    if (have >= bytes) break;
    try {
      await fetchFrom(connection, id, sha256, part, have, stop, onBytes);
      patience.succeeded();
    } catch (error) {
      if (error instanceof Failure || stop.aborted) throw error;
      await patience.wait({ why: reasonOf(error), afterMs: 0, away: true });
    }
  }
  if ((await hashOf(part)) !== sha256) {
    rmSync(part, { force: true });
    throw new Failure(
      `${file} is not what the server wrote: its hash is another. The same command downloads it again.`,
    );
  }
  renameSync(part, file);
  forget(file);
}

async function fetchFrom(
  { url, key }: Connection,
  id: string,
  sha256: string,
  part: string,
  from: number,
  stop: AbortSignal,
  onBytes: (done: number) => void,
): Promise<void> {
  const abort = new AbortController();
  const halt = () => abort.abort(stop.reason);
  stop.addEventListener('abort', halt, { once: true });
  let timer = setTimeout(() => abort.abort(), SILENT_MS);
  const out = await open(part, from === 0 ? 'w' : 'r+');
  try {
    const answer = await fetch(`${url}/v1/exports/${id}/download`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(from > 0 ? { range: `bytes=${from}-`, 'if-range': `"${sha256}"` } : {}),
      },
      redirect: 'manual',
      signal: abort.signal,
    });
    if (answer.status !== 200 && answer.status !== 206) {
      const text = await answer.text();
      if (answer.status === 429 || answer.status === 503) throw new Error(`it answered ${answer.status}`);
      throw new Failure(refused(url, { status: answer.status, headers: answer.headers, text }));
    }
    let at = answer.status === 206 ? from : 0;
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), SILENT_MS);
      await out.write(chunk, 0, chunk.length, at);
      at += chunk.length;
      onBytes(at);
    }
    await out.truncate(at);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', halt);
    await out.close();
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
