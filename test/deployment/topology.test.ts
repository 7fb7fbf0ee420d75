import { eventually, type FakeVendor, startFakeVendor } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, ndjson, traffic } from './client.js';
import { SECRETS } from './compose.js';
import { startTopology, type Topology } from './topology.js';

const MODEL = 'fraud';
/** What architecture.md promises: whatever happened to the job store, work goes on within a minute. */
const MINUTE_MS = 60_000;

type Labels = { labels: { joined: number; pending: number; orphaned: number } };
type Windows = { windows: { predictions: number; labelled: number; metrics: Record<string, { value: number }> }[] };
type Hook = { event: string; sequence: number; dedup_key: string };

let topology: Topology;
let vendor: FakeVendor;
let sent = 0;

beforeAll(async () => {
  vendor = await startFakeVendor();
  topology = await startTopology({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.1/32' });
}, 180_000);
afterAll(async () => {
  await topology?.close();
  await vendor?.close();
});

beforeEach(({ onTestFailed }) => {
  onTestFailed(() => {
    for (const { name, log } of Object.values(topology.services)) console.error(`--- ${name}\n${log.slice(-3_000)}`);
  });
});

const api = <T>(method: string, path: string, body?: unknown) => ask<T>(topology.url('api'), method, path, body);
const send = (kind: 'predictions' | 'outcomes', events: object[]) =>
  ask<Record<string, unknown>>(topology.url('ingest'), 'POST', `/v1/${kind}`, { events });

/** Sends `count` new predictions with their outcomes; every one of them is acknowledged. */
async function sendNew(count: number, wrong = false): Promise<void> {
  const { predictions, outcomes } = traffic(MODEL, sent, count, wrong);
  for (const [kind, events] of [['predictions', predictions] as const, ['outcomes', outcomes] as const])
    expect((await send(kind, events)).body).toEqual({ accepted: count, duplicates: 0, rejected: [] });
  sent += count;
}

/** Goes on sending; every answer is good and none takes long. */
async function sendFor(ms: number): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; ) {
    const startedMs = performance.now();
    await sendNew(1);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  }
}

/** Everything that was acknowledged is joined and counted, once. */
const allCounted = (deadlineMs = 20_000) =>
  eventually(async () => {
    const { body } = await api<Labels>('GET', `/v1/models/${MODEL}`);
    expect(body.labels).toMatchObject({ joined: sent, pending: 0, orphaned: 0 });
    const nowMs = Date.now();
    const asked = { metrics: ['accuracy'], granularity: 'all', from: nowMs - 86_400_000, to: nowMs };
    const [all] = (await api<Windows>('POST', `/v1/models/${MODEL}/performance`, asked)).body.windows;
    expect(all).toMatchObject({ predictions: sent, labelled: sent });
    return all!;
  }, deadlineMs);

const ready = async (name: 'ingest' | 'worker' | 'api') => (await ask(topology.url(name), 'GET', '/readyz')).body;
const becomesReady = (name: 'ingest' | 'worker' | 'api') =>
  eventually(async () => expect(await ready(name)).toMatchObject({ status: 'ok' }) ?? true, 20_000);
const toldOf = (h: Hook) => `${h.dedup_key} ${h.sequence}`;
const hooks = () => vendor.requests.map((r) => r.body as Hook);

