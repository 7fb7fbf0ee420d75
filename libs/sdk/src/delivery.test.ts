import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Seen } from './testing/fake-server.js';
import { fakeServer, prediction, testClient } from './testing/harness.js';
import { VERSION } from './version.js';

const bodies = (seen: Seen[]) => seen.map(({ raw }) => raw.toString('hex'));

describe('what is sent', () => {
  it('is gzipped NDJSON with the key, predictions and outcomes apart', async () => {
    const server = await fakeServer();
    const { client } = testClient(`${server.url}/`);
    const id = client.logPrediction(prediction());
    client.logOutcome({ predictionId: id, label: 1 });
    expect(await client.flush()).toEqual({ delivered: 2, rejected: 0, pending: 0 });
    expect(server.seen.map(({ path }) => path).sort()).toEqual(['/v1/outcomes', '/v1/predictions']);
    const sent = server.seen.find(({ path }) => path === '/v1/predictions') as Seen;
    expect(sent.headers).toMatchObject({
      authorization: 'Bearer key-of-16-letters',
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
      'user-agent': `plumbline-sdk-typescript/${VERSION}`,
    });
    expect(gunzipSync(sent.raw).toString()).toBe(`${JSON.stringify(sent.events[0])}\n`);
    expect(sent.events[0]).toMatchObject({ model: 'fraud', prediction_id: id, features: { age: 31, country: 'BR' } });
  });

  it('is plain text without gzip', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url, { gzip: false });
    client.logPrediction(prediction({ features: { city: 'São Paulo 東京' } }));
    await client.flush();
    expect(server.seen[0]?.headers['content-encoding']).toBeUndefined();
    expect(server.seen[0]?.raw.toString('utf8')).toContain('São Paulo 東京');
  });

  it('keeps the order of the calls and the bounds of a batch', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url, { batchSize: 100 });
    const ids = Array.from({ length: 1050 }, () => client.logPrediction(prediction()));
    await client.flush();
    expect(server.seen.map(({ events }) => events.length).toSorted((a, b) => b - a)).toEqual([
      ...Array(10).fill(100),
      50,
    ]);
    const arrived = server.seen.flatMap(({ events }) => events.map((event) => event.prediction_id));
    expect(arrived.toSorted()).toEqual(ids.toSorted());
    for (const { events } of server.seen) {
      const places = events.map((event) => ids.indexOf(event.prediction_id));
      expect(places).toEqual(places.map((_, i) => (places[0] as number) + i));
    }
  });

  it('is cut by bytes too, and a larger event travels alone', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url, { batchBytes: 2000 });
    const text = (length: number) => prediction({ features: { text: 'x'.repeat(length) } });
    for (const length of [800, 800, 5000, 800, 800, 800]) client.logPrediction(text(length));
    await client.flush();
    // two travel at a time, and may arrive in either order
    expect(server.seen.map(({ events }) => events.length).toSorted()).toEqual([1, 1, 2, 2]);
  });

  it('has no more than two requests in flight', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client } = testClient(server.url, { batchSize: 10 });
    for (let i = 0; i < 100; i++) client.logPrediction(prediction());
    void client.flush({ timeoutMs: 200 });
    await server.until(() => server.seen.length === 2);
    await client.flush({ timeoutMs: 50 });
    expect(server.seen).toHaveLength(2);
  });

  it('is what the features were at the call, whatever happens to them later', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const features = { age: 31, nested: { a: [1] } };
    client.logPrediction(prediction({ features }));
    features.age = 99;
    features.nested.a.push(2);
    await client.flush();
    expect(server.events[0]?.features).toEqual({ age: 31, nested: { a: [1] } });
  });
});

