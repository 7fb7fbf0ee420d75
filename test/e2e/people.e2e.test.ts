import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';
import { Visitor } from './visitor.js';

/** Who may come in, what they may do, and when it ends. */

const PASSWORD = 'correct horse battery';
let server: Server;
let key: Client;
beforeAll(async () => {
  server = await Server.start();
  key = server.client();
});
afterAll(() => server?.dispose());

let made = 0;
const add = (role: string, by: Client = key): Promise<Json> =>
  by.ok(by.post('/v1/people', { email: `p${made++}@example.org`, name: 'Ann Example', password: PASSWORD, role }));
const visitor = (from?: Record<string, string>) => new Visitor(server.url, from);
const enter = ({ email }: { email: string }) => visitor().enter({ email, password: PASSWORD });
const statusOf = async (asked: Promise<{ status: number }>) => (await asked).status;

describe('the first account', () => {
  it('is offered to whoever has an admin key, and then a password is asked for', async () => {
    expect((await visitor().get('/v1/session/ways')).body).toEqual({ password: false, key: true });
    const operator = await visitor().enter({ key: server.adminKey });
    expect((await operator.get('/v1/session')).body).toMatchObject({ no_people_yet: true, person: null });
    const { email } = await add('admin', operator);
    expect((await operator.get('/v1/session')).body.no_people_yet).toBe(false);
    expect((await visitor().get('/v1/session/ways')).body).toEqual({ password: true, key: true });
    const me = (await (await enter({ email })).get('/v1/session')).body;
    expect(me).toMatchObject({ name: 'Ann Example', scopes: ['admin'], project: 'default', person: { email } });
    expect(me.projects).toEqual([{ id: me.project_id, name: 'default', role: 'admin' }]);
  });
});

it('answers are what they say they are, stand in no frame and are kept by no cache', async () => {
  for (const path of ['/v1/session/ways', '/v1/session', '/v1/docs']) {
    const { headers } = await visitor().get(path);
    expect([headers.get('x-content-type-options'), headers.get('x-frame-options')], path).toEqual(['nosniff', 'DENY']);
    if (path !== '/v1/docs') expect(headers.get('cache-control'), path).toBe('no-store');
  }
});

