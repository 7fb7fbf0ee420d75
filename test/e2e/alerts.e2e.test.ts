import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FakeVendor, type RecordedRequest, startFakeVendor } from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { declare, of, readOutcomes, readPredictions, uploadReference } from './golden.js';
import { Server } from './server.js';

/** From live rows to a page and back, through the real queue, over the network, to services that answer as the real ones do. */

const SLACK = (name: string) => `/services/T00/B00/${name}SecretOfSlack`;
const ROUTING = (name: string) => `${name}SecretOfPagerDuty`;
const HOOK = (name: string) => `/hooks/${name}/SecretInThePath`;
const SIGNING = (name: string) => `${name}SecretOfSigning`;

let server: Server;
let client: Client;
let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
  server = await Server.start({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8' });
  client = server.client();
});
afterAll(async () => {
  await server?.dispose();
  await vendor?.close();
});

type Told = { kind: 'slack' | 'pagerduty' | 'webhook'; event: string; key: string; request: RecordedRequest };
/** What the channels of this name were told, in order. */
const told = (name: string): Told[] =>
  vendor.requests.flatMap((request): Told[] => {
    const body = request.body as Json;
    if (request.path === SLACK(name)) return [{ kind: 'slack', event: slackEvent(request.raw), key: '', request }];
    if (request.path === HOOK(name)) return [{ kind: 'webhook', event: body.event, key: body.dedup_key, request }];
    if (body?.routing_key === ROUTING(name))
      return [{ kind: 'pagerduty', event: body.event_action, key: body.dedup_key, request }];
    return [];
  });
const slackEvent = (raw: string) =>
  /resolved/i.test(raw) ? 'resolve' : /acknowledged/i.test(raw) ? 'acknowledge' : 'open';
const tellsOf = (name: string, kind: Told['kind']) => told(name).filter((t) => t.kind === kind);

const channel = (kind: string, config: object, more: object = {}): Promise<Json> =>
  client.ok(client.post('/v1/channels', { kind, config, ...more }));
const threeChannels = async (name: string): Promise<string[]> => {
  const made = [
    await channel('slack', { url: `${vendor.url}${SLACK(name)}` }),
    await channel('pagerduty', { routing_key: ROUTING(name), url: vendor.url }),
    await channel('webhook', { url: `${vendor.url}${HOOK(name)}`, secret: SIGNING(name) }),
  ];
  return made.map((c) => c.id);
};
const hook = async (name: string) => [(await channel('webhook', { url: `${vendor.url}${HOOK(name)}` })).id];

const MINUTE = 60_000;
const ROWS = 200;
/** Rows of the last half hour, nine of ten of them wrong or right. */
const live = (model: string, wrong: boolean) => {
  const now = Date.now();
  const at = (i: number) => now - 32 * MINUTE + i * ((28 * MINUTE) / ROWS);
  const right = (i: number) => (i % 10 === 0 ? wrong : !wrong);
  return {
    predictions: Array.from({ length: ROWS }, (_, i) => ({
      model,
      prediction_id: `p${i}`,
      ts: Math.round(at(i)),
      features: { amount: i % 17, country: i % 3 === 0 ? 'BR' : 'DE' },
      prediction: { score: i % 2 ? 0.9 : 0.1 },
    })),
    outcomes: Array.from({ length: ROWS }, (_, i) => ({
      model,
      prediction_id: `p${i}`,
      label: right(i) ? i % 2 : 1 - (i % 2),
      ts: Math.round(at(i)) + 1000,
    })),
  };
};
const goesWrong = async (model: string) => {
  const rows = live(model, true);
  await client.predictions(rows.predictions);
  await client.outcomes(rows.outcomes);
  await client.joined(model, ROWS);
};
/** Every label is corrected, and the corrections are what counts. */
const getsWell = async (model: string) => {
  await client.outcomes(live(model, false).outcomes.map((o) => ({ ...o, ts: Date.now() })));
  await eventually(async () => {
    const range = { from: Date.now() - 60 * MINUTE, to: Date.now(), granularity: 'all', metrics: ['accuracy'] };
    const { windows } = await client.ask(model, 'performance', range);
    return windows[0].metrics.accuracy.value > 0.85;
  });
};
const monitor = (model: string, channels: string[], more: object = {}): Promise<Json> =>
  client.ok(
    client.post('/v1/monitors', {
      name: 'accuracy',
      model,
      kind: 'performance',
      target: { metric: 'accuracy' },
      window: '1h',
      every: '1m',
      compare: { to: 'threshold' },
      condition: { op: 'lt', value: 0.8 },
      severity: 'critical',
      channels,
      ...more,
    }),
  );