describe('the services of docker-compose.yml, each a process of its own', () => {
  test('start with its commands and environment, and pass its health checks', async () => {
    for (const name of ['clickhouse', 'postgres', 'redis'] as const) topology.services[name].up();
    for (const name of ['clickhouse', 'postgres', 'redis'] as const) await topology.healthy(name);
    // All at once, over empty stores: each migrates, none is in the way of the others.
    for (const name of ['ingest', 'worker', 'api'] as const) topology.services[name].up();
    for (const name of ['ingest', 'worker', 'api'] as const) await topology.healthy(name);
    for (const name of ['ingest', 'worker', 'api'] as const)
      expect(await ready(name)).toEqual({ status: 'ok', clickhouse: 'ok', postgres: 'ok' });
    topology.services.console.up();
    await topology.healthy('console');
  });

  test('the console forwards /api and signs in', async () => {
    const base = topology.url('console');
    expect((await ask(base, 'GET', '/api/healthz')).body).toEqual({ status: 'ok' });
    const signedIn = await ask(
      base,
      'POST',
      '/api/v1/session',
      { key: SECRETS.PLUMBLINE_ADMIN_KEY },
      { authorization: '' },
    );
    expect(signedIn.status).toBe(200);
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const asPerson = (method: string, path: string, origin: string, body?: unknown) =>
      fetch(base + path, {
        method,
        headers: { cookie, origin, 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
      } as RequestInit);
    expect((await asPerson('GET', '/api/v1/overview', base)).status).toBe(200);
    expect((await asPerson('PUT', '/api/v1/models/from-console', base, { task: 'binary' })).status).toBe(201);
    const foreign = await asPerson('PUT', '/api/v1/models/from-elsewhere', 'https://elsewhere.example', {
      task: 'binary',
    });
    expect(foreign.status).toBe(403);
  });

  test('a model is declared at the api, events come in at ingest, the worker joins them', async () => {
    const body = { task: 'binary', positive_class: 1, features: { amount: { type: 'numeric' } } };
    expect((await api('PUT', `/v1/models/${MODEL}`, body)).status).toBe(201);
    const { predictions, outcomes } = traffic(MODEL, 1_000_000, 500, false);
    const rows = predictions.map((p, i) => ({ ...p, label: outcomes[i]!.label }));
    const uploaded = await ask(
      topology.url('api'),
      'POST',
      `/v1/models/${MODEL}/references?name=training`,
      ndjson(rows),
    );
    expect(uploaded).toMatchObject({ status: 201, body: { rows: 500 } });
    await sendNew(400);
    expect((await allCounted()).metrics.accuracy!.value).toBe(1);
  });

  test('a monitor fires and its webhook is delivered', async () => {
    const channel = await api<{ id: string }>('POST', '/v1/channels', {
      kind: 'webhook',
      name: 'hook',
      config: { url: `${vendor.url}/hook`, secret: 'a secret of the webhook' },
    });
    expect(channel.status).toBe(201);
    const monitor = await api('POST', '/v1/monitors', {
      name: 'accuracy below 95 %',
      model: MODEL,
      kind: 'performance',
      target: { metric: 'accuracy' },
      window: '1h',
      every: '1m',
      condition: { op: 'lt', value: 0.95 },
      severity: 'critical',
      channels: [channel.body.id],
    });
    expect(monitor.status).toBe(201);
    await sendNew(400, true);
    await vendor.waitFor((requests) => requests.length > 0, 40_000);
    expect(hooks()[0]).toMatchObject({ event: 'open', incident: { model: MODEL, severity: 'critical' } });
    expect(vendor.requests[0]!.headers['plumbline-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    await allCounted();
  });

  test('PostgreSQL away: ingest goes on with the keys it knows; readyz tells; everything resumes', async () => {
    const live = await listen();
    await topology.services.postgres.down('SIGINT');
    expect(await ready('ingest')).toEqual({ status: 'unavailable', clickhouse: 'ok', postgres: 'unavailable' });
    await sendFor(7_000); // longer than keys and models are remembered without asking
    const models = await api('GET', '/v1/models');
    expect(models).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(models.headers.get('retry-after')).toBe('2');
    topology.services.postgres.up();
    await topology.healthy('postgres');
    for (const name of ['ingest', 'worker', 'api'] as const) await becomesReady(name);
    await allCounted(MINUTE_MS);
    // Pages that stayed open hear of changes again.
    await eventually(async () => {
      await sendNew(1);
      return live.heard(2_000);
    }, 30_000);
    await live.close();
    await allCounted();
  });

  test('PostgreSQL there but silent: ingest goes on all the same', async () => {
    topology.services.postgres.freeze();
    await sendFor(7_000);
    expect(await ready('ingest')).toMatchObject({ status: 'unavailable', postgres: 'unavailable' });
    topology.services.postgres.thaw();
    await becomesReady('ingest');
    await allCounted(MINUTE_MS);
  });

  test('ClickHouse away: ingest answers 503 with Retry-After and takes the same events later', async () => {
    const { predictions, outcomes } = traffic(MODEL, sent, 100, false);
    await topology.services.clickhouse.down('SIGKILL');
    const refused = await send('predictions', predictions);
    expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api('GET', `/v1/models/${MODEL}`)).status).toBe(503);
    topology.services.clickhouse.up();
    await topology.healthy('clickhouse');
    for (const [kind, events] of [['predictions', predictions] as const, ['outcomes', outcomes] as const])
      expect((await send(kind, events)).body).toEqual({ accepted: 100, duplicates: 0, rejected: [] });
    sent += 100;
    await allCounted(MINUTE_MS);
  });

  test('ClickHouse killed under load: whoever sends until it is taken is counted once', async () => {
    const lane = async (batches: number) => {
      for (let i = 0; i < batches; i++) {
        const { predictions, outcomes } = traffic(MODEL, sent, 20, false);
        sent += 20;
        for (const [kind, events] of [['outcomes', outcomes] as const, ['predictions', predictions] as const])
          await eventually(async () => {
            const { status, body } = await send(kind, events);
            if (status === 200) expect(Number(body.accepted) + Number(body.duplicates)).toBe(20);
            else expect(status).toBe(503);
            return status === 200;
          }, 30_000);
      }
    };
    const load = Promise.all([lane(15), lane(15), lane(15), lane(15)]);
    for (let i = 0; i < 2; i++) {
      const before = sent;
      await eventually(() => sent > before + 100);
      await topology.services.clickhouse.down('SIGKILL');
      topology.services.clickhouse.up();
      await topology.healthy('clickhouse');
    }
    await load;
    await allCounted(MINUTE_MS);
  });

  test('Redis emptied while jobs wait: they are found again within a minute', async () => {
    await sendNew(100);
    expect(topology.redis('flushall')).toBe('OK');
    await allCounted(MINUTE_MS);
    await eventually(() => topology.redis('zcard', 'bull:plumbline-reconcile:repeat') === '1', MINUTE_MS);
  });

  test('Redis away: ingest takes events, the api answers; jobs go on when it is back', async () => {
    await topology.services.redis.down('SIGKILL');
    await sendNew(100);
    expect((await api('GET', '/v1/incidents')).status).toBe(200);
    topology.services.redis.up();
    await topology.healthy('redis');
    await allCounted(MINUTE_MS);
  });

  test('kill -9 of the worker in the middle of a job changes nothing: counted once, told once', async () => {
    const told = hooks().map(toldOf);
    for (const job of ['join', 'windows']) {
      await sendNew(300);
      // Whichever comes first, so that a job too quick to be seen does not hold up the test.
      await Promise.any([jobActive(job), allCounted(MINUTE_MS)]);
      await topology.services.worker.down('SIGKILL');
      await sendNew(100);
      topology.services.worker.up();
      await topology.healthy('worker');
    }
    await allCounted(90_000);
    const now = hooks().map(toldOf);
    expect(new Set(now).size).toBe(now.length);
    expect(hooks().filter((h) => h.event === 'open')).toHaveLength(1);
    expect(now.slice(0, told.length)).toEqual(told);
  });

  test('a retry of everything is a duplicate, and changes no count', async () => {
    const { predictions } = traffic(MODEL, 0, 50, false);
    const known = predictions.map(({ ts: _, ...p }) => p);
    expect((await send('predictions', known)).body).toEqual({ accepted: 0, duplicates: 50, rejected: [] });
    await allCounted();
  });

  test('end in order when told to, also while a page is open, and none of them has stumbled', async () => {
    const live = await listen();
    for (const name of ['ingest', 'worker', 'api'] as const) {
      topology.services[name].assertUp();
      const startedMs = performance.now();
      expect(await topology.services[name].down('SIGTERM'), name).toBe(0);
      expect(performance.now() - startedMs, name).toBeLessThan(10_000);
      expect(topology.services[name].log).not.toMatch(/unhandled|uncaught|could not start/i);
    }
    await live.close();
    await topology.services.console.down('SIGTERM');
  });
});

/** Resolves while a job of this kind is under way. */
const jobActive = (name: string) =>
  eventually(() => topology.redis('llen', `bull:plumbline-${name}:active`) !== '0', MINUTE_MS);

/** Listens to the live hints of the api, as an open page does. */
async function listen() {
  const stop = new AbortController();
  const response = await fetch(`${topology.url('api')}/v1/stream`, {
    headers: { authorization: `Bearer ${SECRETS.PLUMBLINE_ADMIN_KEY}` },
    signal: stop.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const part of response.body!) text += new TextDecoder().decode(part);
  })().catch(() => {});
  return {
    /** A hint newer than this call. */
    heard: (withinMs: number) => {
      const from = text.length;
      return eventually(() => text.indexOf('event: window', from) >= 0, withinMs);
    },
    close() {
      stop.abort();
      return reading;
    },
  };
}
