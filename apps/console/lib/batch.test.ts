import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, linesOf } from './batch';

const encoder = new TextEncoder();
const streamOf = (...parts: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
const answering = (...parts: string[]) => vi.fn(async () => new Response(streamOf(...parts), { status: 200 }));

afterEach(() => vi.unstubAllGlobals());

describe('asking together', () => {
  it('sends what is asked at the same moment as one request and gives each its own answer', async () => {
    const fetched = answering(
      '{"index":1,"status":200,"body":{"b":2}}\n{"index":0,"sta',
      'tus":404,"body":{"code":"not_found","detail":"There is no model."}}\n',
    );
    vi.stubGlobal('fetch', fetched);
    const [a, b] = await Promise.allSettled([
      ask({ method: 'GET', path: '/models/a' }),
      ask({ method: 'POST', path: '/models/b/drift', body: { from: 1 } }),
    ]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(a).toMatchObject({ status: 'rejected', reason: { status: 404, code: 'not_found' } });
    expect(b).toMatchObject({ status: 'fulfilled', value: { b: 2 } });
  });

  it('says of what was not answered that the server cannot be reached', async () => {
    vi.stubGlobal('fetch', answering('{"index":0,"status":200,"body":1}\n'));
    const [a, b] = await Promise.allSettled([ask({ method: 'GET', path: '/a' }), ask({ method: 'GET', path: '/b' })]);
    expect(a).toMatchObject({ value: 1 });
    expect(b).toMatchObject({ reason: { code: 'unreachable' } });
  });

  it('hands an answer of the door (signed out) to everyone who asked', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Response.json({ code: 'unauthenticated' }, { status: 401 })),
    );
    const told = await Promise.allSettled([ask({ method: 'GET', path: '/a' }), ask({ method: 'GET', path: '/b' })]);
    expect(told.map((t) => t.status === 'rejected' && t.reason.status)).toEqual([401, 401]);
  });

  it('leaves out what nobody waits for any more', async () => {
    const fetched = answering('{"index":0,"status":200,"body":"kept"}\n');
    vi.stubGlobal('fetch', fetched);
    const gone = new AbortController();
    const dropped = ask({ method: 'GET', path: '/dropped' }, gone.signal);
    const kept = ask({ method: 'GET', path: '/kept' });
    gone.abort();
    await expect(dropped).rejects.toBe(gone.signal.reason);
    expect(await kept).toBe('kept');
    expect(String((fetched.mock.calls[0] as unknown as [string, RequestInit])[1].body)).not.toContain('dropped');
  });
});

describe('linesOf', () => {
  it('puts together what arrives in pieces, within a character too', async () => {
    const bytes = encoder.encode('"é"\n"b"');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const lines: string[] = [];
    for await (const line of linesOf(body)) lines.push(line);
    expect(lines).toEqual(['"é"', '"b"']);
  });
});
