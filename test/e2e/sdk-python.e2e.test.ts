import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** What a Python service sends is what the server has, also when answers get lost on the way. */

const SRC = fileURLToPath(new URL('../../libs/sdk-python/src', import.meta.url));
const BEGIN = `
import json, math, os, sys
from datetime import datetime, timedelta, timezone
from plumbline import Plumbline
told = []
client = Plumbline(sys.argv[1], sys.argv[2], sys.argv[3], retry_base=0.01, on_error=lambda e: told.append(e.code),
                   on_reject=lambda r: told.append(r.code), batch_size=100)
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
def finish(**more):
    print(json.dumps({"stats": client.stats(), "told": told, **more}))
`;

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

/** Runs it in a process of its own; what it prints last. */
async function python(
  script: string,
  model: string,
  url = server.url,
  onPrint: (text: string) => void = () => {},
): Promise<Json> {
  const child = spawn('python3', ['-c', BEGIN + script, url, server.adminKey, model], {
    env: { ...process.env, PYTHONPATH: SRC, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 100_000,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    onPrint(out);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = await once(child, 'close');
  expect(code, err).toBe(0);
  return JSON.parse(out.trim().split('\n').at(-1) as string);
}

/** Passes everything on, but cuts the connection instead of the first answers. */
async function losesAnswers(count: number): Promise<{ url: string; close: () => void }> {
  let left = count;
  const proxy = createServer((asked, answer) => {
    const onward = request(`${server.url}${asked.url}`, { method: asked.method, headers: asked.headers }, (came) => {
      const lost = left-- > 0;
      if (!lost) answer.writeHead(came.statusCode as number, came.headers);
      came.on('data', (chunk: Buffer) => lost || answer.write(chunk));
      came.on('end', () => (lost ? asked.socket.destroy() : answer.end()));
    });
    asked.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

const RANGE = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', granularity: 'all' };
const STREAM = `
for i in range(250):
    ts = START + timedelta(minutes=i)
    id = client.log_prediction(prediction_id=f"p{i}", ts=ts, version="v1", features={"age": i, "country": "BR", "nan": math.nan, "user": {"new": True}},
                               prediction={"score": 0.9 if i % 2 else 0.1}, tags={"platform": "ios"}, latency_ms=3.5)
    client.log_outcome(prediction_id=id, label=i % 2, ts=ts + timedelta(hours=1), prediction_ts=ts)
client.close()
finish()
`;

it('predictions, outcomes and what each says arrive', async () => {
  const { stats, told } = await python(STREAM, 'py');
  expect(stats).toMatchObject({ queued: 0, accepted: 500, duplicates: 0, rejected: 0, dropped: 0 });
  expect(told).toEqual(['non_finite_feature']);
  await client.joined('py', 250);
  const { windows } = await client.ask('py', 'performance', { ...RANGE, metrics: ['accuracy'] });
  expect(windows).toHaveLength(1);
  expect(windows[0]).toMatchObject({ predictions: 250, labelled: 250, metrics: { accuracy: { value: 1 } } });
  const { items } = await client.ask('py', 'events/search', { ...RANGE, limit: 1 });
  expect(items[0]).toMatchObject({
    features: { country: 'BR', nan: null, 'user.new': 'true' },
    tags: { platform: 'ios' },
  });
});

it('the same again from another process are duplicates', async () => {
  const { stats } = await python(STREAM, 'py');
  expect(stats).toMatchObject({ accepted: 0, duplicates: 500, rejected: 0, dropped: 0 });
  await eventually(async () => {
    expect((await client.model('py')).labels).toMatchObject({ joined: 250, corrected: 0, duplicate: 250 });
    return true;
  });
});

it('answers that get lost cost nothing: sent again, stored once', async () => {
  const proxy = await losesAnswers(3);
  try {
    const { stats } = await python(STREAM, 'lossy', proxy.url);
    expect(stats).toMatchObject({ queued: 0, rejected: 0, dropped: 0 });
    expect(stats.accepted + stats.duplicates).toBe(500);
    expect(stats.duplicates).toBeGreaterThan(0);
  } finally {
    proxy.close();
  }
  await client.joined('lossy', 250);
  const { windows } = await client.ask('lossy', 'performance', RANGE);
  expect(windows[0]).toMatchObject({ predictions: 250, labelled: 250 });
});

it('forked workers deliver their own, and refusals come back by name', async () => {
  const { stats, told } = await python(
    `
client.log_prediction(features={"who": -1}, prediction={"score": 0.5}, ts=START)
children = []
for who in range(2):
    pid = os.fork()
    if pid == 0:
        for i in range(60):
            client.log_prediction(features={"who": who}, prediction={"score": 0.5}, ts=START)
        client.close()
        os._exit(0 if client.stats()["accepted"] == 60 else 1)
    children.append(pid)
assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)
client.log_prediction(features={}, prediction={"score": 7}, ts=START)
client.close()
finish()
`,
    'forks',
  );
  expect(stats).toMatchObject({ accepted: 1, rejected: 1 });
  expect(told).toEqual(['bad_prediction']);
  const { windows } = await client.ask('forks', 'performance', RANGE);
  expect(windows[0].predictions).toBe(121);
});

it('a server that is killed in the middle and comes back costs nothing', async () => {
  let again: Promise<void> | undefined;
  const { stats, told } = await python(
    `
import tempfile
with tempfile.TemporaryDirectory() as folder:
    client = Plumbline(sys.argv[1], sys.argv[2], sys.argv[3], retry_base=0.01, retry_cap=0.5, spool_dir=folder, batch_size=50,
                       on_error=lambda e: told.append(e.code))
    for i in range(4000):
        client.log_prediction(prediction_id=f"k{i}", features={"i": i}, prediction={"score": 0.5}, ts=START + timedelta(seconds=i))
        if i == 2000:
            client.flush(0.2)
            print("half", flush=True)
        client.ready()
    result = client.close(timeout=80)
    assert os.listdir(folder) == [], os.listdir(folder)
    finish(result=result)
`,
    'killed',
    server.url,
    (text) => {
      if (text.includes('half')) again ??= server.kill9().then(() => server.restart());
    },
  );
  await again;
  expect(stats).toMatchObject({ queued: 0, spooled: 0, rejected: 0, dropped: 0 });
  expect(stats.accepted + stats.duplicates).toBe(4000);
  expect(told).toContain('unreachable');
  // while it starts it may say that it is not ready
  expect(told.filter((code: string) => code !== 'unreachable' && code !== 'server_error')).toEqual([]);
  const { windows } = await client.ask('killed', 'performance', { ...RANGE, metrics: ['count'] });
  expect(windows[0].predictions).toBe(4000);
});
