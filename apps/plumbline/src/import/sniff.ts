import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync, constants as zlib } from 'node:zlib';
import { Failure, WrongUse } from '../failure.js';
import { reasonOf } from '../server/api.js';

export const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** The file, or standard input, that is imported. */
export type Input = {
  /** As the user wrote it. */
  name: string;
  format: Format;
  gzip: boolean;
  /** The first bytes, inflated. */
  sample: Buffer;
  /** What tells this file from another one or an older one; standard input has none. */
  file?: { path: string; size: number; mtimeMs: number };
  /** The bytes, inflated or as they are; can be asked for again if it is a file. */
  open(as: 'inflated' | 'raw'): { bytes: Readable; fraction(): number | undefined };
};

const SAMPLE_BYTES = 256 * 1024;
const READ_BYTES = 256 * 1024;

/** Finds out by content, then by name, what the input is. */
export async function sniff(name: string, stdin: Readable, asked?: Format): Promise<Input> {
  return name === '-' ? sniffStdin(stdin, asked) : sniffFile(name, asked);
}

async function sniffFile(name: string, asked?: Format): Promise<Input> {
  const found = await stat(name).catch((error: unknown) => {
    throw new WrongUse(`${name} cannot be read (${reasonOf(error)}). Give a file, or - for standard input.`);
  });
  if (!found.isFile()) throw new WrongUse(`${name} is not a file. Give a file, or - for standard input.`);
  const { size, mtimeMs } = found;
  const path = await realpath(name);
  const start = await head(path).catch((error: unknown) => {
    throw new WrongUse(`${name} cannot be read (${reasonOf(error)}).`);
  });
  const gzip = isGzip(start);
  const sample = gzip ? inflated(start) : start;
  return {
    name,
    format: asked ?? formatOf(name, sample),
    gzip,
    sample,
    file: { path, size, mtimeMs },
    open(as) {
      const raw = createReadStream(path, { highWaterMark: READ_BYTES });
      return {
        bytes: gzip && as === 'inflated' ? gunzip(raw) : raw,
        fraction: () => (size === 0 ? 1 : raw.bytesRead / size),
      };
    },
  };
}

async function sniffStdin(stdin: Readable, asked?: Format): Promise<Input> {
  const name = 'standard input';
  let start: Buffer = Buffer.alloc(0);
  // Two bytes tell gzip; anything longer would wait for a slow writer.
  while (start.length < 2) {
    const chunk = (await next(stdin)) as Buffer | null;
    if (chunk === null) break;
    start = Buffer.concat([start, chunk]);
  }
  if (start.length > 0) stdin.unshift(start);
  const gzip = isGzip(start);
  const sample = gzip ? inflated(start) : start;
  const format = asked ?? formatOf('-', sample);
  if (format === 'parquet') throw new WrongUse('Parquet is read from its end: give a file, not standard input.');
  return {
    name,
    format,
    gzip,
    sample,
    open: (as) => ({ bytes: gzip && as === 'inflated' ? gunzip(stdin) : stdin, fraction: () => undefined }),
  };
}

/** What the next read of a stream gives; null at its end. */
function next(stream: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      stream.off('readable', onReadable).off('end', onEnd).off('error', onError);
      work();
    };
    const onReadable = () => {
      const chunk = stream.read() as Buffer | null;
      if (chunk !== null) settle(() => resolve(chunk));
    };
    const onEnd = () => settle(() => resolve(null));
    const onError = (error: Error) => settle(() => reject(error));
    stream.on('readable', onReadable).on('end', onEnd).on('error', onError);
  });
}

async function head(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** An error of the source ends the inflated stream too; `pipe` alone would wait for ever. */
function gunzip(raw: Readable): Readable {
  const inflate = createGunzip({ chunkSize: READ_BYTES });
  raw.on('error', (error) => inflate.destroy(error));
  inflate.on('close', () => raw.destroy());
  return raw.pipe(inflate);
}

/** Why an input could not be read to its end. */
export function damageOf(name: string, error: unknown): string {
  const { code = '' } = error as { code?: string };
  if (code === 'Z_BUF_ERROR') return `${name} is damaged: its gzip data end too early.`;
  if (code.startsWith('Z_')) return `${name} is damaged: its gzip data cannot be inflated.`;
  return `${name}: ${code || (error instanceof Error ? error.message : error)}.`;
}

const startsWith = (bytes: Buffer, ...values: number[]) => values.every((value, i) => bytes[i] === value);
const isGzip = (bytes: Buffer) => startsWith(bytes, 0x1f, 0x8b);

function inflated(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch {
    throw new Failure('The input begins like gzip but cannot be inflated; it is damaged.');
  }
}

/** Content decides where it can, because names lie more often. Pure. */
export function formatOf(name: string, sample: Buffer): Format {
  if (sample.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (startsWith(sample, 0x28, 0xb5, 0x2f, 0xfd))
    throw new WrongUse(`${name} is compressed with zstd: zstd -dc ${name} | plumbline import … -`);
  if (startsWith(sample, 0x50, 0x4b, 3, 4)) throw new WrongUse(`${name} is a ZIP or Excel file: save it as CSV.`);
  const [, extension = ''] = /\.([a-z]+)(?:\.gz)?$/i.exec(name.toLowerCase()) ?? [];
  if (['csv', 'tsv'].includes(extension)) return 'csv';
  if (['ndjson', 'jsonl', 'json'].includes(extension)) return 'ndjson';
  return /^[\ufeff\s]*[{[]/.test(sample.toString('utf8', 0, 1_000)) ? 'ndjson' : 'csv';
}
