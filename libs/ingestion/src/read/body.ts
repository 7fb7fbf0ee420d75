import type { Readable, Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import zlib from 'node:zlib';
import { PlumblineError } from '@plumbline/contracts';

export type BodyHeaders = { contentType?: string; contentEncoding?: string };

/** The inflated bytes of a body, chunk by chunk, never more than `bytesMax`: a zip bomb is cut off where it passes the limit. */
export async function* readBody(source: Readable, headers: BodyHeaders, bytesMax: number): AsyncGenerator<Buffer> {
  let seen = 0;
  try {
    for await (const chunk of inflate(source, headers.contentEncoding).iterator({ destroyOnReturn: false })) {
      seen += chunk.length;
      if (seen > bytesMax)
        throw new PlumblineError(
          'too_large',
          `The body is larger than ${bytesMax} bytes (inflated). Send the events in several requests.`,
        );
      yield chunk;
    }
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    throw new PlumblineError('invalid_body', `The body cannot be read: ${reason(error)}.`, { cause: error });
  } finally {
    // Whatever was not read is thrown away: a connection with a rest in it would never carry another request.
    source.unpipe();
    source.resume();
  }
}

const CHUNK = 64 * 1024;
/** zstd came with Node 22.15; where it is missing the encoding is refused. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: object) => Transform };
const DECODERS: Record<string, () => Transform> = Object.assign(Object.create(null), {
  gzip: () => zlib.createGunzip({ chunkSize: CHUNK }),
  'x-gzip': () => zlib.createGunzip({ chunkSize: CHUNK }),
  ...(createZstdDecompress ? { zstd: () => createZstdDecompress({ chunkSize: CHUNK }) } : {}),
});

function inflate(source: Readable, encoding = 'identity'): Readable {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return source;
  const decoder = DECODERS[name]?.();
  if (!decoder)
    throw new PlumblineError(
      'unsupported_media_type',
      `Content-Encoding '${encoding.slice(0, 40)}' is not supported. Use ${Object.keys(DECODERS).join(', ')} or none.`,
    );
  source.on('error', (error) => decoder.destroy(error));
  return source.pipe(decoder);
}

const reason = (error: unknown): string => {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_')
    ? 'it is not validly compressed'
    : code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
      ? 'the connection broke'
      : 'the stream failed';
};

const NEWLINE = 0x0a;

/** Where an event came from, for the quarantine; an event that is taken never asks for its text. */
export interface Origin {
  /** As it was sent; empty if it is nested too deeply to be written. */
  text(): string;
}

/** A place in a chunk: holding the bytes costs nothing, a string or an object would have to be kept and collected. */
class Line implements Origin {
  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {}
  text(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }
}

class Given implements Origin {
  constructor(private readonly event: unknown) {}
  text(): string {
    try {
      return JSON.stringify(this.event) ?? '';
    } catch {
      return '';
    }
  }
}

/**
 * Lines of a byte stream without their line ends, as many at a time as a chunk completes. Bytes are cut at 0x0A only, so no
 * character is ever torn.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Origin[]> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(rest.length > 0 ? whole([...rest, chunk.subarray(start, end)]) : new Line(chunk, start, end));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [whole(rest)];
}

function whole(pieces: Buffer[]): Line {
  const bytes = Buffer.concat(pieces);
  return new Line(bytes, 0, bytes.length);
}

/** What one place in a body holds: an event, or text that is none. */
export type Parsed = { ok: true; event: unknown; origin: Origin } | { ok: false; origin: Origin };
export const given = (event: unknown): Parsed => ({ ok: true, event, origin: new Given(event) });

const isNdjson = (type = '') => /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i.test(type);
/** Is the body read line by line, never as a whole? */
export const isLines = (headers: BodyHeaders): boolean => isNdjson(headers.contentType);
const isJson = (type: string) => type === '' || /^application\/([\w.-]+\+)?json\b/i.test(type);

/** Events taken from one parsed body before others get their turn. */
const AT_ONCE = 500;

/** Events of a body in order, a few at a time. NDJSON is parsed line by line; a broken line is one bad event, blank lines are none. */
export async function* readEvents(chunks: AsyncIterable<Buffer>, contentType = ''): AsyncGenerator<Parsed[]> {
  if (isNdjson(contentType)) {
    for await (const lines of readLines(chunks)) yield parseLines(lines);
    return;
  }
  if (!isJson(contentType))
    throw new PlumblineError(
      'unsupported_media_type',
      `Content-Type '${contentType.slice(0, 80)}' is not supported. Use application/json or application/x-ndjson.`,
    );
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const body = parse(whole(parts));
  if (!body?.ok) throw new PlumblineError('invalid_body', 'The body is not valid JSON.');
  const { event } = body;
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    throw new PlumblineError('invalid_body', 'The body is one event or {"events": […]}.');
  const { events } = event as { events?: unknown };
  if (events === undefined) yield [body];
  else if (Array.isArray(events))
    for (let i = 0; i < events.length; i += AT_ONCE) {
      if (i > 0) await nextTurn();
      yield events.slice(i, i + AT_ONCE).map(given);
    }
  else throw new PlumblineError('invalid_body', '"events" is an array of events.');
}

function parseLines(lines: readonly Origin[]): Parsed[] {
  const parsed: Parsed[] = [];
  for (const line of lines) {
    const one = parse(line);
    if (one) parsed.push(one);
  }
  return parsed;
}

const BYTE_ORDER_MARK = 0xfeff;

/** An event from its text. */
export const parseText = (text: string): Parsed =>
  parse(whole([Buffer.from(text)])) ?? { ok: false, origin: new Given('') };

/** Null for a blank line. */
function parse(origin: Origin): Parsed | null {
  const text = origin.text();
  try {
    return { ok: true, event: JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text), origin };
  } catch {
    return text.trim() === '' ? null : { ok: false, origin };
  }
}