const newModel = (model: string) => client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
const evaluate = (id: string): Promise<Json> => client.ok(client.post(`/v1/monitors/${id}/evaluate`));
const incidentsOf = async (model: string, state = ''): Promise<Json[]> =>
  (await client.ok(client.get(`/v1/incidents?model=${model}${state && `&state=${state}`}`))).items;
const incident = (id: string): Promise<Json> => client.ok(client.get(`/v1/incidents/${id}`));
const delivered = (id: string, count: number) =>
  eventually(
    async () => {
      const { deliveries } = await incident(id);
      if (deliveries.length !== count || deliveries.some((d: Json) => d.state !== 'sent'))
        throw new Error(JSON.stringify(deliveries));
      return deliveries as Json[];
    },
    { what: `${count} deliveries`, withinMs: 40_000 },
  );

describe('one problem, one page', () => {
  const model = 'payments';
  let rule: Json;
  let id: string;

  it('fires by itself on live rows and tells every channel once', async () => {
    await newModel(model);
    rule = await monitor(model, await threeChannels(model));
    expect(rule).toMatchObject({ state: 'unknown', enabled: true, origin: 'user' });
    await goesWrong(model);
    const [open] = await eventually(async () => {
      const found = await incidentsOf(model);
      return found.length > 0 && found;
    });
    id = open.id;
    await Promise.all(Array.from({ length: 5 }, () => evaluate(rule.id)));
    await evaluate(rule.id);
    await delivered(id, 3);
    expect(await incidentsOf(model)).toHaveLength(1);
    for (const kind of ['slack', 'pagerduty', 'webhook'] as const) expect(tellsOf(model, kind), kind).toHaveLength(1);
    expect(tellsOf(model, 'pagerduty')[0]).toMatchObject({ event: 'trigger', key: expect.stringContaining(id) });
    expect(tellsOf(model, 'webhook')[0]).toMatchObject({ event: 'open', key: tellsOf(model, 'pagerduty')[0]!.key });
    expect((await client.ok(client.get(`/v1/monitors/${rule.id}`))).state).toBe('firing');
  });

  it('shows why', async () => {
    const shown = await incident(id);
    expect(shown).toMatchObject({
      model,
      state: 'open',
      severity: 'critical',
      family: 'performance',
      resolved_at: null,
    });
    expect(shown.title).toContain(model);
    expect(shown.monitors).toEqual([{ id: rule.id, name: 'accuracy', kind: 'performance', firing: true }]);
    const [evidence] = shown.evidence;
    expect(evidence).toMatchObject({ monitor_id: rule.id, kind: 'performance', threshold: 0.8 });
    expect(evidence.findings[0]).toMatchObject({ subject: 'accuracy', state: 'bad', threshold: 0.8 });
    expect(evidence.findings[0].value).toBeLessThan(0.2);
    expect(evidence.findings[0].high).toBeLessThan(0.8);
    expect(evidence.headline).toMatch(/accuracy is .* below/);
    expect(shown.timeline.map((t: Json) => t.kind)).toContain('opened');
    const rows = await client.ask(model, 'events/search', evidence.rows_query);
    expect(rows.items.length).toBeGreaterThan(50);
    expect(rows.items[0].error).toBeGreaterThanOrEqual(rows.items.at(-1).error);
    const body = tellsOf(model, 'webhook')[0]!.request.body as Json;
    expect(body.incident).toMatchObject({ id, model, state: 'open', evidence: shown.evidence });
  });

  it('an acknowledgement is told under the same key', async () => {
    const taken = await client.ok(client.post(`/v1/incidents/${id}/acknowledge`, { text: 'looking' }));
    expect(taken).toMatchObject({ state: 'acknowledged', acknowledged_by: expect.any(String) });
    await client.ok(client.post(`/v1/incidents/${id}/notes`, { text: 'the upstream feed broke' }));
    await client.ok(client.post(`/v1/incidents/${id}/acknowledge`));
    await delivered(id, 6);
    const [trigger, acknowledge] = tellsOf(model, 'pagerduty');
    expect(acknowledge).toMatchObject({ event: 'acknowledge', key: trigger!.key });
    expect((await incident(id)).timeline.map((t: Json) => t.text)).toContain('the upstream feed broke');
  });

  it('is resolved when the rows are good again, after the trigger and under the same key', async () => {
    await getsWell(model);
    expect(await evaluate(rule.id)).toMatchObject({ verdict: 'ok', monitor_id: rule.id });
    const closed = await eventually(async () => {
      const shown = await incident(id);
      return shown.state === 'resolved' && shown;
    });
    expect(closed.resolved_at).not.toBeNull();
    await delivered(id, 9);
    expect(tellsOf(model, 'pagerduty').map((t) => t.event)).toEqual(['trigger', 'acknowledge', 'resolve']);
    expect(tellsOf(model, 'slack').map((t) => t.event)).toEqual(['open', 'acknowledge', 'resolve']);
    expect(tellsOf(model, 'webhook').map((t) => t.event)).toEqual(['open', 'acknowledge', 'resolve']);
    for (const kind of ['pagerduty', 'webhook'] as const)
      expect(new Set(tellsOf(model, kind).map((t) => t.key)).size, kind).toBe(1);
    const sequences = tellsOf(model, 'webhook').map((t) => (t.request.body as Json).sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect((await client.ok(client.get(`/v1/monitors/${rule.id}`))).state).toBe('ok');
  });

  it('keeps what it said, newest first', async () => {
    const { items } = await client.ok(client.get(`/v1/monitors/${rule.id}/evaluations?limit=1000`));
    expect(items.length).toBeGreaterThan(3);
    const order = items.map((e: Json) => [e.window_end, e.evaluated_at].join());
    expect(order).toEqual([...order].sort().reverse());
    expect(items[0].verdict).toBe('ok');
    const paged: Json[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Json = await client.ok(
        client.get(`/v1/monitors/${rule.id}/evaluations?limit=3${cursor && `&cursor=${cursor}`}`),
      );
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    // A look in between makes newer ones, which come first.
    const ids = paged.map((e) => e.id);
    expect(ids.slice(ids.indexOf(items[0].id))).toEqual(items.map((e: Json) => e.id));
  });

  it('a second problem is a second incident with a key of its own', async () => {
    const before = tellsOf(model, 'pagerduty')[0]!.key;
    await client.outcomes(live(model, true).outcomes.map((o) => ({ ...o, ts: Date.now() + 1 })));
    await eventually(async () => (await evaluate(rule.id)).verdict === 'bad');
    const [again] = await eventually(async () => {
      const open = await incidentsOf(model, 'unresolved');
      return open.length === 1 && open;
    });
    expect(again.id).not.toBe(id);
    await delivered(again.id, 3);
    expect(tellsOf(model, 'pagerduty').at(-1)).toMatchObject({ event: 'trigger' });
    expect(tellsOf(model, 'pagerduty').at(-1)!.key).not.toBe(before);
    expect((await client.delete(`/v1/monitors/${rule.id}`)).status).toBe(204);
    await eventually(async () => (await incident(again.id)).state === 'resolved');
    await delivered(again.id, 6);
  });
});

describe('delivery', () => {
  it('is tried again while a vendor is broken, and the trigger comes before the resolve', async () => {
    const model = 'broken-vendor';
    await newModel(model);
    const rule = await monitor(model, await hook(model));
    vendor.otherwise('error');
    await goesWrong(model);
    const [open] = await eventually(async () => {
      const found = await incidentsOf(model);
      return found.length > 0 && found;
    });
    const failing = await eventually(async () => {
      const [d] = (await incident(open.id)).deliveries;
      return d?.attempts >= 1 && d;
    });
    expect(failing).toMatchObject({ state: 'pending', event: 'open', last_error: expect.stringContaining('500') });
    await getsWell(model);
    await eventually(async () => (await evaluate(rule.id)).verdict === 'ok');
    await eventually(async () => (await incident(open.id)).state === 'resolved');
    expect(told(model).every((t) => t.event === 'open')).toBe(true);
    vendor.otherwise('ok');
    const sent = await delivered(open.id, 2);
    expect(sent.find((d) => d.event === 'open').attempts).toBeGreaterThan(1);
    const answered = told(model).map((t) => t.event);
    expect(answered.at(-1)).toBe('resolve');
    expect(answered.filter((e) => e === 'resolve')).toHaveLength(1);
    expect(new Set(told(model).map((t) => t.key)).size).toBe(1);
  });

  it('waits as long as a vendor asks, and gives up on what no retry can mend', async () => {
    const model = 'picky-vendor';
    await newModel(model);
    const rule = await monitor(model, await hook(model));
    vendor.script({ rateLimited: 3 }, { status: 404, body: 'no such hook' });
    await goesWrong(model);
    const [open] = await eventually(async () => {
      const found = await incidentsOf(model);
      return found.length > 0 && found;
    });
    const failed = await eventually(async () => {
      const [d] = (await incident(open.id)).deliveries;
      return d?.state === 'failed' && d;
    });
    expect(failed).toMatchObject({ attempts: 2, last_error: expect.stringContaining('404') });
    const dead = await client.ok(client.get(`/v1/deliveries?state=failed&channel=${failed.channel_id}`));
    expect(dead.items).toMatchObject([{ id: failed.id, incident: { id: open.id, model, state: 'open' } }]);
    const { health } = await client.ok(client.get(`/v1/channels/${failed.channel_id}`));
    expect(health).toMatchObject({ last_error: expect.stringContaining('404'), last_failed_at: expect.any(String) });
    const [first, second] = told(model);
    expect(second!.request.at - first!.request.at).toBeGreaterThanOrEqual(2_900);
    await client.ok(client.post(`/v1/deliveries/${failed.id}/resend`));
    await delivered(open.id, 1);
    expect((await client.post(`/v1/deliveries/${failed.id}/resend`)).status).toBe(404);
    await client.ok(client.delete(`/v1/monitors/${rule.id}`));
  });

  it('is signed', async () => {
    const [id] = (await threeChannels('signed')).slice(-1);
    expect(await client.ok(client.post(`/v1/channels/${id}/test`))).toMatchObject({ ok: true, status: 200 });
    const [{ request }] = tellsOf('signed', 'webhook') as [Told];
    const header = request.headers['plumbline-signature'] ?? '';
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    expect(Math.abs(Number(t) * 1000 - Date.now())).toBeLessThan(60_000);
    expect(v1).toBe(createHmac('sha256', SIGNING('signed')).update(`${t}.${request.raw}`).digest('hex'));
  });

  it('a test message shows what the vendor answered', async () => {
    const [id] = await hook('tested');
    vendor.script('error');
    expect(await client.ok(client.post(`/v1/channels/${id}/test`))).toMatchObject({ ok: false, status: 500 });
    expect(await client.ok(client.post(`/v1/channels/${id}/test`))).toMatchObject({ ok: true, status: 200 });
    expect((await client.post('/v1/channels/nothing/test')).status).toBe(404);
  });
});

describe('silence', () => {
  it('a mute leaves a trace instead of a page', async () => {
    const model = 'muted';
    await newModel(model);
    const rule = await monitor(model, await threeChannels(model));
    const mute = await client.ok(
      client.post('/v1/mutes', { matchers: { model }, until: Date.now() + 10 * MINUTE, reason: 'maintenance' }),
    );
    await goesWrong(model);
    await eventually(async () => (await evaluate(rule.id)).verdict === 'bad');
    const [open] = await eventually(async () => {
      const found = await incidentsOf(model);
      return found.length > 0 && found;
    });
    const shown = await incident(open.id);
    expect(shown.deliveries.map((d: Json) => d.state)).toEqual(['muted', 'muted', 'muted']);
    expect(shown.timeline.map((t: Json) => t.kind)).toContain('muted');
    await getsWell(model);
    await eventually(async () => (await evaluate(rule.id)).verdict === 'ok');
    await eventually(async () => (await incident(open.id)).state === 'resolved');
    expect(told(model)).toEqual([]);
    expect((await client.ok(client.get('/v1/mutes'))).items[0]).toMatchObject({ id: mute.id, reason: 'maintenance' });
    expect((await client.delete(`/v1/mutes/${mute.id}`)).status).toBe(204);
  });

  it('too few rows, too few labels, a disabled monitor: nobody is told', async () => {
    const model = 'too-few';
    await newModel(model);
    const channels = await hook(model);
    const few = await monitor(model, channels, { name: 'few', min_samples: ROWS + 1 });
    const uncovered = await monitor(model, channels, { name: 'uncovered', min_coverage: 1 });
    const off = await monitor(model, channels, { name: 'off', enabled: false });
    const late = await monitor(model, channels, { name: 'late', offset: '7d' });
    // First, so that no look finds all of them labelled.
    await client.predictions([{ ...live(model, true).predictions[0], prediction_id: 'one more' }]);
    await goesWrong(model);
    for (const rule of [few, uncovered, late])
      expect(await evaluate(rule.id), rule.name).toMatchObject({ verdict: 'no_data' });
    await evaluate(off.id);
    expect(await incidentsOf(model)).toEqual([]);
    expect(told(model)).toEqual([]);
  });

  it('a backfill pages nobody', async () => {
    const model = 'backfilled';
    const name = 'california';
    const [id] = await hook(model);
    await client.ok(
      client.put(`/v1/channels/${id}`, {
        kind: 'webhook',
        config: { url: `${vendor.url}${HOOK(model)}` },
        match: { model },
      }),
    );
    await declare(client, name, model);
    await uploadReference(client, name, model);
    await client.predictions(of(model, readPredictions(name, 'predictions')));
    const outcomes = readOutcomes(name);
    await client.outcomes(of(model, outcomes));
    await client.joined(model, outcomes.length);
    const looked = await eventually(async () => {
      const { items } = await client.ok(client.get(`/v1/monitors?model=${model}`));
      return items.length > 3 && items.every((m: Json) => m.evaluated_at !== null) && (items as Json[]);
    });
    for (const rule of looked) await evaluate(rule.id);
    expect((await client.ok(client.get(`/v1/monitors?model=${model}`))).items.map((m: Json) => m.state)).not.toContain(
      'firing',
    );
    expect(await incidentsOf(model)).toEqual([]);
    expect(told(model)).toEqual([]);
  });
});

describe('routing', () => {
  it('channels that match hear of monitors without channels, in rising severity', async () => {
    const model = 'routed';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1, owner: 'risk' }));
    const make = (name: string, match: object) => channel('webhook', { url: `${vendor.url}${HOOK(name)}` }, { match });
    await make('routed-all', { model });
    await make('routed-critical', { model, severity: 'critical' });
    await make('routed-owner', { owner: 'risk' });
    await make('routed-elsewhere', { owner: 'growth' });
    const warning = await monitor(model, [], { name: 'warning', severity: 'warning' });
    await goesWrong(model);
    await eventually(async () => (await evaluate(warning.id)).verdict === 'bad');
    const [open] = await eventually(async () => {
      const found = await incidentsOf(model);
      return found.length > 0 && found;
    });
    await delivered(open.id, 2);
    const critical = await monitor(model, [], { name: 'critical', severity: 'critical' });
    await evaluate(critical.id);
    await delivered(open.id, 5);
    expect(await incidentsOf(model)).toHaveLength(1);
    expect((await incident(open.id)).severity).toBe('critical');
    expect(told('routed-all').map((t) => t.event)).toEqual(['open', 'escalate']);
    expect(told('routed-owner').map((t) => t.event)).toEqual(['open', 'escalate']);
    expect(told('routed-critical').map((t) => t.event)).toEqual(['escalate']);
    expect(told('routed-elsewhere')).toEqual([]);
  });
});

