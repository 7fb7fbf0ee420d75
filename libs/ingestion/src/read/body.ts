import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
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

function inflate(source: Readable, encoding = 'identity'): Readable {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return source;
  if (name === 'gzip' || name === 'x-gzip') {
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    return source.pipe(gunzip);
  }
  throw new PlumblineError(
    'unsupported_media_type',
    `Content-Encoding '${encoding.slice(0, 40)}' is not supported. Use gzip or none.`,
  );
}

const reason = (error: unknown): string => {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('Z_')
    ? 'it is not valid gzip'
    : code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
      ? 'the connection broke'
      : 'the stream failed';
};

const NEWLINE = 0x0a;

/** Lines of a byte stream without their line ends. Bytes are cut at 0x0A only, so no character is ever torn. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      yield rest.length > 0 ? Buffer.concat([...rest, piece]).toString('utf8') : piece.toString('utf8');
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}

/** What one place in a body holds: an event, or bytes that are none. */
export type Parsed = { ok: true; event: unknown; raw?: string } | { ok: false; raw: string };

const isNdjson = (type: string) => /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i.test(type);
const isJson = (type: string) => type === '' || /^application\/([\w.-]+\+)?json\b/i.test(type);

/** Events of a body in order. NDJSON is parsed line by line; a broken line is one bad event, blank lines are none. */
export async function* readEvents(chunks: AsyncIterable<Buffer>, contentType = ''): AsyncGenerator<Parsed> {
  if (isNdjson(contentType)) {
    for await (const line of readLines(chunks)) {
      if (line.trim() === '') continue;
      yield parse(line);
    }
    return;
  }
  if (!isJson(contentType))
    throw new PlumblineError(
      'unsupported_media_type',
      `Content-Type '${contentType.slice(0, 80)}' is not supported. Use application/json or application/x-ndjson.`,
    );
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const body = parse(Buffer.concat(parts).toString('utf8'));
  if (!body.ok) throw new PlumblineError('invalid_body', 'The body is not valid JSON.');
  const { event } = body;
  if (event === null || typeof event !== 'object' || Array.isArray(event))
    throw new PlumblineError('invalid_body', 'The body is one event or {"events": […]}.');
  const { events } = event as { events?: unknown };
  if (events === undefined) yield body;
  else if (Array.isArray(events)) for (const item of events) yield { ok: true, event: item };
  else throw new PlumblineError('invalid_body', '"events" is an array of events.');
}

const BYTE_ORDER_MARK = 0xfeff;

function parse(text: string): Parsed {
  try {
    const json = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
    return { ok: true, event: JSON.parse(json), raw: text };
  } catch {
    return { ok: false, raw: text };
  }
}
