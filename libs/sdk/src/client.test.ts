import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Plumbline } from './client.js';
import { timeOfId } from './ids.js';
import { fakeServer, prediction, testClient } from './testing/harness.js';
import type { OutcomeInput, PlumblineOptions, PredictionInput } from './types.js';

afterEach(() => vi.unstubAllEnvs());

const garbage = fc.anything({ withDate: true, withBigInt: true, withMap: true, withSet: true, withTypedArray: true });
const hostile = fc.constantFrom<unknown>(
  new Proxy({}, { get: () => fail(), ownKeys: () => fail() }),
  Object.defineProperty({}, 'features', { get: fail, enumerable: true }),
  { features: Object.defineProperty({}, 'x', { get: fail, enumerable: true }), prediction: { score: 1 } },
  { features: { toJSON: fail }, prediction: { score: 1 } },
  { features: {}, prediction: { score: 1 }, tags: { x: Symbol('x') } },
  { features: {}, prediction: { score: 1 }, ts: { toString: fail } },
  { features: {}, prediction: { score: 1 }, id: Symbol('x') },
);
function fail(): never {
  throw new Error('hostile');
}

describe('logging', () => {
  it('never throws, whatever comes, and always returns an id', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const field = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: undefined });
    const shaped = fc.record(
      {
        id: field(garbage),
        ts: field(garbage),
        model: field(garbage),
        version: field(garbage),
        features: fc.oneof(fc.object(), garbage),
        prediction: fc.oneof(fc.constant({ score: 0.5 }), garbage),
        tags: field(garbage),
        latencyMs: field(garbage),
        predictionId: field(garbage),
        label: garbage,
      },
      { requiredKeys: [] },
    );
    let calls = 0;
    fc.assert(
      fc.property(fc.oneof(garbage, shaped, hostile), (input) => {
        const id = client.logPrediction(input as PredictionInput);
        expect(typeof id).toBe('string');
        expect(id.length).toBeGreaterThan(0);
        expect(client.logOutcome(input as OutcomeInput)).toBeUndefined();
        calls += 2;
      }),
      { numRuns: 1000 },
    );
    await client.flush();
    const { accepted, duplicates, dropped, queued } = client.stats();
    expect(accepted + duplicates + dropped + queued).toBe(calls);
    expect(queued).toBe(0);
  });

  it('tells what was wrong with the event', () => {
    const { client, errors, drops } = testClient('http://127.0.0.1:1', { model: undefined });
    client.logPrediction(prediction());
    client.logPrediction(null as unknown as PredictionInput);
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'invalid_event: prediction not sent: no model: name it in the event or in the client',
      'invalid_event: prediction not sent: a prediction must be an object',
    ]);
    expect(drops).toEqual(Array(2).fill({ kind: 'prediction', reason: 'invalid_event', event: null }));
    expect(client.stats()).toMatchObject({ dropped: 2, errors: 2, queued: 0 });
  });

  it('returns the id given, else one with the time of the event', () => {
    const { client } = testClient('http://127.0.0.1:1');
    expect(client.logPrediction(prediction({ id: 'mine' }))).toBe('mine');
    expect(timeOfId(client.logPrediction(prediction({ ts: 1_700_000_000_123 })))).toBe(1_700_000_000_123);
  });

  it('gives the id the very time of the event, whatever the clock does', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url);
    const start = Date.now();
    const clock = [0, 1, 2, -5000, 3, 3, 3, -1].map((step) => start + step);
    const ids = clock.map((_, i) => {
      const now = vi
        .spyOn(Date, 'now')
        .mockReturnValueOnce(clock[i] as number)
        .mockReturnValue(start + 777);
      const id = client.logPrediction(prediction());
      now.mockRestore();
      return id;
    });
    await client.flush();
    expect(ids.map(timeOfId)).toEqual(clock);
    expect(server.events.map((event) => Date.parse(event.ts))).toEqual(clock);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(4, 7)).toEqual(ids.slice(4, 7).toSorted());
  });

  it('tells of a broken feature once, and counts it always', () => {
    const { client, errors } = testClient('http://127.0.0.1:1');
    for (let i = 0; i < 5; i++) client.logPrediction(prediction({ features: { age: Number.NaN, ok: 1 } }));
    expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'non_finite_feature: age is not finite; sent as null',
    ]);
    expect(client.stats()).toMatchObject({ errors: 5, queued: 5 });
  });

  it('survives callbacks that throw or reject', async () => {
    const rude = () => fail();
    const late = async () => fail();
    const server = await fakeServer();
    server.refuse = () => ({ code: 'x', message: 'y' });
    for (const handler of [rude, late]) {
      const { client } = testClient(server.url, { onError: handler, onDrop: handler, onReject: handler });
      client.logPrediction(5 as unknown as PredictionInput);
      client.logPrediction(prediction());
      expect(await client.flush()).toMatchObject({ rejected: 1 });
    }
  });
});

