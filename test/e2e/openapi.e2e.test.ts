import {
  auditView,
  channelView,
  checksAnswer,
  compareAnswer,
  curvesAnswer,
  delaysAnswer,
  driftAnswer,
  estimatesAnswer,
  evaluationView,
  eventRow,
  exploreAnswer,
  fieldView,
  incidentSummary,
  ingestAnswer,
  invitationView,
  keyView,
  modelHealth,
  modelSummary,
  modelView,
  monitorsHistory,
  monitorView,
  muteView,
  pageOf,
  performanceAnswer,
  personView,
  problem,
  profileAnswer,
  projectView,
  quarantined,
  referenceView,
  sessionView,
  valuesAnswer,
  viewView,
} from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** The document says what the server does, and the server does what the document says. */

let server: Server;
let client: Client;
let document: Json;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
  const answer = await server.client(null).get('/v1/openapi.json');
  expect(answer.status).toBe(200);
  document = JSON.parse(answer.text);
});
afterAll(() => server?.dispose());

/** The routes of the wire contract. */
const ROUTES = [
  'POST /v1/predictions',
  'POST /v1/outcomes',
  'GET /v1/quarantine',
  'POST /v1/quarantine/{id}/replay',
  'POST /v1/quarantine/replay',
  'GET /v1/models',
  'GET /v1/models/{model}',
  'PUT /v1/models/{model}',
  'DELETE /v1/models/{model}',
  'GET /v1/models/{model}/predictions/{id}',
  'GET /v1/models/{model}/references',
  'POST /v1/models/{model}/references',
  'PUT /v1/models/{model}/retention',
  'GET /v1/models/{model}/contract',
  'PUT /v1/models/{model}/contract',
  'GET /v1/models/{model}/contract/revisions',
  'GET /v1/models/{model}/annotations',
  'POST /v1/models/{model}/annotations',
  'POST /v1/models/{model}/performance',
  'POST /v1/models/{model}/drift',
  'POST /v1/models/{model}/profile',
  'POST /v1/models/{model}/events/search',
  'POST /v1/models/{model}/checks',
  'GET /v1/models/{model}/delays',
  'GET /v1/models/{model}/estimates',
  'GET /v1/models/{model}/windows/{start}/history',
  'POST /v1/models/{model}/curves',
  'POST /v1/models/{model}/compare',
  'POST /v1/models/{model}/fields',
  'POST /v1/models/{model}/values',
  'POST /v1/models/{model}/explore',
  'GET /v1/monitors',
  'POST /v1/monitors',
  'GET /v1/monitors/{id}',
  'PUT /v1/monitors/{id}',
  'DELETE /v1/monitors/{id}',
  'POST /v1/monitors/{id}/evaluate',
  'GET /v1/monitors/{id}/evaluations',
  'GET /v1/monitors/{id}/diagnosis',
  'POST /v1/monitors/apply',
  'POST /v1/monitors/backtest',
  'GET /v1/incidents',
  'GET /v1/incidents/{id}',
  'POST /v1/incidents/{id}/acknowledge',
  'POST /v1/incidents/{id}/resolve',
  'POST /v1/incidents/{id}/notes',
  'POST /v1/deliveries/{id}/resend',
  'GET /v1/mutes',
  'POST /v1/mutes',
  'DELETE /v1/mutes/{id}',
  'GET /v1/channels',
  'POST /v1/channels',
  'GET /v1/channels/{id}',
  'PUT /v1/channels/{id}',
  'DELETE /v1/channels/{id}',
  'POST /v1/channels/{id}/test',
  'GET /v1/keys',
  'POST /v1/keys',
  'DELETE /v1/keys/{id}',
  'GET /v1/people',
  'POST /v1/people',
  'GET /v1/people/{id}',
  'PUT /v1/people/{id}',
  'DELETE /v1/people/{id}',
  'POST /v1/people/{id}/reset',
  'GET /v1/invitations',
  'POST /v1/invitations',
  'DELETE /v1/invitations/{id}',
  'GET /v1/session',
  'PUT /v1/session',
  'DELETE /v1/session/everywhere',
  'POST /v1/session/password',
  'GET /v1/projects',
  'POST /v1/projects',
  'GET /v1/audit',
  'GET /v1/overview',
  'GET /v1/health',
  'GET /v1/views',
  'POST /v1/views',
  'DELETE /v1/views/{id}',
  'GET /v1/stream',
];
/** Those that people need before anyone knows who they are. */
const OPEN = [
  'POST /v1/session',
  'DELETE /v1/session',
  'GET /v1/session/ways',
  'POST /v1/join/show',
  'POST /v1/join',
  'POST /v1/reset',
];
type Operation = { route: string; method: string; path: string; spec: Json };
const operations = (): Operation[] =>
  Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, spec]) => ({
      route: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      spec,
    })),
  );

