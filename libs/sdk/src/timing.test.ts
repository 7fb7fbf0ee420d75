import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Plumbline } from './client.js';
import { prediction, testClient } from './testing/harness.js';
import type { FetchAnswer, PlumblineOptions } from './types.js';

// The clock is ours and the network is a function: no test waits and none depends on speed.
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const ok = (body: string): FetchAnswer => {
  const accepted = body.trimEnd().split('\n').length;
  return answer(200, {}, JSON.stringify({ accepted, duplicates: 0, rejected: [] }));
};
const answer = (status: number, headers: Record<string, string> = {}, text = ''): FetchAnswer => ({
  status,
  headers: { get: (name) => headers[name] ?? null },
  text: async () => text,
});

function scripted(replies: (FetchAnswer | Error)[], options: PlumblineOptions = {}) {
  const begin = performance.now();
  const calls: { atMs: number; events: number }[] = [];
  const fetch = vi.fn(async (_url: string, init: { body?: unknown }) => {
    const body = init.body as string;
    calls.push({ atMs: Math.round(performance.now() - begin), events: body.trimEnd().split('\n').length });
    const reply = replies.shift() ?? ok(body);
    if (reply instanceof Error) throw reply;
    return reply;
  });
  const test = testClient('http://plumbline.test', {
    gzip: false,
    retryBaseMs: 500,
    retryCapMs: 30_000,
    fetch,
    ...options,
  });
  return { ...test, calls };
}

const log = (client: Plumbline, count: number) => {
  for (let i = 0; i < count; i++) client.logPrediction(prediction());
};

describe('when batches leave', () => {
  it('after the interval, counted from the first event', async () => {
    const { client, calls } = scripted([]);
    log(client, 1);
    await vi.advanceTimersByTimeAsync(900);
    log(client, 2);
    await vi.advanceTimersByTimeAsync(99);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toEqual([{ atMs: 1000, events: 3 }]);
    log(client, 1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls.at(-1)).toEqual({ atMs: 2000, events: 1 });
  });

  it('as soon as one is full, but not within the call', async () => {
    const { client, calls } = scripted([], { batchSize: 10 });
    log(client, 12);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls).toEqual([{ atMs: 0, events: 10 }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(calls.at(-1)).toEqual({ atMs: 1000, events: 2 });
  });

  it('never, while nothing is logged', async () => {
    const { calls } = scripted([]);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(calls).toEqual([]);
  });
});

describe('when the server is away', () => {
  it('the pauses grow to the cap while one batch probes', async () => {
    const { client, calls } = scripted(Array(12).fill(new Error('ECONNREFUSED')));
    log(client, 1);
    await vi.advanceTimersByTimeAsync(200_000);
    const gaps = calls.slice(1).map(({ atMs }, i) => atMs - (calls[i]?.atMs as number));
    // half of 500 · 2^n, at most half of 30 s; the timers have whole milliseconds
    expect(gaps.slice(0, 9).map((gap) => Math.round(gap / 10) * 10)).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000,
    ]);
    expect(client.stats()).toMatchObject({ accepted: 1, queued: 0, retried: 12 });
  });

  it('many batches do not mean many requests', async () => {
    const { client, calls } = scripted(Array(1000).fill(answer(503)), { batchSize: 10 });
    log(client, 1000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls.length).toBeLessThan(15);
    expect(client.stats().queued).toBe(1000);
  });

  it('everything goes out when it is back', async () => {
    const { client, calls } = scripted(Array(5).fill(answer(503)), { batchSize: 10 });
    log(client, 1000);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.stats()).toMatchObject({ accepted: 1000, queued: 0, dropped: 0 });
    expect(calls.every(({ events }) => events === 10)).toBe(true);
  });
});

describe('Retry-After', () => {
  it('is waited for, also by a flush', async () => {
    const { client, calls } = scripted([answer(429, { 'retry-after': '7' })]);
    log(client, 1);
    const first = client.flush({ timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await first).toMatchObject({ pending: 1 });
    const second = client.flush({ timeoutMs: 20_000 });
    await vi.advanceTimersByTimeAsync(5999);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await second).toMatchObject({ delivered: 1, pending: 0 });
    expect(calls[1]?.atMs).toBeGreaterThanOrEqual(7000);
    expect(calls[1]?.atMs).toBeLessThan(7600);
  });

  it('a back-off of our own is not: a flush tries at once', async () => {
    const { client, calls } = scripted(Array(8).fill(answer(503)));
    log(client, 1);
    await vi.advanceTimersByTimeAsync(40_000);
    const before = calls.length;
    const flush = client.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.length).toBe(before + 1);
    expect(await flush).toMatchObject({ delivered: 1 });
  });
});

