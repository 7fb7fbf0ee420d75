import { gzipSync } from 'node:zlib';
import { REJECTIONS } from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** What may be sent, what is answered, and that nothing a client sends breaks anything for the others. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

const TS = '2026-01-01T10:00:00.000Z';
const event = (model: string, id: string, more: object = {}) => ({
  model,
  prediction_id: id,
  ts: TS,
  features: { age: 31, country: 'BR' },
  prediction: { score: 0.93 },
  ...more,
});
const outcome = (model: string, id: string, more: object = {}) => ({
  model,
  prediction_id: id,
  label: 1,
  ts: '2026-01-02T00:00:00Z',
  ...more,
});
const post = (kind: string, body: unknown) => client.ok(client.post(`/v1/${kind}`, body));
const raw = (body: string | Buffer, type = 'application/json', encoding?: string) =>
  client.request('POST', '/v1/predictions', body, { type, encoding });
const codes = (answer: Json): string[] => answer.rejected.map((r: Json) => r.code);
const rows = async (model: string, more: object = {}): Promise<Json[]> =>
  (await client.ask(model, 'events/search', { from: 0, to: '2200-01-01T00:00:00Z', limit: 1000, ...more })).items;

describe('bodies', () => {
  it('takes one bare event', async () => {
    expect(await post('predictions', event('bodies', 'a'))).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(await post('outcomes', outcome('bodies', 'a'))).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  });

  it('takes {"events": […]}, none at all too', async () => {
    const answer = await post('predictions', { events: [event('bodies', 'b'), event('bodies', 'c')] });
    expect(answer).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(await post('predictions', { events: [] })).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
  });

  it('takes NDJSON: a broken line is one rejection with its index from 0, blank lines are none', async () => {
    const lines = [event('bodies', 'd'), '{"model": "bodies", ', event('bodies', 'e')];
    const body = `${lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n')}\r\n\n`;
    const answer = (await raw(body, 'application/x-ndjson')).body;
    expect(answer).toMatchObject({ accepted: 2, duplicates: 0, rejected: [{ index: 1, code: 'invalid_json' }] });
    expect(answer.rejected[0].message.length).toBeGreaterThan(5);
  });

  it('takes gzip, in several members too', async () => {
    const line = (id: string) => `${JSON.stringify(event('bodies', id))}\n`;
    const members = Buffer.concat([gzipSync(line('g1')), gzipSync(line('g2') + line('g3'))]);
    expect((await raw(members, 'application/x-ndjson', 'gzip')).body).toMatchObject({ accepted: 3, rejected: [] });
    expect((await raw(gzipSync(line('g4')), 'application/json', 'gzip')).body).toMatchObject({ accepted: 1 });
  });

  it.each([
    ['another type', () => raw('a,b', 'text/csv'), 415, 'unsupported_media_type'],
    ['another encoding', () => raw('{}', 'application/json', 'br'), 415, 'unsupported_media_type'],
    ['no JSON', () => raw('{"events": ['), 400, 'invalid_body'],
    ['nothing', () => raw(''), 400, 'invalid_body'],
    ['an array', () => raw('[]'), 400, 'invalid_body'],
    ['events that are none', () => raw('{"events": 7}'), 400, 'invalid_body'],
    ['gzip that is none', () => raw('{}', 'application/json', 'gzip'), 400, 'invalid_body'],
    [
      'gzip that is cut',
      () => raw(gzipSync(JSON.stringify(event('bodies', 'cut'))).subarray(0, 60), 'application/json', 'gzip'),
      400,
      'invalid_body',
    ],
  ])('refuses %s', async (_, send, status, code) => {
    const answer = await send();
    expect([answer.status, answer.body?.code], answer.text).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  });

  it('takes 16 MiB and refuses more, inflated', async () => {
    const size = 16 * 1024 * 1024;
    const padded = (id: string, bytes: number) => {
      const text = JSON.stringify(event('bodies', id));
      return text + ' '.repeat(bytes - text.length);
    };
    expect((await raw(padded('big', size))).body).toMatchObject({ accepted: 1 });
    for (const send of [
      () => raw(padded('bigger', size + 1)),
      () => raw(gzipSync(padded('bomb', 200 * 1024 * 1024)), 'application/json', 'gzip'),
    ]) {
      const answer = await send();
      expect([answer.status, answer.body?.code]).toEqual([413, 'too_large']);
    }
    expect(await post('predictions', event('bodies', 'bigger'))).toMatchObject({ accepted: 1 });
  });
});