describe('/v1/openapi.json', () => {
  it('lists every route of the contract', () => {
    expect(document.openapi).toMatch(/^3\.1/);
    expect(operations().map((o) => o.route)).toEqual(expect.arrayContaining([...ROUTES, ...OPEN]));
  });

  it('names its components, and every reference leads to one', () => {
    const names = Object.keys(document.components.schemas);
    const expected = [
      'PredictionEvent',
      'OutcomeEvent',
      'IngestAnswer',
      'Model',
      'ModelBody',
      'Monitor',
      'MonitorBody',
    ];
    const more = ['PerformanceQuestion', 'PerformanceAnswer', 'DriftAnswer', 'Incident', 'Channel', 'Mute', 'Problem'];
    expect(names).toEqual(expect.arrayContaining([...expected, ...more]));
    const targets = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (m) => m[1],
    );
    expect(targets.length).toBeGreaterThan(50);
    expect(targets.filter((t) => !names.includes(t!))).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/\$defs|"\$schema"/);
  });

  it('says of every operation what it is for, what it needs and what may go wrong', () => {
    const ids = operations().map((o) => o.spec.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { route, path, spec } of operations()) {
      expect(spec.summary?.length, route).toBeGreaterThan(5);
      expect(spec.security, route).toEqual(OPEN.includes(route) ? undefined : [{ key: [] }]);
      const declared = (spec.parameters ?? []).filter((p: Json) => p.in === 'path').map((p: Json) => p.name);
      expect(declared.sort(), route).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort());
      expect(spec.responses.default?.content, route).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      });
    }
  });

  it('and every route is there: without a key 401, with one anything but "no such address"', async () => {
    const nobody = server.client(null);
    for (const { route, method, path } of operations()) {
      if (path === '/v1/stream') continue;
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
      const at = path.replace(/\{\w+\}/g, 'nothing');
      const { status: refused } = await nobody.request(method, at, body);
      if (OPEN.includes(route)) expect([200, 204, 400, 404], route).toContain(refused);
      else expect(refused, route).toBe(401);
      const { status, body: told } = await client.request(method, at, body);
      if (status >= 400) {
        expect(problem.safeParse(told).success, `${route}: ${status} ${JSON.stringify(told)}`).toBe(true);
        expect(told.detail, route).not.toContain('no address');
      }
      expect(status, route).toBeLessThan(500);
    }
  });
});