describe('monitors', () => {
  it('are checked when they are made', async () => {
    await newModel('checked');
    const base = { name: 'x', model: 'checked', kind: 'performance' };
    const post = async (more: object) => {
      const { status, body } = await client.post('/v1/monitors', { ...base, ...more });
      return [status, body.code];
    };
    expect(await post({ compare: { to: 'threshold' } })).toEqual([400, 'invalid_request']);
    expect(await post({ kind: 'gut_feeling' })).toEqual([400, 'invalid_request']);
    expect(await post({ window: 'soon' })).toEqual([400, 'invalid_request']);
    expect(await post({ kind: 'freshness', per: ['version'] })).toEqual([400, 'invalid_request']);
    expect(await post({ compare: { to: 'version' } })).toEqual([400, 'invalid_request']);
    expect(await post({ model: 'nobody' })).toEqual([404, 'not_found']);
    expect((await post({}))[0]).toBe(201);
    expect(await post({})).toEqual([409, 'conflict']);
    const { items } = await client.ok(client.get('/v1/monitors?model=checked'));
    const { id } = items.find((m: Json) => m.name === 'x');
    expect(await client.ok(client.put(`/v1/monitors/${id}`, { ...base, severity: 'info' }))).toMatchObject({
      id,
      severity: 'info',
    });
    expect((await client.put('/v1/monitors/nothing', base)).status).toBe(404);
    expect((await client.get('/v1/monitors/nothing')).status).toBe(404);
  });
});