describe('keys', () => {
  it('lets each scope do what it may and no more', async () => {
    const made: Record<string, Client> = {};
    for (const scope of ['ingest', 'read', 'write', 'admin']) {
      const key = await client.ok(client.post('/v1/keys', { name: scope, scopes: [scope] }));
      expect(key).toMatchObject({ name: scope, scopes: [scope], key: expect.stringMatching(/^plk_/) });
      made[scope] = server.client(key.key);
    }
    await client.ok(client.put('/v1/models/scoped', { task: 'binary' }));
    const ask = { from: 0, to: 1, granularity: 'all' };
    const calls: [string, (c: Client) => Promise<{ status: number }>][] = [
      ['ingest', (c) => c.post('/v1/predictions', event('scoped', 'p'))],
      ['ingest', (c) => c.post('/v1/outcomes', outcome('scoped', 'p'))],
      ['read', (c) => c.get('/v1/models')],
      ['read', (c) => c.post('/v1/models/scoped/performance', ask)],
      ['read', (c) => c.get('/v1/quarantine')],
      ['read', (c) => c.get('/v1/channels')],
      ['write', (c) => c.put('/v1/models/scoped', { task: 'binary' })],
      ['write', (c) => c.post('/v1/models/scoped/annotations', { ts: TS, text: 'x' })],
      ['write', (c) => c.post('/v1/mutes', { matchers: { model: 'x' }, until: Date.now() + 60_000, reason: 'y' })],
      ['admin', (c) => c.get('/v1/keys')],
      ['admin', (c) => c.get('/v1/audit')],
      ['admin', (c) => c.get('/v1/projects')],
    ];
    const ladder = ['ingest', 'read', 'write', 'admin'];
    for (const [i, [needed, call]] of calls.entries()) {
      for (const scope of ladder) {
        const { status } = await call(made[scope]!);
        const may = ladder.indexOf(scope) >= ladder.indexOf(needed);
        expect(may ? status < 300 : status === 403, `${scope} at call ${i} (${needed}): ${status}`).toBe(true);
      }
      for (const nobody of [server.client(null), server.client('plk_not_a_key'), server.client('')])
        expect((await call(nobody)).status, `call ${i}`).toBe(401);
    }
  });

  it('a revoked key stops working', async () => {
    const key = await client.ok(client.post('/v1/keys', { name: 'gone', scopes: ['ingest'] }));
    const gone = server.client(key.key);
    expect((await gone.post('/v1/predictions', event('scoped', 'q'))).status).toBe(200);
    expect((await client.delete(`/v1/keys/${key.id}`)).status).toBe(204);
    await eventually(async () => (await gone.post('/v1/predictions', event('scoped', 'r'))).status === 401, {
      withinMs: 30_000,
    });
    expect((await client.get('/v1/keys')).text).not.toContain(key.key);
  });

  it('keeps projects apart', async () => {
    const made = await client.ok(client.post('/v1/projects', { name: 'elsewhere' }));
    const there = server.client(made.key);
    expect((await there.post('/v1/predictions', event('scoped', 'there'))).body).toMatchObject({ accepted: 1 });
    expect((await there.model('scoped')).versions).toMatchObject([{ predictions: 1 }]);
    expect((await client.get('/v1/models/scoped/predictions/there')).status).toBe(404);
    expect((await client.post('/v1/projects', { name: 'elsewhere' })).status).toBe(409);
  });
});

