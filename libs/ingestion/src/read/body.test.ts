import { Readable } from 'node:stream';
import zlib, { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Parsed, readBody, readEvents, readLines } from './body.js';

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};
async function* cut(bytes: Buffer, at: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const to of [...at.map((x) => x % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
    yield bytes.subarray(from, to);
    from = to;
  }
}
const bytesOf = async (body: Buffer, encoding: string | undefined, max: number, cuts: number[] = []) =>
  Buffer.concat(await all(readBody(Readable.from(cut(body, cuts)), { contentEncoding: encoding }, max)));
/** Events as they were read, with the text that quarantine would keep. */
const events = async (body: string, type?: string) =>
  (await all(readEvents(cut(Buffer.from(body), [3, 7]), type)))
    .flat()
    .map(({ origin, ...parsed }: Parsed) => ({ ...parsed, raw: origin.text() }));

describe('lines', () => {
  it('are the same wherever the chunks are cut, inside characters too', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '語', '😀', '\r', ' ', '{') });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.boolean(), fc.array(fc.nat()), async (lines, ended, cuts) => {
        const text = lines.join('\n') + (ended ? '\n' : '');
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        const read = (await all(readLines(cut(Buffer.from(text), cuts)))).flat();
        expect(read.map((line) => line.text())).toEqual(expected);
      }),
    );
  });
});

describe('bodies', () => {
  it.each([undefined, 'identity', '', 'gzip', ' GZIP ', 'x-gzip'])('of encoding %j are read', async (encoding) => {
    const plain = Buffer.from('some events, '.repeat(1000));
    const body = /gzip/i.test(encoding ?? '') ? gzipSync(plain) : plain;
    expect((await bytesOf(body, encoding, 1e6, [1, 2, 50])).equals(plain)).toBe(true);
  });

  it('that inflate without end are cut off at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
    expect(bomb.length).toBeLessThan(300_000);
    let seen = 0;
    const read = async () => {
      for await (const chunk of readBody(Readable.from([bomb]), { contentEncoding: 'gzip' }, 1024 * 1024))
        seen += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({ code: 'too_large', status: 413 });
    expect(seen).toBeLessThanOrEqual(1024 * 1024);
  });

  it('may have exactly the limit', async () => {
    expect((await bytesOf(Buffer.alloc(100), undefined, 100)).length).toBe(100);
    await expect(bytesOf(Buffer.alloc(101), undefined, 100)).rejects.toMatchObject({ code: 'too_large' });
  });

  it.each([
    ['no gzip', Buffer.from('hello')],
    ['gzip cut short', gzipSync('hello'.repeat(100)).subarray(0, 20)],
  ])('%s are not readable', async (_, body) => {
    await expect(bytesOf(body, 'gzip', 1e6)).rejects.toMatchObject({ code: 'invalid_body', status: 400 });
  });

  it('whose connection breaks are not readable', async () => {
    const broken = new Readable({ read() {} });
    broken.push(gzipSync('x').subarray(0, 5));
    setImmediate(() => broken.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
    await expect(all(readBody(broken, { contentEncoding: 'gzip' }, 1e6))).rejects.toMatchObject({
      code: 'invalid_body',
      detail: 'The body cannot be read: the connection broke.',
    });
  });

  it('may be zstd where the runtime has it, and are refused where it has not', async () => {
    const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
    const body = Buffer.from('{"a":1}');
    const read = bytesOf(zstdCompressSync ? zstdCompressSync(body) : body, 'zstd', 100);
    if (zstdCompressSync) expect((await read).toString()).toBe('{"a":1}');
    else await expect(read).rejects.toMatchObject({ status: 415 });
  });

  it('of an encoding we do not have get 415', async () => {
    await expect(bytesOf(Buffer.from('x'), 'br', 1e6)).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });
});

describe('events', () => {
  const one = { ok: true, event: { a: 1 }, raw: '{"a":1}' };
  it('are one, or a list, or one a line', async () => {
    expect(await events('{"a":1}')).toEqual([one]);
    expect(await events('{"events":[{"a":1},3]}', 'application/json; charset=utf-8')).toEqual([
      one,
      { ok: true, event: 3, raw: '3' },
    ]);
    expect(await events('{"a":1}\r\n\n  \n{"b":\n', 'application/x-ndjson')).toEqual([
      { ...one, raw: '{"a":1}\r' },
      { ok: false, raw: '{"b":' },
    ]);
    expect(await events('', 'application/x-ndjson')).toEqual([]);
    expect(await events('{"events":[]}')).toEqual([]);
  });

  it('of a file that begins with a byte order mark are read all the same', async () => {
    expect(await events('\ufeff{"a":1}\n', 'application/x-ndjson')).toMatchObject([{ ok: true, event: { a: 1 } }]);
    expect(await events('\ufeff{"a":1}')).toMatchObject([{ ok: true, event: { a: 1 } }]);
  });

  it.each(['', 'null', '3', '[]', '"x"', '{"events":3}', '{', '{"events":{"a":1}}'])('%j is no body', async (body) => {
    await expect(events(body)).rejects.toMatchObject({ code: 'invalid_body' });
  });

  it('of another type get 415', async () => {
    await expect(events('a,b', 'text/csv')).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });
});
