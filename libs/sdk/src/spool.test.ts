import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { proc } from './runtime.js';
import { formatName } from './spool-files.js';
import { fakeServer, prediction, testClient } from './testing/harness.js';
import type { PlumblineOptions } from './types.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plumbline-spool-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const spoolClient = (url: string, options: PlumblineOptions = {}) => testClient(url, { spool: { dir }, ...options });
const onDisk = () =>
  readdirSync(dir)
    .sort()
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line));

describe('the spool', () => {
  it('holds batches from before their first try until they are acknowledged', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client } = spoolClient(server.url, { batchSize: 10, timeoutMs: 300 });
    for (let i = 0; i < 30; i++) client.logPrediction(prediction());
    await server.until(() => server.seen.length > 0);
    expect(onDisk().length).toBeGreaterThanOrEqual(10);
    expect(client.stats().spooled).toBeGreaterThanOrEqual(10);
    server.otherwise = 'accept';
    expect(await client.flush()).toMatchObject({ delivered: 30, pending: 0 });
    await client.close();
    expect(readdirSync(dir)).toEqual([]);
    expect(client.stats()).toMatchObject({ spooled: 0, queued: 0 });
  });

  it('is private to its user', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client } = spoolClient(server.url);
    client.logPrediction(prediction());
    void client.flush({ timeoutMs: 1000 });
    await server.until(() => server.seen.length === 1);
    expect(statSync(join(dir, readdirSync(dir)[0] as string)).mode & 0o777).toBe(0o600);
  });

  it('keeps what close cannot deliver; the next client delivers the same bytes and cleans up', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 503 };
    const first = spoolClient(server.url, { batchSize: 10 });
    const ids = Array.from({ length: 25 }, () => first.client.logPrediction(prediction()));
    first.client.logOutcome({ predictionId: ids[0] as string, label: 1 });
    expect(await first.client.close({ timeoutMs: 50 })).toMatchObject({ delivered: 0, pending: 26 });
    expect(first.drops).toEqual([]);
    expect(first.client.stats()).toMatchObject({ queued: 26, spooled: 26, dropped: 0 });
    expect(onDisk()).toHaveLength(26);
    const before = new Set(server.seen.map(({ text }) => text));

    server.otherwise = 'accept';
    server.seen.length = 0;
    const second = spoolClient(server.url, { batchSize: 10 });
    expect(await second.client.close()).toEqual({ delivered: 26, rejected: 0, pending: 0 });
    expect(server.events.map((event) => event.prediction_id).toSorted()).toEqual([...ids, ids[0]].toSorted());
    for (const text of before) expect(server.seen.map((seen) => seen.text)).toContain(text);
    expect(readdirSync(dir)).toEqual([]);
    expect(second.client.stats()).toMatchObject({ queued: 0, spooled: 0, dropped: 0 });
  });

  it('has it all even if close has no time', async () => {
    const server = await fakeServer();
    const first = spoolClient(server.url);
    for (let i = 0; i < 10; i++) first.client.logPrediction(prediction());
    await first.client.close({ timeoutMs: 0 });
    expect(first.drops).toEqual([]);
    await spoolClient(server.url).client.close();
    expect(server.events).toHaveLength(10);
  });

  it('holds more than the memory may, in an outage', async () => {
    const server = await fakeServer();
    server.otherwise = 'reset';
    const { client, drops } = spoolClient(server.url, { queueMax: 100, batchSize: 10 });
    for (let i = 0; i < 1000; i++) {
      client.logPrediction(prediction());
      await client.ready();
    }
    expect(client.stats()).toMatchObject({ queued: 1000, dropped: 0 });
    expect(client.stats().spooled).toBeGreaterThan(900);
    server.otherwise = 'accept';
    expect(await client.flush()).toMatchObject({ delivered: 1000, pending: 0 });
    expect(drops).toEqual([]);
    expect(server.events).toHaveLength(1000);
  });

  it('gives up nothing after retriesMax: on disk it can wait', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 500 };
    const { client, drops } = spoolClient(server.url, { retriesMax: 1 });
    client.logPrediction(prediction());
    const flush = client.flush();
    await server.until(() => server.seen.length > 5);
    server.otherwise = 'accept';
    expect(await flush).toMatchObject({ delivered: 1 });
    expect(drops).toEqual([]);
  });

  it('is not deleted by a wrong key: it goes with the right one', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 401 };
    const first = spoolClient(server.url);
    first.client.logPrediction(prediction());
    expect(await first.client.close()).toMatchObject({ pending: 1 });
    server.otherwise = 'accept';
    expect(await spoolClient(server.url).client.close()).toMatchObject({ delivered: 1 });
  });

  it('forgets what the server will never take', async () => {
    const server = await fakeServer();
    server.otherwise = { status: 400 };
    const { client, drops } = spoolClient(server.url);
    client.logPrediction(prediction());
    await client.close();
    expect(drops).toMatchObject([{ reason: 'refused', event: { model: 'fraud' } }]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('goes with a batch that is cut in halves', async () => {
    const server = await fakeServer();
    server.otherwise = ({ events }) =>
      events.length > 1 ? { status: 413 } : events[0]?.prediction_id === 'b' ? 'hang' : 'accept';
    const { client } = spoolClient(server.url);
    for (const id of ['a', 'b', 'c', 'd']) client.logPrediction(prediction({ id, features: { name: 'Zoë' } }));
    void client.flush();
    await vi.waitFor(() => expect(client.stats().accepted).toBe(3), { timeout: 10_000 });
    expect(await client.close({ timeoutMs: 0 })).toMatchObject({ pending: 1 });
    server.otherwise = 'accept';
    await spoolClient(server.url).client.close();
    expect(server.events.map((event) => event.prediction_id).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('never grows beyond its bound; then the bound of the memory holds', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client, codes } = spoolClient(server.url, { spool: { dir, maxBytes: 3000 }, batchSize: 5, queueMax: 40 });
    for (let i = 0; i < 100; i++) {
      client.logPrediction(prediction());
      if (i % 5 === 4) await client.flush({ timeoutMs: 1 });
    }
    await vi.waitFor(() => expect(codes()).toContain('spool_full'), { timeout: 20_000 });
    expect(client.stats().spooled).toBeGreaterThan(0);
    const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(3000);
    const { spooled, queued, dropped } = client.stats();
    expect(queued - spooled).toBeLessThanOrEqual(40);
    expect(queued + dropped).toBe(100);
  });

  it('skips the torn end of a file and leaves foreign files alone', async () => {
    const server = await fakeServer();
    const name = formatName({
      bornMs: 1,
      sequence: 0,
      host: 'gone',
      pid: 1,
      thread: 0,
      owner: 'a',
      kind: 'prediction',
    });
    const whole = JSON.stringify({ model: 'fraud', prediction_id: 'whole', ts: '2026-01-01T00:00:00Z' });
    writeFileSync(join(dir, name), `${whole}\n{"model":"fraud","predi`);
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    utimesSync(join(dir, name), 0, 0);
    await spoolClient(server.url).client.close();
    expect(server.events.map((event) => event.prediction_id)).toEqual(['whole']);
    expect(readdirSync(dir)).toEqual(['notes.txt']);
  });

  it('leaves out damaged lines, tells, and delivers the rest as it was written', async () => {
    const server = await fakeServer();
    const line = (id: string) =>
      JSON.stringify({ model: 'fraud', prediction_id: id, features: { city: 'São Paulo 東京' } });
    const name = formatName({
      bornMs: 1,
      sequence: 0,
      host: 'gone',
      pid: 1,
      thread: 0,
      owner: 'a',
      kind: 'prediction',
    });
    const damaged = Buffer.from('\0\0\0\n{"model":"\xff\xfe"}\nhalf"}\n', 'latin1');
    writeFileSync(
      join(dir, name),
      Buffer.concat([Buffer.from(`${line('a')}\n`), damaged, Buffer.from(`${line('b')}\n`)]),
    );
    utimesSync(join(dir, name), 0, 0);
    const { client, errors } = spoolClient(server.url);
    expect(await client.close()).toMatchObject({ delivered: 2 });
    const sent = server.events.map(({ prediction_id, features }) => [prediction_id, features] as const);
    expect(sent.toSorted()).toEqual([
      ['a', { city: 'São Paulo 東京' }],
      ['b', { city: 'São Paulo 東京' }],
    ]);
    expect(errors).toMatchObject([{ code: 'spool', message: expect.stringContaining('3 damaged lines') }]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('on a full disk keeps events in memory, tells once, and stores again when there is room', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { promises } = process.getBuiltinModule('node:fs');
    const open = promises.open;
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    vi.spyOn(promises, 'open').mockImplementation(async (...args) => {
      const file = await open(...args);
      const write = file.write.bind(file) as unknown as (
        bytes: Buffer,
        from: number,
        length: number,
        at: number,
      ) => Promise<never>;
      let left = 100;
      file.write = (async (bytes: Buffer, from: number, length: number, at: number) => {
        if (left === 0) throw full;
        const part = Math.min(left, length);
        left -= part;
        return write(bytes, from, part, at);
      }) as never;
      return file;
    });
    const { client, errors, drops } = spoolClient(server.url, { batchSize: 5 });
    for (let i = 0; i < 20; i++) client.logPrediction(prediction({ id: `a${i}` }));
    await client.flush({ timeoutMs: 100 });
    expect(errors.filter(({ code }) => code === 'spool').map(({ message }) => message)).toEqual([
      expect.stringContaining('ENOSPC'),
    ]);
    expect(client.stats()).toMatchObject({ queued: 20, spooled: 0, dropped: 0 });
    expect(readdirSync(dir)).toEqual([]);
    vi.restoreAllMocks();
    for (let i = 0; i < 5; i++) client.logPrediction(prediction({ id: `b${i}` }));
    await vi.waitFor(() => expect(client.stats().spooled).toBe(5), { timeout: 20_000 });
    expect(drops).toEqual([]);
  });

  it('makes its directory again when somebody has tidied it away', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const { client, codes } = spoolClient(server.url, { batchSize: 1 });
    rmSync(dir, { recursive: true });
    client.logPrediction(prediction());
    await vi.waitFor(() => expect(client.stats().spooled).toBe(1), { timeout: 20_000 });
    expect(codes()).toEqual([]);
  });

  it('lets two clients share a directory; neither touches what the other still owns', async () => {
    const server = await fakeServer();
    server.otherwise = 'hang';
    const one = spoolClient(server.url);
    one.client.logPrediction(prediction());
    void one.client.flush({ timeoutMs: 1000 });
    await server.until(() => server.seen.length === 1);
    const two = spoolClient(server.url);
    expect(await two.client.flush()).toEqual({ delivered: 0, rejected: 0, pending: 0 });
    expect(readdirSync(dir)).toHaveLength(1);
  });

  it('survives files that are taken away from under it', async () => {
    const server = await fakeServer();
    server.otherwise = 'reset';
    const { client, drops } = spoolClient(server.url, { queueMax: 1, batchSize: 1 });
    client.logPrediction(prediction({ id: 'taken' }));
    await client.ready();
    for (const name of readdirSync(dir)) renameSync(join(dir, name), join(dir, 'elsewhere'));
    client.logPrediction(prediction({ id: 'after' }));
    await client.ready();
    server.otherwise = 'accept';
    expect(await client.flush()).toMatchObject({ delivered: 1, pending: 0 });
    expect(server.events.map((event) => event.prediction_id)).toEqual(['after']);
    expect(drops).toEqual([]);
  });

  it('that cannot be written is told, and the memory takes over', async () => {
    const server = await fakeServer();
    writeFileSync(join(dir, 'file'), '');
    const { client, codes } = spoolClient(server.url, { spool: { dir: join(dir, 'file', 'sub') } });
    client.logPrediction(prediction());
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    expect(codes()).toEqual(['spool']);
    // and it is used as soon as it can be
    rmSync(join(dir, 'file'));
    server.otherwise = 'hang';
    client.logPrediction(prediction());
    void client.flush({ timeoutMs: 1000 });
    await vi.waitFor(() => expect(client.stats().spooled).toBe(1), { timeout: 20_000 });
  });

  it('needs node:fs; elsewhere it is told', async () => {
    const server = await fakeServer();
    vi.spyOn(proc as NodeJS.Process, 'getBuiltinModule').mockReturnValue(undefined as never);
    vi.spyOn(proc as NodeJS.Process, 'versions', 'get').mockReturnValue({} as never);
    const { client, errors } = spoolClient(server.url);
    client.logPrediction(prediction());
    expect(await client.flush()).toMatchObject({ delivered: 1 });
    expect(errors).toMatchObject([{ code: 'spool', message: expect.stringContaining('needs a file system') }]);
    // and gzip came from CompressionStream
    expect(server.seen[0]?.headers['content-encoding']).toBe('gzip');
  });
});