describe('events one by one', () => {
  const far = new Date(Date.now() + 2 * 3_600_000).toISOString();
  const deep = (levels: number): object => (levels === 0 ? { x: 1 } : { a: deep(levels - 1) });
  const cases: [string, unknown][] = [
    ['not_an_object', 7],
    ['not_an_object', [event('one', 'x')]],
    ['not_an_object', null],
    ['missing_field', event('one', 'x', { model: undefined })],
    ['missing_field', event('one', 'x', { prediction_id: undefined })],
    ['missing_field', event('one', 'x', { prediction: undefined })],
    ['bad_type', event('one', 'x', { prediction_id: 7 })],
    ['bad_type', event('one', 'x', { features: [1] })],
    ['bad_type', event('one', 'x', { features: { a: ['x'] } })],
    ['bad_type', event('one', 'x', { tags: 'ios' })],
    ['bad_type', event('one', 'x', { prediction: { score: '0.5' } })],
    ['bad_type', event('one', 'x', { latency_ms: '12' })],
    ['bad_model_name', event('a b', 'x')],
    ['bad_model_name', event('', 'x')],
    ['bad_timestamp', event('one', 'x', { ts: '2026-01-01T00:00:00' })],
    ['bad_timestamp', event('one', 'x', { ts: 'yesterday' })],
    ['bad_timestamp', event('one', 'x', { ts: '2026-13-01T00:00:00Z' })],
    ['future_timestamp', event('one', 'x', { ts: far })],
    ['id_too_long', event('one', 'i'.repeat(129))],
    ['id_too_long', event('one', '')],
    ['name_too_long', event('one', 'x', { features: { ['f'.repeat(257)]: 1 } })],
    ['name_too_long', event('one', 'x', { version: 'v'.repeat(129) })],
    ['value_too_long', event('one', 'x', { features: { a: 'x'.repeat(8193) } })],
    ['value_too_long', event('one', 'x', { tags: { a: 'x'.repeat(8193) } })],
    [
      'too_many_features',
      event('one', 'x', { features: Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`f${i}`, i])) }),
    ],
    ['payload_too_deep', event('one', 'x', { features: deep(9) })],
    ['bad_prediction', event('one', 'x', { prediction: {} })],
    ['bad_prediction', event('one', 'x', { prediction: { score: 1.5 } })],
    ['bad_prediction', event('one', 'x', { prediction: { scores: { a: -0.1 } } })],
    ['task_mismatch', event('one', 'x', { prediction: { value: 12 } })],
  ];

  it('gives each its own answer and keeps the good ones', async () => {
    await client.ok(client.put('/v1/models/one', { task: 'binary' }));
    const events = cases.flatMap(([, bad], i) => [bad, event('one', `good-${i}`)]);
    const answer = await post('predictions', { events });
    expect(answer).toMatchObject({ accepted: cases.length, duplicates: 0 });
    expect(answer.rejected.map((r: Json) => [r.index, r.code])).toEqual(cases.map(([code], i) => [2 * i, code]));
    for (const r of answer.rejected) expect(r.message.length).toBeGreaterThan(10);
    expect(await rows('one')).toHaveLength(cases.length);
  });

  it('names the id of a rejected event, if it has one', async () => {
    const answer = await post('predictions', { events: [event('one', 'named', { prediction: {} }), 7] });
    expect(answer.rejected).toMatchObject([{ index: 0, prediction_id: 'named' }, { index: 1 }]);
    expect(answer.rejected[1].prediction_id).toBeUndefined();
  });

  it('refuses numbers that are not finite', async () => {
    for (const [path, text] of [
      ['features', '{"model":"one","prediction_id":"inf","features":{"a":1e400},"prediction":{"score":0.5}}'],
      ['score', '{"model":"one","prediction_id":"inf","prediction":{"score":-1e400}}'],
      ['vector', '{"model":"one","prediction_id":"inf","features":{"a":[1,1e999]},"prediction":{"score":0.5}}'],
      ['scores', '{"model":"one","prediction_id":"inf","prediction":{"scores":{"a":1e400}}}'],
      ['latency', '{"model":"one","prediction_id":"inf","latency_ms":1e400,"prediction":{"score":0.5}}'],
    ] as const)
      expect(codes((await raw(text)).body), path).toEqual(['value_not_finite']);
    const label = await client.request('POST', '/v1/outcomes', '{"model":"one","prediction_id":"a","label":1e400}');
    expect(codes(label.body)).toEqual(['value_not_finite']);
  });

  it('refuses outcomes with their own reasons', async () => {
    const bad: [string, object][] = [
      ['missing_field', outcome('one', 'x', { label: null })],
      ['bad_type', outcome('one', 'x', { label: { a: 1 } })],
      ['value_too_long', outcome('one', 'x', { label: 'x'.repeat(8193) })],
      ['future_timestamp', outcome('one', 'x', { ts: far })],
      ['bad_timestamp', outcome('one', 'x', { prediction_ts: 'soon' })],
      ['bad_model_name', outcome('-', 'x')],
    ];
    const answer = await post('outcomes', { events: bad.map(([, e]) => e) });
    expect(codes(answer)).toEqual(bad.map(([code]) => code));
  });

  it('reaches every code that a client can cause', () => {
    const reached = new Set(['invalid_json', 'value_not_finite', 'conflict', ...cases.map(([code]) => code)]);
    // Nothing is too old without a retention, and no event is known that the store refuses.
    const open = Object.keys(REJECTIONS).filter((code) => !reached.has(code));
    expect(open).toEqual(['too_old', 'unstorable']);
  });

  it('an event of the near future is taken, one beyond an hour is not', async () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const answer = await post('predictions', {
      events: [event('one', 'soon', { ts: at(55) }), event('one', 'later', { ts: at(65) })],
    });
    expect([answer.accepted, codes(answer)]).toEqual([1, ['future_timestamp']]);
  });

  it('takes every form of a time and the oldest ones', async () => {
    const times = [
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
      ['2026-01-01T02:30:00+02:30', '2026-01-01T00:00:00.000Z'],
      ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123Z'],
      [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
      ['1999-12-31T23:59:59.999Z', '1999-12-31T23:59:59.999Z'],
      ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ] as const;
    const answer = await post('predictions', { events: times.map(([ts], i) => event('times', `t${i}`, { ts })) });
    expect(answer).toMatchObject({ accepted: times.length, rejected: [] });
    const stored = await rows('times', { from: '1950-01-01T00:00:00Z' });
    expect(Object.fromEntries(stored.map((r) => [r.prediction_id, r.ts]))).toEqual(
      Object.fromEntries(times.map(([, want], i) => [`t${i}`, want])),
    );
  });

  it('takes model_version for version', async () => {
    await post('predictions', { events: [event('versions', 'a', { model_version: 'v7' }), event('versions', 'b')] });
    expect((await rows('versions')).map((r) => [r.prediction_id, r.version])).toEqual([
      ['a', 'v7'],
      ['b', ''],
    ]);
    expect((await client.model('versions')).versions.map((v: Json) => v.version).sort()).toEqual(['', 'v7']);
  });
});