describe('handlers', () => {
  it('that cause what they are told of do not run in circles', () => {
    const { client } = testClient('http://127.0.0.1:1', {
      queueMax: 1,
      onDrop: () => client.logPrediction(prediction()),
      onError: () => client.logOutcome({ predictionId: '', label: 1 }),
    });
    client.logPrediction(prediction());
    client.logPrediction(prediction());
    expect(client.stats()).toMatchObject({ queued: 1, dropped: 3 }); // the second, and one from each handler
  });

  it('that return a promise of another realm or library do no harm when it fails', async () => {
    let told = 0;
    const foreign = {
      // biome-ignore lint/suspicious/noThenProperty: as promises of other libraries
      then: (_: unknown, failed?: (error: unknown) => void) => {
        told++;
        failed?.(new Error('late'));
      },
    };
    const { client } = testClient('http://127.0.0.1:1', { onError: () => foreign as never });
    client.logPrediction(5 as never);
    expect(told).toBe(1);
  });
});

describe('a full queue', () => {
  it('drops the newest, tells each to onDrop and the state once to onError', async () => {
    const server = await fakeServer();
    const { client, drops, codes } = testClient(server.url, { queueMax: 10 });
    const ids = Array.from({ length: 15 }, () => client.logPrediction(prediction()));
    expect(drops.map(({ reason, event }) => [reason, event?.prediction_id])).toEqual(
      ids.slice(10).map((id) => ['queue_full', id]),
    );
    expect(codes()).toEqual(['queue_full']);
    expect(client.stats()).toMatchObject({ queued: 10, dropped: 5 });
    await client.flush();
    expect(server.events.map((event) => event.prediction_id)).toEqual(ids.slice(0, 10));
    client.logPrediction(prediction());
    expect(client.stats()).toMatchObject({ queued: 1, dropped: 5 });
    for (let i = 0; i < 11; i++) client.logPrediction(prediction());
    expect(codes()).toEqual(['queue_full', 'queue_full']);
  });

  it('is bounded in bytes too', () => {
    const { client } = testClient('http://127.0.0.1:1', { queueBytesMax: 100_000 });
    const features = { embedding: Array(1000).fill(0.123) };
    for (let i = 0; i < 100; i++) client.logPrediction(prediction({ features }));
    const { queued, dropped } = client.stats();
    expect(queued).toBeLessThan(20);
    expect(queued + dropped).toBe(100);
  });

  it('does not happen to those who wait for ready()', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url, { queueMax: 200, batchSize: 50 });
    for (let i = 0; i < 5000; i++) {
      client.logPrediction(prediction());
      await client.ready();
    }
    await client.close();
    expect(client.stats()).toMatchObject({ accepted: 5000, dropped: 0, queued: 0 });
    await client.ready(); // a closed client holds nobody up
  });
});

describe('flush and close', () => {
  it('flush waits for what was logged before it, in flight or not, and no longer than asked', async () => {
    const server = await fakeServer();
    const { client } = testClient(server.url, { batchSize: 5 });
    for (let i = 0; i < 23; i++) client.logPrediction(prediction());
    const [one, two] = await Promise.all([client.flush(), client.flush()]);
    expect([one.pending, two.pending]).toEqual([0, 0]);
    server.otherwise = 'hang';
    client.logPrediction(prediction());
    expect(await client.flush({ timeoutMs: 20 })).toEqual({ delivered: 0, rejected: 0, pending: 1 });
  });

  it('flush of nothing is done at once', async () => {
    const { client } = testClient('http://127.0.0.1:1');
    expect(await client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
  });

  it('close delivers, then drops what comes later', async () => {
    const server = await fakeServer();
    const { client, drops } = testClient(server.url);
    client.logPrediction(prediction());
    const closed = client.close();
    expect(client.close()).toBe(closed);
    expect(await closed).toEqual({ delivered: 1, rejected: 0, pending: 0 });
    const id = client.logPrediction(prediction());
    expect(drops).toMatchObject([{ reason: 'closed', event: { prediction_id: id } }]);
    expect(await client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
  });

  it('close gives up in time when the server is away, and says what is lost', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client, drops, codes } = testClient(server.url, { batchSize: 2 });
    for (let i = 0; i < 7; i++) client.logPrediction(prediction());
    expect(await client.close({ timeoutMs: 30 })).toEqual({ delivered: 0, rejected: 0, pending: 7 });
    expect(drops.map(({ reason }) => reason)).toEqual(Array(7).fill('closed'));
    expect(codes()).toContain('closed');
    expect(client.stats()).toMatchObject({ queued: 0, dropped: 7 });
  });
});

