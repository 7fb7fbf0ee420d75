import { ask, parse, Unreachable } from '../server/api.js';
import { checkKey, type Finding } from './checks.js';

const ANSWER_MS = 5_000;

/** Whether a server answers there, whether its stores do, and what the key may do. `expected`: the user named the server. */
export async function server(url: string, key: string | undefined, expected: boolean): Promise<Finding[]> {
  const get = (path: string, asked: { method?: string; body?: string } = {}) =>
    ask({ url, key }, asked.method ?? 'GET', path, {
      timeoutMs: ANSWER_MS,
      ...(asked.body ? { body: asked.body, headers: { 'content-type': 'application/json' } } : {}),
    });
  try {
    const alive = await get('/healthz');
    if (alive.status !== 200 || (parse(alive.text) as { status?: string } | undefined)?.status !== 'ok')
      return [
        {
          state: 'fail',
          name: 'server',
          text: `${url} answers ${alive.status}, but not as Plumbline does`,
          advice: 'give the right address with --url, or another --port to plumbline serve',
        },
      ];
    const findings: Finding[] = [{ state: 'ok', name: 'server', text: `${url} answers` }];
    const ready = await get('/readyz');
    const stores = (parse(ready.text) ?? {}) as Record<string, string>;
    for (const store of ['clickhouse', 'postgres'])
      findings.push(
        stores[store] === 'ok'
          ? { state: 'ok', name: 'stores', text: `${store} answers` }
          : {
              state: 'fail',
              name: 'stores',
              text: `${store} does not answer the server`,
              advice:
                store === 'clickhouse'
                  ? 'check CLICKHOUSE_URL and that ClickHouse runs'
                  : 'check DATABASE_URL and that PostgreSQL runs',
            },
      );
    return [...findings, await keyOf(key, get)];
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return [
      {
        state: expected ? 'fail' : 'warn',
        name: 'server',
        text: `${url} does not answer (${error.message})`,
        advice: 'start it with plumbline serve, or give its address with --url',
      },
    ];
  }
}

type Get = (path: string, asked?: { method?: string; body?: string }) => Promise<{ status: number }>;

async function keyOf(key: string | undefined, get: Get): Promise<Finding> {
  if (!key)
    return {
      state: 'warn',
      name: 'key',
      text: 'none given',
      advice: 'set PLUMBLINE_API_KEY or give --key to check it',
    };
  // No events at all: only the key is looked at.
  const ingest = await get('/v1/predictions', { method: 'POST', body: '{"events": []}' });
  const read = await get('/v1/models?limit=1');
  const admin = await get('/v1/keys?limit=1');
  return checkKey({ ingest: ingest.status, read: read.status, admin: admin.status });
}