describe('the same event again', () => {
  it('is a duplicate within a body, across bodies and across kinds of body', async () => {
    const a = event('again', 'a');
    expect(await post('predictions', { events: [a, a, event('again', 'b')] })).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [],
    });
    expect(await post('predictions', a)).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    const other =
      '{"prediction":{"score":0.93},"features":{"country":"BR","age":31.0},"ts":1767261600000,"prediction_id":"a","model":"again"}';
    expect((await raw(other, 'application/x-ndjson')).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
  });

  it('with another payload is a conflict and the first stays', async () => {
    const changes = [
      { prediction: { score: 0.1 } },
      { features: {} },
      { tags: { a: 'b' } },
      { ts: 1 },
      { latency_ms: 3 },
    ];
    const answer = await post('predictions', { events: changes.map((c) => event('again', 'a', c)) });
    expect([answer.accepted, answer.duplicates, codes(answer)]).toEqual([0, 0, changes.map(() => 'conflict')]);
    expect(answer.rejected[0]).toMatchObject({ index: 0, prediction_id: 'a' });
    expect((await rows('again')).find((r) => r.prediction_id === 'a').prediction.score).toBe(0.93);
  });

  it('another version is another event', async () => {
    expect(
      await post('predictions', event('again', 'a', { version: 'shadow', prediction: { score: 0.1 } })),
    ).toMatchObject({
      accepted: 1,
    });
  });

  it('a time that is absent takes no part in comparing', async () => {
    const { ts: _, ...timeless } = event('again', 'timeless');
    expect(await post('predictions', timeless)).toMatchObject({ accepted: 1 });
    expect(await post('predictions', timeless)).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await post('predictions', { ...timeless, ts: '2026-02-01T00:00:00Z' })).toMatchObject({ duplicates: 1 });
    expect(codes(await post('predictions', { ...timeless, prediction: { score: 0 } }))).toEqual(['conflict']);
  });

  it('outcomes: identical ones are duplicates, every other one is news', async () => {
    const a = outcome('again', 'a');
    const answer = await post('outcomes', {
      events: [
        a,
        a,
        outcome('again', 'a', { label: '1' }),
        outcome('again', 'a', { ts: '2026-01-03T00:00:00Z' }),
        outcome('again', 'a', { label: 0 }),
      ],
    });
    expect(answer).toEqual({ accepted: 3, duplicates: 2, rejected: [] });
    const { ts: _, ...timeless } = outcome('again', 'timeless');
    expect(await post('outcomes', timeless)).toMatchObject({ accepted: 1 });
    expect(await post('outcomes', timeless)).toMatchObject({ duplicates: 1 });
  });

  it('accepted + duplicates + rejected is what was sent', async () => {
    const events = Array.from({ length: 500 }, (_, i) => {
      if (i % 7 === 0) return event('sums', `s${i}`, { prediction: {} });
      return event('sums', `s${i % 150}`, i % 11 === 0 ? { latency_ms: i } : {});
    });
    const answers = await Promise.all([0, 1, 2].map(() => post('predictions', { events })));
    for (const a of answers) expect(a.accepted + a.duplicates + a.rejected.length).toBe(500);
    const stored = (await rows('sums')).length;
    expect(answers.reduce((n, a) => n + a.accepted, 0)).toBe(stored);
  });
});