describe('the cookie', () => {
  it('is out of reach of scripts and of other sites, and Secure where the console is', async () => {
    const { email } = await add('viewer');
    const { headers } = await visitor().post('/v1/session', { email, password: PASSWORD });
    const [cookie] = headers.getSetCookie().filter((c) => c.startsWith('plumbline_person=') && !c.includes('=;'));
    for (const part of [/HttpOnly/i, /SameSite=Strict/i, /Path=\//i, /Max-Age=1209600/i]) expect(cookie).toMatch(part);
    expect(cookie).not.toMatch(/Secure|Domain/i);
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a sibling', { origin: 'http://sibling.127.0.0.1', 'sec-fetch-site': 'same-site' }],
    ['another site over plain HTTP', { origin: 'http://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
  ])('changes nothing for %s, and lets nobody in there', async (_, from) => {
    const { email } = await add('admin');
    const { cookie } = await enter({ email });
    const evil = (method: string, path: string, body?: object) =>
      visitor(from).request(method, path, body && JSON.stringify(body), { headers: { cookie } });
    for (const [method, path, body] of [
      ['POST', '/v1/keys', { name: 'x', scopes: ['admin'] }],
      ['PUT', '/v1/models/m', { task: 'binary' }],
      ['DELETE', '/v1/session/everywhere', undefined],
      ['POST', '/v1/session/password', { current: PASSWORD, password: 'taken over by evil' }],
      ['POST', '/v1/session', { key: server.adminKey }],
    ] as const) {
      const answer = await evil(method, path, body);
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([403, 'forbidden']);
    }
    const operator = await visitor().enter({ key: server.adminKey });
    const byKey = await visitor(from).request('POST', '/v1/keys', JSON.stringify({ name: 'x', scopes: ['read'] }), {
      headers: { cookie: operator.cookie },
    });
    expect(byKey.status).toBe(403);
    await enter({ email });
  });
});

type Route = { route: string; method: string; path: string; scope: string | undefined };
async function routes(): Promise<Route[]> {
  const { paths } = (await key.get('/v1/openapi.json')).body;
  return Object.entries(paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, spec]) => {
      const method = name.toUpperCase();
      return { route: `${method} ${path}`, method, path: path.replace(/\{\w+\}/g, 'nothing'), scope: spec['x-scope'] };
    }),
  );
}

describe('roles', () => {
  it('let nobody change anything who may only read, except their own session', async () => {
    const readable = (await routes()).filter((r) => r.scope === 'read' && r.method !== 'GET').map((r) => r.route);
    expect(readable.length).toBeGreaterThan(5);
    // Questions have bodies; they are asked of a model or of its monitors.
    for (const route of readable)
      expect(route).toMatch(
        /^(POST \/v1\/models\/\{model\}\/|POST \/v1\/monitors\/backtest$|POST \/v1\/batch$|[A-Z]+ \/v1\/session)/,
      );
  });

  it.each([
    ['viewer', ['ingest', 'write', 'admin']],
    ['editor', ['admin']],
    ['admin', []],
  ])('let %s do what the document says and nothing more', async (role, closed: string[]) => {
    const someone = await enter(await add(role));
    const asked = (await routes()).filter(
      (r) => r.scope && !r.path.startsWith('/v1/session') && r.path !== '/v1/stream',
    );
    expect(asked.length).toBeGreaterThan(50);
    for (const { route, method, path, scope } of asked) {
      const { status } = await someone.request(
        method,
        path,
        method === 'GET' || method === 'DELETE' ? undefined : '{}',
      );
      expect(status === 403, `${role}: ${route} needs ${scope}, answers ${status}`).toBe(closed.includes(scope!));
    }
  });

  it('count at once when they change, and what was done is told with the name', async () => {
    const person = await add('viewer');
    const someone = await enter(person);
    const make = () => statusOf(someone.put('/v1/models/renamed', { task: 'binary' }));
    expect(await make()).toBe(403);
    const stop = new AbortController();
    const stream = await fetch(`${server.url}/v1/stream`, { headers: { cookie: someone.cookie }, signal: stop.signal });
    let told = '';
    const reading = (async () => {
      for await (const part of stream.body as unknown as AsyncIterable<Uint8Array>)
        told += Buffer.from(part).toString();
    })().catch(() => {});
    await key.ok(key.put(`/v1/people/${person.id}`, { role: 'editor' }));
    await eventually(() => told.includes('event: session'), { withinMs: 30_000, what: 'the page to hear of its role' });
    stop.abort();
    await reading;
    expect(await make()).toBe(201);
    await key.ok(key.put(`/v1/people/${person.id}`, { role: 'viewer' }));
    expect(await make()).toBe(403);
    const { items } = await key.ok(key.get('/v1/audit?action=model&limit=1'));
    expect(items[0]).toMatchObject({ actor: 'Ann Example', actor_kind: 'person', subject: 'renamed' });
    const { items: byKey } = await key.ok(key.get(`/v1/audit?action=person.update&q=${person.id}`));
    expect(byKey.map((e: Json) => [e.actor_kind, e.detail.role])).toEqual([
      ['key', 'viewer'],
      ['key', 'editor'],
    ]);
    expect((await key.ok(key.get('/v1/audit?q=nothing%25like%25this'))).items).toEqual([]);
    expect((await key.ok(key.get(`/v1/audit?to=2020-01-01T00:00:00Z`))).items).toEqual([]);
  });
});

describe('a session', () => {
  it('ends with sign-out, disabling, removal and elsewhere on request, and its stream with it', async () => {
    const person = await add('viewer');
    const [one, two] = [await enter(person), await enter(person)];
    await one.ok(one.delete('/v1/session'));
    expect(await statusOf(one.get('/v1/session'))).toBe(401);
    const kept = two.cookie;
    await two.ok(two.delete('/v1/session/everywhere'));
    expect((await fetch(`${server.url}/v1/session`, { headers: { cookie: kept } })).status).toBe(401);

    const three = await enter(person);
    await key.ok(key.put(`/v1/people/${person.id}`, { disabled: true }));
    expect(await statusOf(three.get('/v1/models'))).toBe(401);
    expect(await statusOf(visitor().post('/v1/session', { email: person.email, password: PASSWORD }))).toBe(403);
    await key.ok(key.put(`/v1/people/${person.id}`, { disabled: false }));
    expect(await statusOf(three.get('/v1/models'))).toBe(200);

    const stream = await fetch(`${server.url}/v1/stream`, { headers: { cookie: three.cookie } });
    let ended = false;
    const reading = (async () => {
      for await (const _ of stream.body as unknown as AsyncIterable<Uint8Array>);
      ended = true;
    })();
    await key.ok(key.delete(`/v1/people/${person.id}`));
    expect(await statusOf(three.get('/v1/models'))).toBe(401);
    await eventually(() => ended, { withinMs: 30_000, what: 'the stream to end' });
    await reading;
    expect(await statusOf(visitor().post('/v1/session', { email: person.email, password: PASSWORD }))).toBe(401);
  });

  it('of a key ends when the key is revoked', async () => {
    const other = await key.ok(key.post('/v1/keys', { name: 'console', scopes: ['read'] }));
    const operator = await visitor().enter({ key: other.key });
    expect(await statusOf(operator.get('/v1/models'))).toBe(200);
    await key.ok(key.delete(`/v1/keys/${other.id}`));
    expect(await statusOf(operator.get('/v1/models'))).toBe(401);
    expect(await statusOf(key.delete(`/v1/keys/${other.id}`))).toBe(404);
  });

  it('cannot be guessed for long', async () => {
    const { email, id } = await add('viewer');
    const guess = () => visitor().post('/v1/session', { email, password: 'wrong' });
    const said = await Promise.all(Array.from({ length: 12 }, guess));
    expect(said.map((a) => a.status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
    const late = await visitor().post('/v1/session', { email, password: PASSWORD });
    expect([late.status, late.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(60);
    const { token } = await key.ok(key.post(`/v1/people/${id}/reset`));
    await visitor().ok(visitor().post('/v1/reset', { token, password: 'a better password' }));
    await visitor().enter({ email, password: 'a better password' });
  });
});

describe('links', () => {
  it('invite once, sign in whoever accepts, and are gone', async () => {
    const admin = await enter(await add('admin'));
    const { token, url, id } = await admin.ok(
      admin.post('/v1/invitations', { email: 'New@Example.org', role: 'editor' }),
    );
    expect(url).toBe(`${server.url}/join#${token}`);
    const shown = (await visitor().post('/v1/join/show', { token })).body;
    expect(shown).toMatchObject({ email: 'new@example.org', role: 'editor', invited_by: 'Ann Example', known: false });
    const body = { token, name: 'New', password: PASSWORD };
    expect((await visitor().post('/v1/join', { ...body, password: 'short' })).body.code).toBe('invalid_request');
    const guest = visitor();
    expect((await guest.ok(guest.post('/v1/join', body))).person).toMatchObject({ role: 'editor' });
    expect(await statusOf(guest.get('/v1/models'))).toBe(200);
    for (const asked of [visitor().post('/v1/join', body), visitor().post('/v1/join/show', { token })])
      expect(await statusOf(asked)).toBe(404);
    expect(await statusOf(admin.delete(`/v1/invitations/${id}`))).toBe(404);
    expect(await statusOf(admin.post('/v1/invitations', { email: 'new@example.org', role: 'admin' }))).toBe(409);
    const { items } = await key.ok(key.get('/v1/audit?action=invitation.accept'));
    expect(items[0]).toMatchObject({ actor: 'New', detail: { email: 'new@example.org', role: 'editor' } });
    expect(JSON.stringify(items)).not.toContain(token);
  });

  it('set a new password once and end what was open', async () => {
    const person = await add('viewer');
    const before = await enter(person);
    const { token } = await key.ok(key.post(`/v1/people/${person.id}/reset`));
    const after = visitor();
    await after.ok(after.post('/v1/reset', { token, password: 'a better password' }));
    expect([await statusOf(before.get('/v1/models')), await statusOf(after.get('/v1/models'))]).toEqual([401, 200]);
    expect(await statusOf(visitor().post('/v1/reset', { token, password: 'yet another one' }))).toBe(404);
  });
});

describe('projects', () => {
  it('are closed to who is no member, and people switch between their own', async () => {
    const admin = await enter(await add('admin'));
    const other = await admin.ok(admin.post('/v1/projects', { name: 'elsewhere' }));
    const mine = (await admin.get('/v1/session')).body;
    expect(mine.projects.map((p: Json) => [p.name, p.role])).toEqual([
      ['default', 'admin'],
      ['elsewhere', 'admin'],
    ]);
    await admin.ok(admin.put('/v1/models/secret', { task: 'binary' }));
    expect((await admin.ok(admin.put('/v1/session', { project: other.id }))).project).toBe('elsewhere');
    expect(await statusOf(admin.get('/v1/models/secret'))).toBe(404);

    const stranger = await add('viewer');
    const outside = server.client(other.key);
    for (const asked of [
      outside.get(`/v1/people/${stranger.id}`),
      outside.put(`/v1/people/${stranger.id}`, { role: 'admin' }),
      outside.delete(`/v1/people/${stranger.id}`),
      outside.post(`/v1/people/${stranger.id}/reset`),
      (await enter(stranger)).put('/v1/session', { project: other.id }),
    ])
      expect(await statusOf(asked)).toBe(404);
    expect((await outside.ok(outside.get('/v1/people'))).items.map((p: Json) => p.id)).toEqual([mine.person.id]);

    // An admin of one project must not take over an account that opens another.
    expect((await key.post(`/v1/people/${mine.person.id}/reset`)).body.code).toBe('forbidden');
    expect((await outside.delete(`/v1/people/${mine.person.id}`)).body.code).toBe('conflict');
  });
});

it('what is sent wrong is refused with what to do', async () => {
  for (const [path, body, field] of [
    ['/v1/people', { email: 'x', name: 'A', password: PASSWORD, role: 'viewer' }, 'email'],
    ['/v1/people', { email: 'x@example.org', name: ' ', password: PASSWORD, role: 'viewer' }, 'name'],
    ['/v1/people', { email: 'x@example.org', name: 'A', password: 'short', role: 'viewer' }, 'password'],
    ['/v1/invitations', { email: 'x@example.org', role: 'owner' }, 'role'],
  ] as const) {
    const { status, body: told } = await key.post(path, body);
    expect([status, told.code, told.errors?.[0]?.path], path).toEqual([400, 'invalid_request', field]);
  }
  expect(await statusOf(key.put('/v1/session', { project: 'x' }))).toBe(403);
  expect(await statusOf(key.post('/v1/session/password', { current: 'x', password: PASSWORD }))).toBe(403);
});
