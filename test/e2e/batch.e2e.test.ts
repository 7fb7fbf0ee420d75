import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.js';
import { Server } from './server.js';

describe('several questions in one request', () => {
  let server: Server;
  let client: Client;
  beforeAll(async () => {
    server = await Server.start();
    client = server.client();
    await client.ok(client.put('/v1/models/batch-a', { task: 'binary', description: 'é'.repeat(5_000) }));
  }, 120_000);
  afterAll(async () => server?.dispose());

  const ask = async (requests: object[], by = client) => {
    const answer = await by.post('/v1/batch', { requests });
    return {
      status: answer.status,
      lines: answer.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    };
  };

  it('answers each by itself, the same as alone', async () => {
    const { status, lines } = await ask([
      { path: '/v1/models/batch-a' },
      { path: '/v1/models/no-such' },
      { method: 'POST', path: '/v1/models/batch-a/performance', body: { from: 0, to: 3_600_000 } },
      { method: 'POST', path: '/v1/models/batch-a/performance', body: { from: 'yesterday' } },
    ]);
    expect(status).toBe(200);
    const byIndex = new Map(lines.map((l) => [l.index, l]));
    expect(byIndex.get(0)).toMatchObject({ status: 200, body: { name: 'batch-a', description: 'é'.repeat(5_000) } });
    expect(byIndex.get(1)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(byIndex.get(2)).toMatchObject({ status: 200, body: { windows: [] } });
    expect(byIndex.get(3)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('asks nothing that changes something, streams or asks together itself', async () => {
    for (const request of [
      { method: 'POST', path: '/v1/keys', body: {} },
      { method: 'DELETE', path: '/v1/models/batch-a' },
      { path: '/v1/stream' },
      { method: 'POST', path: '/v1/batch', body: { requests: [] } },
      { path: '/metrics' },
      { path: 'http://127.0.0.1/v1/models' },
      { method: 'POST', path: '/v1/models/a/../../keys/performance', body: {} },
    ]) {
      const answer = await client.post('/v1/batch', { requests: [request] });
      expect([answer.status, answer.body.code], JSON.stringify(request)).toEqual([400, 'invalid_request']);
    }
    const many = await client.post('/v1/batch', { requests: Array(41).fill({ path: '/v1/models' }) });
    expect(many.status).toBe(400);
  });

  it('lets everyone see only what they may', async () => {
    expect((await server.client(null).post('/v1/batch', { requests: [{ path: '/v1/models' }] })).status).toBe(401);
    const { key } = await client.ok(client.post('/v1/keys', { name: 'reader', scopes: ['read'] }));
    const { lines } = await ask([{ path: '/v1/keys' }, { path: '/v1/models' }], server.client(key));
    expect(lines.map((l) => [l.index, l.status]).sort()).toEqual([
      [0, 403],
      [1, 200],
    ]);
  });

  it('is harmed by nobody who hangs up before the end', async () => {
    for (const encoding of ['gzip', 'identity'])
      for (let i = 0; i < 10; i++) {
        const gone = new AbortController();
        const answer = await fetch(`${server.url}/v1/batch`, {
          method: 'POST',
          signal: gone.signal,
          headers: {
            authorization: `Bearer ${server.adminKey}`,
            'content-type': 'application/json',
            'accept-encoding': encoding,
          },
          body: JSON.stringify({ requests: Array(40).fill({ path: '/v1/models/batch-a' }) }),
        });
        expect(answer.status).toBe(200);
        gone.abort();
      }
    expect((await ask([{ path: '/v1/models/batch-a' }])).lines).toMatchObject([{ status: 200 }]);
    expect(server.output).not.toMatch(/ERR_STREAM|uncaught|unhandled/i);
  });

  it('packs large answers for who takes them', async () => {
    const answer = await fetch(`${server.url}/v1/models/batch-a`, {
      headers: { authorization: `Bearer ${server.adminKey}`, 'accept-encoding': 'gzip' },
    });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(((await answer.json()) as { description: string }).description).toHaveLength(5_000);
  });
});