describe('the quarantine', () => {
  it('keeps what was rejected and takes it again', async () => {
    const model = 'quarantined';
    const sent = event(model, 'q1', { prediction: { value: 12 } });
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary' }));
    await post('predictions', {
      events: [sent, event(model, 'q2', { prediction: {} }), event('other-model', 'q3', { ts: 'x' })],
    });
    const list = await client.ok(client.get(`/v1/quarantine?model=${model}`));
    expect(list.items.map((i: Json) => [i.prediction_id, i.code, i.kind])).toEqual([
      ['q2', 'bad_prediction', 'predictions'],
      ['q1', 'task_mismatch', 'predictions'],
    ]);
    expect(JSON.parse(list.items[1].body)).toEqual(sent);
    const replay = () => client.ok(client.post(`/v1/quarantine/${list.items[1].id}/replay`));
    expect(codes(await replay())).toEqual(['task_mismatch']);
    await client.ok(client.put(`/v1/models/${model}`, { task: 'regression' }));
    await eventually(async () => (await replay()).accepted === 1, {
      withinMs: 30_000,
      what: 'the new task to be known',
    });
    expect(await replay()).toMatchObject({ accepted: 0, duplicates: 1 });
    expect((await rows(model)).map((r) => r.prediction.value)).toEqual([12]);
    expect((await client.post('/v1/quarantine/nothing/replay')).status).toBe(404);
  });

  it('is searched by code, kind, id and text, and what was fixed is taken again in one go', async () => {
    const model = 'searched';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary' }));
    const wrong = (id: string, city: string) =>
      event(model, id, { prediction: { value: 1 }, features: { city: `${city}\n"` } });
    await post('predictions', { events: [wrong('s1', 'Oslo'), wrong('s2', 'Quito'), event(model, 's3', { ts: 'x' })] });
    await post('outcomes', { events: [{ model, prediction_id: 's1' }] });
    const found = async (filter: string) =>
      (await client.ok(client.get(`/v1/quarantine?model=${model}&${filter}`))).items.map((i: Json) => [
        i.prediction_id,
        i.code,
        i.replayed_at !== null,
      ]);
    expect(await found('kind=outcomes')).toEqual([['s1', 'missing_field', false]]);
    expect(await found('code=bad_timestamp')).toEqual([['s3', 'bad_timestamp', false]]);
    expect(await found('prediction_id=s2')).toEqual([['s2', 'task_mismatch', false]]);
    expect(await found('search=OSLO')).toEqual([['s1', 'task_mismatch', false]]);
    expect(await found('search=needs+prediction.score')).toHaveLength(2);
    expect((await client.get('/v1/quarantine?code=nonsense')).status).toBe(400);
    await client.ok(client.put(`/v1/models/${model}`, { task: 'regression' }));
    await eventually(async () => {
      const again = await client.ok(client.post('/v1/quarantine/replay', { model }));
      return again.next_cursor === null && (await found('replayed=true')).length === 2;
    });
    expect(await found('replayed=false')).toEqual([
      ['s1', 'missing_field', false],
      ['s3', 'bad_timestamp', false],
    ]);
    expect((await rows(model)).map((r) => r.features.city).sort()).toEqual(['Oslo\n"', 'Quito\n"']);
  });

  it('pages through what it has, newest first, by time too', async () => {
    const bad = Array.from({ length: 25 }, (_, i) => event('paged', `p${i}`, { prediction: {} }));
    await post('predictions', { events: bad });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await client.ok(client.get(`/v1/quarantine?model=paged&limit=10${cursor}`));
      seen.push(...page.items.map((i: Json) => i.prediction_id));
      if (!page.next_cursor) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual(bad.map((e) => e.prediction_id).reverse());
    const later = `from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`;
    expect((await client.ok(client.get(`/v1/quarantine?model=paged&${later}`))).items).toEqual([]);
  });
});

describe('its own metrics', () => {
  it('count what came and tell how long it took, in the form of Prometheus', async () => {
    const values = async () => {
      const { text } = await client.get('/metrics');
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
      );
    };
    const before = await values();
    const good = Array.from({ length: 40 }, (_, i) => event('measured', `m${i}`, { ts: Date.now() - 5_000 }));
    await post('predictions', { events: [...good, good[0], event('measured', 'bad', { ts: 'soon' })] });
    const after = await values();
    const more = (name: string, labels = '') => {
      const key = `plumbline_ingest_${name}{kind="predictions"${labels}}`;
      expect(after.has(key), key).toBe(true);
      return after.get(key)! - (before.get(key) ?? 0);
    };
    expect([more('accepted_total'), more('duplicates_total'), more('requests_total')]).toEqual([40, 1, 1]);
    expect(more('rejected_total', ',code="bad_timestamp"')).toBe(1);
    expect(more('flushes_total', ',failed="false"')).toBeGreaterThan(0);
    expect(more('bytes_total')).toBeGreaterThan(40 * 100);
    for (const name of ['commit_seconds_count', 'queryable_seconds_count', 'event_lag_seconds_count'])
      expect(more(name), name).toBeGreaterThan(0);
    expect(more('event_lag_seconds_sum') / more('event_lag_seconds_count')).toBeGreaterThan(4);
    for (const name of ['pending_bytes', 'pending_events'])
      expect(after.get(`plumbline_ingest_${name}{kind="predictions"}`), name).toBe(0);
    expect(after.has('plumbline_ingest_bodies')).toBe(true);
  });
});