describe('mistakes', () => {
  it.each([
    ['/v1/incidents?cursor=garbage'],
    ['/v1/mutes?cursor=garbage'],
    ['/v1/deliveries?cursor=garbage'],
    ['/v1/channels?cursor=garbage'],
  ])('%s is refused', async (path) => {
    const { status, body } = await client.get(path);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  it.each<[string, object]>([
    ['/v1/mutes', { matchers: { model: 'm' }, until: 1_000, reason: 'r' }],
    ['/v1/mutes', { matchers: { model: 'm', slice: 's' }, until: Date.now() + MINUTE, reason: 'r' }],
    ['/v1/channels', { kind: 'webhook', config: { url: 'https://a.example/', sekret: 's' } }],
  ])('%s %j is refused', async (path, sent) => {
    const { status, body } = await client.post(path, sent);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('secrets', () => {
  it('are never shown, told or logged', async () => {
    const bot = { token: 'xoxb-0-SecretOfBot', channel: 'C0123456789', url: vendor.slackApiUrl };
    const made = await channel('slack', bot, { name: 'bot' });
    expect(made.config).toMatchObject({ token: '••••', channel: 'C0123456789' });
    expect(await client.ok(client.post(`/v1/channels/${made.id}/test`))).toMatchObject({ ok: true, answer: 'ok' });
    const listed = await client.get('/v1/channels?limit=1000');
    const deliveries = await client.get('/v1/deliveries?limit=1000');
    expect(deliveries.body.items.length).toBeGreaterThan(10);
    expect(listed.body.items.length).toBeGreaterThan(10);
    const incidents = await client.get('/v1/incidents?limit=1000');
    const details = await Promise.all(incidents.body.items.map((i: Json) => client.get(`/v1/incidents/${i.id}`)));
    const audit = await client.get('/v1/audit?limit=1000');
    const places = [listed, incidents, audit, deliveries, ...details].map((a) => a.text);
    const one = await client.get(`/v1/channels/${listed.body.items[0].id}`);
    for (const text of [
      ...places,
      one.text,
      server.output,
      ...vendor.requests.map((r) => r.raw.replace(/"routing_key":"[^"]*"/, '')),
    ])
      expect(text).not.toMatch(/SecretOf|SecretIn/);
    expect(server.output).not.toContain(server.adminKey);
    expect(audit.body.items.map((a: Json) => a.action)).toContain('channel.create');
  });

  it('stay when a channel is saved as it is shown, and a webhook that came without one tells it once', async () => {
    const made = await channel('webhook', { url: `${vendor.url}${HOOK('signed')}` });
    const shown = await client.ok(client.get(`/v1/channels/${made.id}`));
    expect([shown.config.secret, shown.secret]).toEqual(['••••', undefined]);
    expect(await client.ok(client.put(`/v1/channels/${made.id}`, { ...shown, name: 'renamed' }))).toMatchObject({
      name: 'renamed',
      config: shown.config,
    });
    await client.ok(client.post(`/v1/channels/${made.id}/test`));
    const { headers, raw, path } = vendor.requests.at(-1)!;
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['plumbline-signature'])) ?? [];
    expect(path).toBe(HOOK('signed'));
    expect(v1).toBe(createHmac('sha256', made.secret).update(`${t}.${raw}`).digest('hex'));
    expect((await client.put(`/v1/channels/${made.id}`, { ...shown, kind: 'slack' })).status).toBe(400);
  });

  it('are nowhere on the disk', async () => {
    // A server that runs merges and deletes files while they are read.
    await server.stop();
    const names = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
    const files = names.filter((f) => f.isFile());
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      for (const secret of ['SecretOf', 'SecretIn']) expect(bytes.includes(secret), file.name).toBe(false);
    }
  });
});

describe('without PLUMBLINE_ALLOW_PRIVATE_TARGETS', () => {
  it('a loopback address is refused, however it is written', async () => {
    const careful = await Server.start();
    try {
      const c = careful.client();
      const before = vendor.requests.length;
      const to = (host: string) => ({
        kind: 'webhook',
        config: { url: `http://${host}:${vendor.port}/hook` },
      });
      const named = await c.ok(c.post('/v1/channels', to('localhost')));
      for (const host of ['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0.0.0.0']) {
        for (const { status, body } of [
          await c.post('/v1/channels', to(host)),
          await c.put(`/v1/channels/${named.id}`, to(host)),
        ]) {
          expect([status, body.code], host).toEqual([400, 'invalid_request']);
          expect(body.detail, host).toContain('PLUMBLINE_ALLOW_PRIVATE_TARGETS');
        }
      }
      const answer = await c.ok(c.post(`/v1/channels/${named.id}/test`));
      expect(answer).toMatchObject({ ok: false, status: null });
      expect(answer.answer).toContain('PLUMBLINE_ALLOW_PRIVATE_TARGETS');
      expect(vendor.requests.length).toBe(before);
    } finally {
      await careful.dispose();
    }
  });
});