describe('trouble that passes', () => {
  it.each([
    ['500', { status: 500 }],
    ['503 with a page of a proxy', { status: 503, body: '<html>' }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
    ['429 with a date in Retry-After', { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } }],
    ['408', { status: 408 }],
    ['425', { status: 425 }],
    ['200 from something else', { status: 200, body: '<html>' }],
    ['a reset connection', 'reset'],
    ['an answer that never arrives, though the events did', 'accept-then-reset'],
    ['silence', 'hang'],
    ['an answer that never ends', 'stall'],
    ['an answer as large as the memory', { status: 200, body: ' '.repeat(17 * 1024 * 1024) }],
  ] as const)('after %s the same bytes are sent again', async (_, reply) => {
    const server = await fakeServer();
    server.script.push(reply, reply);
    const { client, errors } = testClient(server.url, {
      timeoutMs: reply === 'hang' || reply === 'stall' ? 300 : 10_000,
    });
    for (let i = 0; i < 20; i++) client.logPrediction(prediction());
    expect(await client.flush()).toEqual({ delivered: 20, rejected: 0, pending: 0 });
    expect(server.seen).toHaveLength(3);
    expect(new Set(bodies(server.seen)).size).toBe(1);
    expect(server.events).toHaveLength(20);
    expect(client.stats()).toMatchObject({ sent: 20, retried: 2, errors: 2, queued: 0, dropped: 0 });
    expect(errors.every(({ message }) => message.includes('/v1/predictions'))).toBe(true);
  });

  it.each([
    'null',
    '[]',
    '"accepted"',
    '{"accepted":2}',
    '{"accepted":0,"duplicates":0,"rejected":[]}',
    '{"accepted":1,"duplicates":0,"rejected":[]}',
    '{"accepted":-1,"duplicates":3,"rejected":[]}',
    '{"accepted":2,"duplicates":0,"rejected":"none"}',
    '{"accepted":2,"duplicates":0,"rejected":[{"index":0,"code":"x","message":"y"}]}',
    '{"accepted":1e300,"duplicates":0,"rejected":[]}',
  ])('a receipt that does not account for every event is none: %s', async (body) => {
    const server = await fakeServer();
    server.script.push({ status: 200, body });
    const { client, codes } = testClient(server.url);
    for (let i = 0; i < 2; i++) client.logPrediction(prediction());
    expect(await client.flush()).toEqual({ delivered: 2, rejected: 0, pending: 0 });
    expect(codes()).toEqual(['bad_answer']);
    expect(client.stats()).toMatchObject({ accepted: 2, rejected: 0, queued: 0 });
  });

  it.each([
    ['a name that nobody knows', 'http://plumbline.invalid', /ENOTFOUND|EAI_AGAIN/],
    ['nobody who listens', 'stopped', /ECONNREFUSED/],
    ['a server that speaks no TLS', 'tls', /SSL|TLS|EPROTO/i],
  ])('%s: kept, tried again, and told with its cause', async (_, url, cause) => {
    const server = await fakeServer();
    if (url === 'stopped') await server.stop();
    const address = url === 'tls' ? server.url.replace('http', 'https') : url === 'stopped' ? server.url : url;
    const { client, errors, drops } = testClient(address);
    client.logPrediction(prediction());
    while (client.stats().retried < 2) await client.flush({ timeoutMs: 50 });
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['unreachable']));
    expect(errors[0]?.message).toMatch(cause);
    expect(drops).toEqual([]);
    expect(await client.close({ timeoutMs: 0 })).toMatchObject({ delivered: 0, pending: 1 });
    expect(drops).toMatchObject([{ reason: 'closed' }]);
  });

  it('counts what the server knew already as delivered', async () => {
    const server = await fakeServer();
    server.script.push('accept-then-reset');
    const { client } = testClient(server.url);
    client.logPrediction(prediction());
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    expect(client.stats()).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  it('ends for a batch after retriesMax, with a word about every event', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 500 };
    const { client, drops, codes } = testClient(server.url, { retriesMax: 3 });
    const ids = [client.logPrediction(prediction()), client.logPrediction(prediction())];
    expect(await client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
    expect(server.seen).toHaveLength(4);
    expect(codes().at(-1)).toBe('retries_exhausted');
    expect(drops.map(({ reason, event }) => [reason, event?.prediction_id])).toEqual(
      ids.map((id) => ['retries_exhausted', id]),
    );
  });

  it('of one batch does not hold up the others', async () => {
    const server = await fakeServer();
    server.otherwise = ({ text }) => (text.includes('poison') ? { status: 500 } : 'accept');
    const { client, drops } = testClient(server.url, { batchSize: 10, retriesMax: 30 });
    for (let i = 0; i < 100; i++) client.logPrediction(prediction({ id: i === 5 ? 'poison' : `${i}` }));
    await client.flush();
    expect(server.events).toHaveLength(90);
    expect(drops).toHaveLength(10);
    const tries = server.seen.findLastIndex(({ events }) => events[0]?.prediction_id === '90');
    expect(tries).toBeLessThan(server.seen.length - 1);
  });
});