describe('a flush', () => {
  it('does not wait for what is logged after it', async () => {
    const answers: ((answer: FetchAnswer) => void)[] = [];
    const fetch = () => new Promise<FetchAnswer>((resolve) => answers.push(resolve));
    const { client } = testClient('http://plumbline.test', { gzip: false, batchSize: 2, fetch });
    log(client, 2);
    const flush = client.flush();
    log(client, 2);
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toHaveLength(2);
    answers[0]?.(ok('1\n2'));
    expect(await flush).toEqual({ delivered: 2, rejected: 0, pending: 2 });
  });
});

describe('wrong settings', () => {
  it('are probed once a minute, with what can be kept kept', async () => {
    const { client, calls, drops } = scripted(Array(3).fill(answer(401)), { batchSize: 10, queueMax: 50 });
    log(client, 100);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(calls).toHaveLength(2); // two were under way together
    expect(client.stats()).toMatchObject({ queued: 50, dropped: 50 });
    expect(drops.every(({ reason }) => reason === 'queue_full')).toBe(true);
    await vi.advanceTimersByTimeAsync(2000);
    expect(calls).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.stats()).toMatchObject({ accepted: 50, queued: 0 });
  });
});

describe('the time of a request', () => {
  it('is bounded even if fetch does not listen to its signal', async () => {
    const fetch = vi.fn(() => new Promise<FetchAnswer>(() => undefined));
    const { client, errors } = testClient('http://plumbline.test', { gzip: false, timeoutMs: 3000, fetch });
    log(client, 1);
    await vi.advanceTimersByTimeAsync(1000 + 3000);
    expect(errors[0]).toMatchObject({ code: 'unreachable', message: expect.stringContaining('within 3000 ms') });
    await vi.advanceTimersByTimeAsync(3010);
    expect(fetch.mock.calls.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a runtime that forgets what a visit began (edge)', () => {
  it('timers: the next event sets one anew', async () => {
    const { client, calls } = scripted([]);
    log(client, 1);
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(5000);
    log(client, 499); // fills the batch
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.map(({ events }) => events)).toEqual([500]);
  });

  it('requests: they are taken for lost, sent again, and a late answer counts for nothing', async () => {
    const answers: ((answer: FetchAnswer) => void)[] = [];
    const fetch = () => new Promise<FetchAnswer>((resolve) => answers.push(resolve));
    const { client, codes } = testClient('http://plumbline.test', {
      gzip: false,
      batchSize: 2,
      timeoutMs: 3000,
      fetch,
    });
    log(client, 4);
    void client.flush({ timeoutMs: 1 });
    await vi.advanceTimersByTimeAsync(10);
    expect(answers).toHaveLength(2);
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(60_000);
    const flush = client.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(codes()).toEqual(['unreachable', 'unreachable']);
    for (let i = 0; i < 4; i++) {
      answers[i]?.(ok('1\n2'));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(await flush).toEqual({ delivered: 4, rejected: 0, pending: 0 });
    expect(client.stats()).toMatchObject({ accepted: 4, retried: 2, queued: 0 });
  });
});

describe('a disk that hangs', () => {
  it('does not hold up close', async () => {
    const fs = process.getBuiltinModule('node:fs');
    vi.spyOn(fs.promises, 'open').mockReturnValue(new Promise(() => undefined));
    const dir = fs.mkdtempSync(`${process.getBuiltinModule('node:os').tmpdir()}/plumbline-hang-`);
    const { client, drops } = scripted([], { spool: { dir } });
    log(client, 3);
    const closed = client.close({ timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(1000 + 2 * 2000);
    expect(await closed).toEqual({ delivered: 0, rejected: 0, pending: 3 });
    expect(drops.map(({ reason }) => reason)).toEqual(['closed', 'closed', 'closed']);
    fs.rmSync(dir, { recursive: true });
  });
});

describe('console.warn without onError', () => {
  it('says each kind of trouble once a minute', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const client = new Plumbline({ url: 'http://plumbline.test', apiKey: 'k', model: 'm', dryRun: true });
    const wrong = () => client.logOutcome({ predictionId: 'p', label: undefined as unknown as string });
    for (let i = 0; i < 10; i++) wrong();
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^plumbline: invalid_event: outcome not sent: label must be/)],
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    wrong();
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