describe('names and values that break other systems', () => {
  it('features called __proto__, constructor and the like are features', async () => {
    const text =
      '{"model":"names","prediction_id":"p","ts":"2026-01-01T10:00:00Z","features":{"__proto__":1,"constructor":"x","toString":true,"hasOwnProperty":null,"":0.5,"a b\\n\\u0000\'\\"`{x:String}":2},"prediction":{"scores":{"__proto__":0.4,"constructor":0.6}},"tags":{"__proto__":"t","constructor":"c"}}';
    const withoutEmpty = text.replace('"":0.5,', '');
    expect(codes((await raw(text)).body)).toEqual(['name_too_long']);
    expect((await raw(withoutEmpty)).body).toMatchObject({ accepted: 1, rejected: [] });
    await post('outcomes', outcome('names', 'p', { label: '__proto__' }));
    const [row] = await eventually(async () => {
      const found = await rows('names');
      return found[0]?.label === '__proto__' && found;
    });
    const sent = JSON.parse(withoutEmpty);
    expect(Object.entries(row.features).sort()).toEqual(Object.entries({ ...sent.features, toString: 'true' }).sort());
    expect(Object.entries(row.tags).sort()).toEqual(Object.entries(sent.tags).sort());
    expect(row.prediction).toMatchObject({ class: 'constructor', score: 0.6 });
    const told = (await client.get('/v1/models/names/predictions/p')).text;
    expect(told).toContain('"__proto__":1');
    const model = await client.model('names');
    expect(model.task).toBe('multiclass');
    expect(model.schema.map((f: Json) => [f.name, f.declared])).toEqual(
      Object.keys(sent.features)
        .sort()
        .map((name) => [name, false]),
    );
    for (const name of ['__proto__', 'constructor', 'a b\n\u0000\'"`{x:String}']) {
      const filter = { field: `features.${name}`, op: 'not_null' };
      expect(await rows('names', { filters: [filter] }), name).toHaveLength(1);
      const grouped = await client.ask('names', 'performance', {
        from: 0,
        to: 4e12,
        granularity: 'all',
        group_by: [`features.${name}`],
      });
      expect(grouped.windows).toHaveLength(1);
      const profile = await client.ask('names', 'profile', { from: 0, to: 4e12, features: [name] });
      expect(Object.keys(profile.features)).toEqual([name]);
    }
  });

  it('a reference without them does not make them up', async () => {
    const reference =
      '{"features":{"age":1},"prediction":{"class":"a"}}\n{"features":{"age":2},"prediction":{"class":"b"}}';
    await client.ok(client.request('POST', '/v1/models/names/references', reference, { type: 'application/x-ndjson' }));
    const { windows } = await client.ask('names', 'drift', { from: 0, to: 4e12, granularity: 'all' });
    const found = Object.entries<Json>(windows[0].features);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const feature = found.find(([n]) => n === name)?.[1];
      expect(feature, name).toMatchObject({ note: 'not in the reference', reference: {} });
    }
  });

  it('lone surrogates become U+FFFD everywhere and break nothing', async () => {
    const text =
      '{"model":"surrogates","prediction_id":"s\\ud800","ts":"2026-01-01T10:00:00Z","features":{"f\\udc00":"v\\ud800x"},"tags":{"t\\ud800":"\\udfff"},"prediction":{"class":"c\\ud83d"}}';
    expect((await raw(text)).body).toMatchObject({ accepted: 1 });
    expect((await raw(text)).body).toMatchObject({ duplicates: 1 });
    const [row] = await rows('surrogates');
    expect(row).toMatchObject({
      prediction_id: 's\ufffd',
      features: { 'f\ufffd': 'v\ufffdx' },
      tags: { 't\ufffd': '\ufffd' },
      prediction: { class: 'c\ufffd' },
    });
  });

  it.each([
    ['letters', 'i'.repeat(128)],
    ['three bytes each', '予'.repeat(128)],
    ['what paths are made of', '/../%2F?#&'.repeat(13).slice(0, 128)],
  ])('ids and model names of 128 characters are found by them: %s', async (what, id) => {
    const model = what.replaceAll(' ', '-').padEnd(128, 'm');
    await post('predictions', event(model, id));
    const found = await client.ok(client.get(`/v1/models/${model}/predictions/${encodeURIComponent(id)}`));
    expect(found).toMatchObject({ prediction_id: id, predictions: [{ version: '' }] });
  });

  it('a string of 10 MB is one rejection', async () => {
    const huge = 'x'.repeat(10_000_000);
    for (const [code, bad] of [
      ['value_too_long', event('huge', 'a', { features: { a: huge } })],
      ['name_too_long', event('huge', 'a', { features: { [huge]: 1 } })],
      ['id_too_long', event('huge', huge)],
      ['bad_model_name', event(huge, 'a')],
      ['bad_timestamp', event('huge', 'a', { ts: huge })],
      ['value_too_long', event('huge', 'a', { prediction: { class: huge } })],
    ] as const) {
      const answer = await post('predictions', { events: [bad, event('huge', `good-${code}-${Math.random()}`)] });
      expect([answer.accepted, codes(answer)]).toEqual([1, [code]]);
      expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    }
    const kept = (await client.ok(client.get('/v1/quarantine?model=huge'))).items;
    expect(kept.length).toBeGreaterThan(3);
    for (const item of kept) expect(item.body.length).toBeLessThanOrEqual(256 * 1024);
  });

  it('JSON nested a hundred thousand levels deep is one rejection', async () => {
    const levels = 100_000;
    const nested = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const arrays = `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    const good = JSON.stringify(event('deep', 'good'));
    const bodies = [
      `{"events":[{"model":"deep","prediction_id":"d","prediction":{"score":0.5},"features":${nested}}, ${good}]}`,
      `{"events":[{"model":"deep","prediction_id":"d","prediction":{"score":0.5},"features":{"a":${arrays}}}, ${good}]}`,
      `{"events":[{"model":"deep","prediction_id":"d","prediction":${nested}}, ${good}]}`,
      `{"events":[${arrays}, ${good}]}`,
    ];
    for (const [i, body] of bodies.entries()) {
      const answer = await raw(body);
      expect(answer.status, `body ${i}: ${answer.text.slice(0, 200)}`).toBe(200);
      expect(answer.body.accepted + answer.body.duplicates).toBe(1);
      expect(answer.body.rejected).toHaveLength(1);
    }
    const line = await raw(`${bodies[0]!.slice(11, -1 - good.length - 3)}\n${good}`, 'application/x-ndjson');
    expect(line.status).toBe(200);
  });

  it('the server is well after all of it', async () => {
    expect((await client.get('/readyz')).body).toEqual({ status: 'ok', clickhouse: 'ok', postgres: 'ok' });
    expect((await client.get('/healthz')).status).toBe(200);
    const metrics = (await client.get('/metrics')).text;
    expect(metrics).toMatch(/plumbline_ingest_rejected_total\{kind="predictions",code="value_too_long"\} \d+/);
    expect(metrics).toMatch(/plumbline_ingest_accepted_total\{kind="predictions"\} [1-9]/);
  });
});

describe('too much at once', () => {
  it('is refused before anything of it is taken, and every retry is harmless', async () => {
    const narrow = await Server.start({ PLUMBLINE_PENDING_BYTES_MAX: '1024' });
    try {
      const c = narrow.client();
      const refused: Answer[] = [];
      const send = (events: object[]) =>
        eventually(async () => {
          const answer = await c.post('/v1/predictions', { events });
          expect([200, 429]).toContain(answer.status);
          if (answer.status === 429) refused.push(answer);
          return answer.status === 200 && answer.body.accepted;
        });
      let sent = 0;
      await eventually(async () => {
        const bodies = Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => event('flood', `f${sent++}`)));
        expect(await Promise.all(bodies.map(send))).toEqual(bodies.map(() => 5));
        return refused.length > 0;
      });
      for (const answer of refused) {
        expect(answer.body.code).toBe('overloaded');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect((await c.model('flood')).versions).toMatchObject([{ predictions: sent }]);
    } finally {
      await narrow.dispose();
    }
  });
});

describe('models that nobody declared', () => {
  const monitorsOf = async (model: string): Promise<string[]> => {
    const { items } = await client.ok(client.get(`/v1/monitors?model=${model}&limit=100`));
    return items.map((m: Json) => m.name);
  };

  it.each([
    ['by-score', { score: 0.4 }, 'binary', 'roc_auc'],
    ['by-scores', { scores: { a: 0.2, b: 0.8 } }, 'multiclass', 'accuracy'],
    ['by-class', { class: 'b' }, 'multiclass', 'accuracy'],
    ['by-boolean', { class: true }, 'binary', 'roc_auc'],
    ['by-value', { value: 12.5 }, 'regression', 'mae'],
  ])('%s is discovered', async (model, prediction, task, metric) => {
    const features = { n: 1.5, s: 'x', b: true, v: [1, 2, 3], nested: { deep: 7 }, gone: null };
    await post('predictions', event(model, 'a', { prediction, features, tags: { platform: 'ios' } }));
    const listed = await eventually(async () => {
      const { items } = await client.ok(client.get('/v1/models?limit=1000'));
      const found = items.find((m: Json) => m.name === model);
      return found?.schema.length >= 5 && found;
    });
    expect(listed).toMatchObject({
      state: 'discovered',
      task,
      primary_metric: metric,
      first_event: TS,
      last_event: TS,
    });
    const types = Object.fromEntries(listed.schema.map((f: Json) => [f.name, f.type]));
    expect(types).toMatchObject({
      n: 'numeric',
      s: 'categorical',
      b: 'boolean',
      v: 'embedding',
      'nested.deep': 'numeric',
    });
  });

  it('with codes for classes has two of them until a third one comes: all of it is computed again', async () => {
    const send = async (codes: number[], from: number) => {
      const ids = codes.map((_, i) => `c${from + i}`);
      await client.predictions(ids.map((id, i) => event('by-code', id, { prediction: { class: codes[i]! } })));
      // One in ten is wrong, by the next code.
      await client.outcomes(ids.map((id, i) => outcome('by-code', id, { label: i % 10 === 9 ? 3 : codes[i]! })));
    };
    const asked = { from: TS, to: '2026-01-01T11:00:00Z', granularity: 'all', metrics: ['accuracy', 'f1:2'] };
    await send(
      Array.from({ length: 40 }, (_, i) => i % 2),
      0,
    );
    await client.joined('by-code', 40);
    expect(await client.model('by-code')).toMatchObject({ task: 'binary', classes: ['0', '1'] });
    expect((await client.post('/v1/models/by-code/performance', asked)).status).toBe(400);
    await eventually(async () => (await monitorsOf('by-code')).includes('roc_auc against reference'));

    await send(
      Array.from({ length: 60 }, (_, i) => [2, 1, 0][i % 3]!),
      40,
    );
    await client.joined('by-code', 100);
    const model = await eventually(async () => {
      const now = await client.model('by-code');
      return now.task === 'multiclass' && now;
    });
    expect(model).toMatchObject({ primary_metric: 'accuracy', classes: ['0', '1', '2', '3'], state: 'discovered' });
    const { windows } = await client.ask('by-code', 'performance', asked);
    expect(windows[0]).toMatchObject({ labelled: 100, metrics: { accuracy: { value: 0.9 } } });
    const { windows: hours } = await eventually(async () => {
      const answer = await client.ask('by-code', 'performance', { ...asked, granularity: '1h', metrics: ['accuracy'] });
      return answer.windows[0]?.labelled === 100 && answer;
    });
    expect(hours[0].metrics.accuracy.value).toBe(0.9);
    const names = await monitorsOf('by-code');
    expect(names).toContain('accuracy against reference');
    expect(names).not.toContain('roc_auc against reference');
  });

  it('with a score stays one of two classes, whatever its classes are called', async () => {
    const say = (score: number, chosen: string) => ({ prediction: { score, class: chosen } });
    await client.predictions([event('by-name', 'a', say(0.9, 'approve')), event('by-name', 'b', say(0.1, 'deny'))]);
    await post('outcomes', outcome('by-name', 'a'));
    await client.joined('by-name', 1);
    await eventually(async () => (await monitorsOf('by-name')).length > 0);
    expect(await client.model('by-name')).toMatchObject({ task: 'binary', classes: ['approve', 'deny'] });
  });

  it('has the classes that had a score, also those never chosen, and the labels', async () => {
    const say = (scores: object) => ({ prediction: { scores } });
    await client.predictions([
      event('by-many', 'a', say({ '1': 0.2, '2': 0.5, true: 0.3 })),
      event('by-many', 'b', say({ '2': 0.9, rare: 0.1 })),
    ]);
    await post('outcomes', outcome('by-many', 'a', { label: 'unforeseen' }));
    await client.joined('by-many', 1);
    expect((await client.model('by-many')).classes).toEqual(['1', '2', 'rare', 'true', 'unforeseen']);
  });

  it('a declaration wins, and a model can be deleted with everything', async () => {
    expect((await client.put('/v1/models/by-score', { task: 'regression' })).status).toBe(200);
    expect(await client.model('by-score')).toMatchObject({ state: 'declared', task: 'regression' });
    expect((await client.put('/v1/models/fresh', { task: 'binary' })).status).toBe(201);
    expect((await client.put('/v1/models/-bad-', { task: 'binary' })).status).toBe(400);
    expect((await client.put('/v1/models/fresh', { task: 'guessing' })).status).toBe(400);
    expect((await client.delete('/v1/models/by-score')).status).toBe(204);
    expect((await client.get('/v1/models/by-score')).status).toBe(404);
  });

  it('a deleted model that sends again starts from nothing', async () => {
    await post('predictions', event('reborn', 'a'));
    await post('outcomes', outcome('reborn', 'a'));
    await client.joined('reborn', 1);
    await client.ok(client.delete('/v1/models/reborn'));
    // Ingest hears of the deletion, maybe from another process, and forgets what it knew.
    const again = async () => (await post('predictions', event('reborn', 'a'))).accepted === 1;
    await eventually(again, { withinMs: 30_000, what: 'the event to be new' });
    const model = await eventually(() => client.model('reborn').catch(() => null));
    expect(model.labels).toMatchObject({ joined: 0 });
    expect(await post('outcomes', outcome('reborn', 'a'))).toMatchObject({ accepted: 1, duplicates: 0 });
    await client.joined('reborn', 1);
  });
});