describe('answers that are final', () => {
  it('400 is not repeated; the events are given back', async () => {
    const server = await fakeServer();
    server.script.push({ status: 400, body: JSON.stringify({ detail: 'body is not gzip' }) });
    const { client, errors, drops } = testClient(server.url);
    const id = client.logPrediction(prediction());
    expect(await client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
    expect(server.seen).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'refused', message: expect.stringContaining('400 body is not gzip') });
    expect(drops).toMatchObject([{ kind: 'prediction', reason: 'refused', event: { prediction_id: id } }]);
  });

  it('413 cuts the batch in halves until it fits; what never fits is given up', async () => {
    const server = await fakeServer();
    server.otherwise = ({ raw, events }) => (events.length > 3 || raw.length > 100_000 ? { status: 413 } : 'accept');
    const { client, drops, codes } = testClient(server.url, { gzip: false });
    const sizes = [1, 1, 1, 1, 200_000, 1, 1, 1, 1, 1];
    const ids = sizes.map((size) => client.logPrediction(prediction({ features: { text: 'é'.repeat(size) } })));
    expect(await client.flush()).toEqual({ delivered: 9, rejected: 0, pending: 0 });
    expect(drops.map(({ reason, event }) => [reason, event?.prediction_id])).toEqual([['too_large', ids[4]]]);
    expect(codes()).toEqual(['too_large']);
    expect(client.stats()).toMatchObject({ sent: 10, accepted: 9, dropped: 1, queued: 0 });
  });

  it('415 is answered without gzip, from then on', async () => {
    const server = await fakeServer();
    server.otherwise = ({ headers }) => (headers['content-encoding'] ? { status: 415 } : 'accept');
    const { client, codes } = testClient(server.url);
    client.logPrediction(prediction());
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    client.logPrediction(prediction());
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    expect(server.seen.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, undefined]);
    expect(codes()).toEqual([]);
  });

  it('415 without gzip is a refusal', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 415 };
    const { client, drops } = testClient(server.url);
    client.logPrediction(prediction());
    await client.flush();
    expect(server.seen).toHaveLength(2);
    expect(drops).toMatchObject([{ reason: 'refused' }]);
  });

  it.each([
    ['unauthorized', { status: 401 }],
    ['unauthorized', { status: 403 }],
    ['wrong_address', { status: 404 }],
    ['wrong_address', { status: 302, headers: { location: 'https://elsewhere.example/' } }],
  ] as const)('%s (%j): told at once, not repeated, kept', async (code, reply) => {
    const server = await fakeServer();
    server.script.push(reply);
    const { client, errors, drops } = testClient(server.url);
    client.logPrediction(prediction());
    const begin = performance.now();
    expect(await client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 1 });
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(errors.map((error) => error.code)).toEqual([code]);
    expect(errors[0]?.message).not.toContain('key-of-16-letters');
    expect(drops).toEqual([]);
    // repaired on the server: the next flush delivers
    expect(await client.flush()).toEqual({ delivered: 1, rejected: 0, pending: 0 });
    expect(new Set(bodies(server.seen)).size).toBe(1);
  });
});

describe('events that the server refuses one by one', () => {
  const wrong = { code: 'future_timestamp', message: 'ts is more than 1 h ahead' };

  it('come back with their reason', async () => {
    const server = await fakeServer();
    server.refuse = ({ prediction_id }) => (prediction_id === 'b' ? wrong : undefined);
    const { client, rejections, codes } = testClient(server.url);
    for (const id of ['a', 'b', 'c']) client.logPrediction(prediction({ id }));
    expect(await client.flush()).toEqual({ delivered: 2, rejected: 1, pending: 0 });
    expect(rejections).toMatchObject([
      { kind: 'prediction', predictionId: 'b', ...wrong, event: { prediction_id: 'b', features: { age: 31 } } },
    ]);
    expect(codes()).toEqual([]);
  });

  it('are all counted, also when the server names only some', async () => {
    const server = await fakeServer();
    const refusal = { index: 1, ...wrong };
    server.script.push({ status: 200, body: JSON.stringify({ accepted: 1, duplicates: 0, rejected: [refusal] }) });
    const { client, rejections } = testClient(server.url);
    for (const id of ['a', 'b', 'c', 'd']) client.logPrediction(prediction({ id }));
    expect(await client.flush()).toEqual({ delivered: 1, rejected: 3, pending: 0 });
    expect(rejections.map(({ predictionId }) => predictionId)).toEqual(['b']);
    expect(server.seen).toHaveLength(1); // and never sent again
  });

  it('are told to onError, once a batch, when nobody listens', async () => {
    const server = await fakeServer();
    server.refuse = () => wrong;
    const { client, errors } = testClient(server.url, { onReject: undefined });
    for (const predictionId of ['a', 'b']) client.logOutcome({ predictionId, label: 1 });
    await client.flush();
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'rejected: 2 of 2 outcomes refused; the first: future_timestamp: ts is more than 1 h ahead',
    ]);
  });
});
