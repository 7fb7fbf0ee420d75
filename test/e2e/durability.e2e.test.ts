import { once } from 'node:events';
import { connect } from 'node:net';
import { type FakeVendor, startFakeVendor } from '@plumbline/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { bodies, killWhileSending, START, sendUntilCut, settleAndCount } from './sending.js';
import { Server } from './server.js';

/** Whatever was acknowledged is there after any end, and nothing is there twice. */

let server: Server;
let client: Client;
beforeEach(async () => {
  server = await Server.start({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8' });
  client = server.client();
});
afterEach(() => server?.dispose());

describe('kill -9', () => {
  it('in the middle of sending, three times over: every acknowledged event is there once', () =>
    killWhileSending(server, 'killed', 3, 7));

  it('between a verdict and its page: the page comes after the restart, under one key', async () => {
    const vendor = await startFakeVendor();
    try {
      vendor.otherwise('error');
      const { incident } = await breakAModel(client, vendor);
      await eventually(() => vendor.requests.length > 0);
      await server.kill9();
      vendor.otherwise('ok');
      const before = vendor.requests.length;
      await server.restart();
      await eventually(
        async () => (await client.ok(client.get(`/v1/incidents/${incident.id}`))).deliveries[0]?.state === 'sent',
        { withinMs: 90_000 },
      );
      expect(vendor.requests.length).toBe(before + 1);
      expect(new Set(vendor.requests.map((r) => (r.body as Json).dedup_key)).size).toBe(1);
      // By now the model may have been silent for so long that this is a second problem.
      const { items } = await client.ok(client.get('/v1/incidents'));
      expect(items.filter((i: Json) => i.family === 'performance')).toHaveLength(1);
    } finally {
      await vendor.close();
    }
  });
});

describe('Ctrl-C', () => {
  it('ends with 0 and loses nothing of what was taken', async () => {
    const model = 'interrupted';
    const all = bodies(model, 30, 100);
    let stopping: Promise<number | null> | undefined;
    const answered = await sendUntilCut(client, [...all], (n) => {
      if (n >= 15) stopping ??= server.stop();
    });
    expect(await (stopping ?? server.stop())).toBe(0);
    await server.restart();
    await settleAndCount(client, model, all, new Set(answered.keys()));
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(server.output).not.toMatch(/"level":(50|60)/);
  });

  it('waits for nobody: not for an open page, one that was left, nor a connection that never asked', async () => {
    const page = (signal: AbortSignal) =>
      fetch(`${server.url}/v1/stream`, { headers: { authorization: `Bearer ${server.adminKey}` }, signal });
    const [left, open] = [new AbortController(), new AbortController()];
    await page(left.signal);
    left.abort();
    const staying = (await page(open.signal)).text();
    const sockets = ['', 'GET /healthz HTT'].map((start) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(start));
      return socket.on('error', () => {});
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await client.get('/healthz');
    const started = Date.now();
    expect(await server.stop()).toBe(0);
    expect(Date.now() - started).toBeLessThan(15_000);
    await staying.catch(() => {});
    for (const socket of sockets) socket.destroy();
  });

  it('a restart has everything: models, references, keys, monitors, channels, mutes, incidents, quarantine', async () => {
    const vendor = await startFakeVendor();
    try {
      const { incident, model } = await breakAModel(client, vendor);
      await eventually(() => vendor.requests.length === 1);
      await client.ok(client.post(`/v1/incidents/${incident.id}/acknowledge`));
      await eventually(() => vendor.requests.length === 2);
      const key = await client.ok(client.post('/v1/keys', { name: 'sender', scopes: ['ingest'] }));
      await client.ok(client.post(`/v1/models/${model}/annotations`, { ts: START, text: 'a note' }));
      await client.ok(client.post('/v1/mutes', { matchers: { model: 'x' }, until: Date.now() + 1e6, reason: 'y' }));
      const reference = '{"prediction":{"score":0.5},"label":1}';
      const type = { type: 'application/x-ndjson' };
      await client.ok(client.request('POST', `/v1/models/${model}/references`, reference, type));
      await client.ok(client.post('/v1/predictions', { model, prediction_id: 'bad' }));
      const look = async () => {
        const paths = [
          '/v1/models',
          `/v1/models/${model}/references`,
          `/v1/models/${model}/annotations`,
          '/v1/keys',
          '/v1/channels',
          '/v1/mutes',
          '/v1/audit',
          '/v1/quarantine',
          `/v1/incidents/${incident.id}`,
        ];
        const answers = await Promise.all(paths.map((p) => client.ok(client.get(p))));
        const { items } = await client.ok(client.get('/v1/monitors'));
        const rules = items.map((m: Json) => ({ id: m.id, name: m.name, state: m.origin === 'user' ? m.state : '' }));
        return JSON.parse(JSON.stringify([answers, rules], (k, v) => (k === 'last_used_at' ? undefined : v)));
      };
      // The first looks of the starter monitors come when the rows have settled, and labels are joined beside them.
      await eventually(async () => (await client.ok(client.get(`/v1/models/${model}`))).labels.joined === 100);
      const before = await eventually(async () => {
        const [a, b] = [await look(), await look()];
        return JSON.stringify(a) === JSON.stringify(b) && a;
      });
      expect(await server.stop()).toBe(0);
      await server.restart();
      expect(await look()).toEqual(before);
      const sender = server.client(key.key);
      const event = { model, prediction_id: 'after', prediction: { score: 0.5 } };
      expect((await sender.post('/v1/predictions', event)).status).toBe(200);
      expect((await sender.get('/v1/models')).status).toBe(403);
      await client.ok(client.post(`/v1/incidents/${incident.id}/resolve`));
      await eventually(() => vendor.requests.length === 3);
      const events = vendor.requests.map((r) => (r.body as Json).event);
      expect(events).toEqual(['open', 'acknowledge', 'resolve']);
    } finally {
      await vendor.close();
    }
  });
});

/** A model whose last half hour is wrong, a monitor that says so, and a webhook that is to hear of it. */
async function breakAModel(client: Client, vendor: FakeVendor): Promise<{ model: string; incident: Json }> {
  const model = 'broken';
  await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
  const { id } = await client.ok(
    client.post('/v1/channels', { kind: 'webhook', config: { url: `${vendor.url}/hook`, secret: 's' } }),
  );
  await client.ok(
    client.post('/v1/monitors', {
      name: 'accuracy',
      model,
      kind: 'performance',
      target: { metric: 'accuracy' },
      window: '1h',
      every: '1m',
      condition: { op: 'lt', value: 0.8 },
      channels: [id],
    }),
  );
  const now = Date.now();
  const ids = Array.from({ length: 100 }, (_, i) => `p${i}`);
  // Over when the window ends, and too young to be missed.
  const ts = (i: number) => now - 170_000 + i * 1000;
  await client.predictions(
    ids.map((prediction_id, i) => ({ model, prediction_id, ts: ts(i), prediction: { score: i % 2 } })),
  );
  await client.outcomes(ids.map((prediction_id, i) => ({ model, prediction_id, ts: ts(i) + 10, label: 1 - (i % 2) })));
  const incident = await eventually(async () => (await client.ok(client.get(`/v1/incidents?model=${model}`))).items[0]);
  return { model, incident };
}