describe('settings', () => {
  it('come from the environment when absent', async () => {
    const server = await fakeServer();
    vi.stubEnv('PLUMBLINE_URL', `${server.url}\n`);
    vi.stubEnv('PLUMBLINE_API_KEY', 'from-the-environment\n');
    const { client } = testClient(undefined, { apiKey: undefined });
    client.logPrediction(prediction());
    await client.flush();
    expect(server.seen[0]?.headers.authorization).toBe('Bearer from-the-environment');
  });

  it.each([
    ['no url', {}],
    ['not an http(s) URL', { url: 'localhost:4000' }],
    ['not an http(s) URL', { url: '::' }],
    ['must not contain a user', { url: 'http://a:secret@host' }],
    ['no apiKey', { url: 'http://127.0.0.1:1', apiKey: undefined }],
    ['batchSize: -1 is not a usable number; 500 is used', { url: 'http://127.0.0.1:1', batchSize: -1 }],
    ['timeoutMs: x is not', { url: 'http://127.0.0.1:1', timeoutMs: 'x' }],
  ])('that are wrong are told, not thrown: %s', (message, options) => {
    vi.stubEnv('PLUMBLINE_URL', '');
    vi.stubEnv('PLUMBLINE_API_KEY', '');
    const { errors } = testClient(undefined, options as PlumblineOptions);
    expect(errors).toMatchObject([{ code: 'invalid_config', message: expect.stringContaining(message) }]);
    expect(errors[0]?.message).not.toContain('secret');
  });

  it('without an address everything is dropped and told', async () => {
    vi.stubEnv('PLUMBLINE_URL', '');
    const { client, drops } = testClient(undefined);
    client.logPrediction(prediction());
    expect(drops).toMatchObject([{ reason: 'invalid_config' }]);
    expect(await client.close()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
  });

  it('dryRun checks and sends nothing', async () => {
    const server = await fakeServer();
    const { client, codes } = testClient(server.url, { dryRun: true });
    client.logPrediction(prediction());
    client.logPrediction({} as PredictionInput);
    expect(await client.close()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
    expect(codes()).toEqual(['invalid_event']);
    expect(client.stats()).toMatchObject({ sent: 1, dropped: 1, queued: 0, accepted: 0 });
    expect(server.seen).toEqual([]);
  });

  it('of any kind are no reason to throw, and nothing else is either', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const names = [
      'url',
      'apiKey',
      'model',
      'version',
      'batchSize',
      'queueMax',
      'timeoutMs',
      'gzip',
      'dryRun',
      'fetch',
    ];
    const others = ['spool', 'onError', 'onDrop', 'onReject', 'retryBaseMs', 'flushIntervalMs', 'shutdownSignals'];
    const option = fc.oneof(garbage, hostile, fc.constant({ toString: fail }));
    const options = fc.record(Object.fromEntries([...names, ...others].map((name) => [name, option])), {
      requiredKeys: [],
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(options, garbage), option, async (given, argument) => {
        const client = new Plumbline(given as PlumblineOptions);
        client.logPrediction(argument as PredictionInput);
        client.logPrediction(prediction());
        client.monitor(argument as never, argument as never);
        await client.flush({ timeoutMs: 0 });
        await client.close({ timeoutMs: 0 });
        await client.flush(argument as never);
      }),
      { numRuns: 200 },
    );
    vi.restoreAllMocks();
    expect(existsSync('undefined')).toBe(false); // a spool without a directory
  });

  it.each(['plk_a\nX-Evil: 1', 'plk_ключ', 'plk a', 5])(
    'a key that is none is told without saying it: %j',
    (apiKey) => {
      vi.stubEnv('PLUMBLINE_API_KEY', '');
      const { errors } = testClient('http://127.0.0.1:1', { apiKey: apiKey as string });
      expect(errors.map(({ code }) => code)).toEqual(['invalid_config', 'invalid_config']);
      expect(errors.some(({ message }) => message.includes(String(apiKey)))).toBe(false);
    },
  );

  it('no options at all are no reason to throw', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubEnv('PLUMBLINE_URL', '');
    const client = new Plumbline();
    expect(client.logPrediction(prediction())).toHaveLength(36);
    await client.close();
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});