describe('answers', () => {
  it('are what the contract says', async () => {
    const model = 'shaped';
    const ts = Date.now() - 600_000;
    const events = Array.from({ length: 50 }, (_, i) => ({
      model,
      prediction_id: `p${i}`,
      ts: ts + i,
      features: { a: i, b: 'x' },
      prediction: { score: i / 50 },
    }));
    const outcomes = events.map((e, i) => ({ model, prediction_id: e.prediction_id, label: i % 2, ts: ts + 1000 + i }));
    ingestAnswer.parse(await client.ok(client.post('/v1/predictions', { events: [...events, 7] })));
    await client.ok(client.post('/v1/outcomes', { events: outcomes }));
    await client.joined(model, 50);
    const reference = events.map((e) => JSON.stringify(e)).join('\n');
    const uploaded = client.request('POST', `/v1/models/${model}/references`, reference, {
      type: 'application/x-ndjson',
    });
    referenceView.parse(await client.ok(uploaded));
    const rule = {
      name: 'r',
      model,
      kind: 'performance',
      condition: { op: 'lt', value: 0.9 },
      target: { metric: 'accuracy' },
    };
    const monitor = monitorView.parse(await client.ok(client.post('/v1/monitors', rule)));
    evaluationView.parse(await client.ok(client.post(`/v1/monitors/${monitor.id}/evaluate`)));
    const history = monitorsHistory.parse(await client.ok(client.get('/v1/monitors/history?days=30')));
    expect(history.items.find((i) => i.monitor_id === monitor.id)?.days.at(-1)?.looks).toBeGreaterThan(0);
    await client.ok(client.post('/v1/mutes', { matchers: { model }, until: Date.now() + 60_000, reason: 'x' }));
    await client.ok(client.post('/v1/channels', { kind: 'pagerduty', config: { routing_key: 'k' } }));

    const newcomer = { email: 'a@example.org', name: 'A', password: 'long enough', role: 'viewer' };
    personView.parse(await client.ok(client.post('/v1/people', newcomer)));
    await client.ok(client.post('/v1/invitations', { email: 'b@example.org', role: 'editor' }));
    sessionView.parse(await client.ok(client.get('/v1/session')));

    const range = { from: ts - 3_600_000, to: ts + 3_600_000 };
    const asked = async (question: string, body: object) => client.ask(model, question, { ...range, ...body });
    performanceAnswer.parse(await asked('performance', { group_by: ['features.b'] }));
    performanceAnswer.parse(await asked('performance', { estimate: true }));
    delaysAnswer.parse(await client.ok(client.get(`/v1/models/${model}/delays`)));
    estimatesAnswer.parse(await client.ok(client.get(`/v1/models/${model}/estimates`)));
    driftAnswer.parse(await asked('drift', { granularity: 'all' }));
    profileAnswer.parse(await asked('profile', { features: ['a', 'b', 'prediction.score'] }));
    checksAnswer.parse(await asked('checks', {}));
    curvesAnswer.parse(await asked('curves', { reference: 'training' }));
    compareAnswer.parse(await asked('compare', { a: { version: '' }, b: { version: 'v2' } }));
    pageOf(eventRow).parse(await asked('events/search', {}));
    pageOf(fieldView).parse(await client.ask(model, 'fields', {}));
    valuesAnswer.parse(await asked('values', { field: 'features.a' }));
    exploreAnswer.parse(await asked('explore', { by: [{ field: 'features.b' }] }));
    modelView.parse(await client.model(model));
    await eventually(async () => (await client.ok(client.get('/v1/overview'))).items[0]?.sparkline.length > 0);
    const pages = [
      ['/v1/models', modelView],
      ['/v1/overview', modelSummary],
      ['/v1/health', modelHealth],
      [`/v1/models/${model}/references`, referenceView],
      ['/v1/quarantine', quarantined],
      ['/v1/monitors', monitorView],
      [`/v1/monitors/${monitor.id}/evaluations`, evaluationView],
      ['/v1/incidents', incidentSummary],
      ['/v1/mutes', muteView],
      ['/v1/channels', channelView],
      ['/v1/keys', keyView],
      ['/v1/people', personView],
      ['/v1/invitations', invitationView],
      ['/v1/projects', projectView],
      ['/v1/audit', auditView],
      ['/v1/views', viewView],
    ] as const;
    for (const [path, item] of pages) {
      const answer = pageOf(item).safeParse(await client.ok(client.get(path)));
      expect(answer.error?.issues ?? [], path).toEqual([]);
      const wrong = await client.get(`${path}?limit=0`);
      expect([wrong.status, wrong.body.code], path).toEqual([400, 'invalid_request']);
    }
  });

  it('changes are streamed', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${server.url}/v1/stream`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
      signal: stop.signal,
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    let seen = '';
    const reading = (async () => {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
        seen += Buffer.from(chunk).toString();
    })().catch(() => {});
    await client.ok(client.put('/v1/models/streamed', { task: 'binary' }));
    await eventually(() => seen.includes('event: model') && seen.includes('"streamed"'));
    stop.abort();
    await reading;
  });
});
