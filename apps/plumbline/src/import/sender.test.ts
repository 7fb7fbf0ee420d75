import { afterEach, describe, expect, it } from 'vitest';
import { Patience } from '../server/patience.js';
import { FakeIngest, json, type Script } from '../testing/fake-ingest.js';
import type { Row } from './rows.js';
import { Sender, Stopped } from './sender.js';

let fake: FakeIngest;
afterEach(() => fake.close());

const rows = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ line: i + 1, text: `{"n":${i}}` }));
async function sender(script: Script, { giveUpMs = 20_000 } = {}) {
  fake = await FakeIngest.start(script);
  const stop = new AbortController();
  const waits: (string | null)[] = [];
  const patience = new Patience({
    url: fake.url,
    giveUpMs,
    stop: stop.signal,
    nowMs: () => performance.now(),
    random: () => 0,
    onWait: (why) => waits.push(why),
  });
  return { sender: new Sender({ url: fake.url, key: 'k' }, 'predictions', patience, stop.signal), stop, waits };
}
/** Does this so many times, and then what is right. */
const times = (n: number, script: Script): Script => {
  let left = n;
  return (...args) => left-- > 0 && script(...args);
};

describe('what can pass is tried again', () => {
  it.each<[string, Script]>([
    ['429 with Retry-After', (_, r) => json(r, 429, { code: 'overloaded' }, { 'retry-after': '0.01' })],
    ['503', (_, r) => json(r, 503, { detail: 'A store is away.' })],
    ['500', (_, r) => json(r, 500, {})],
    ['a broken connection', (_, r) => r.destroy() === r],
  ])('%s', async (_, mood) => {
    const { sender: s, waits } = await sender(times(3, mood));
    expect(await s.send(rows(5))).toEqual({ accepted: 5, duplicates: 0, rejected: [] });
    expect(fake.lines).toHaveLength(5);
    expect(waits.filter((w) => w === null)).toHaveLength(1);
  });

  it('no sooner than Retry-After says', async () => {
    const { sender: s } = await sender(times(1, (_, r) => json(r, 503, {}, { 'retry-after': '0.4' })));
    const started = performance.now();
    await s.send(rows(1));
    expect(performance.now() - started).toBeGreaterThanOrEqual(395);
  });

  it('until it has been long enough', async () => {
    const { sender: s } = await sender((_, r) => json(r, 503, { detail: 'A store is away.' }), { giveUpMs: 120 });
    await expect(s.send(rows(1))).rejects.toThrow(/has not taken anything for 0 s \(answered 503: A store is away\.\)/);
  });
});

describe('what cannot pass is told in one sentence', () => {
  it.each([
    [401, {}, {}, /does not accept the key/],
    [403, { detail: 'The key has no scope read.' }, {}, /may not do this: The key has no scope read/],
    [404, { detail: 'There is nothing.' }, {}, /answered 404: There is nothing/],
    [302, {}, { location: 'https://elsewhere' }, /sends elsewhere \(https:\/\/elsewhere\)/],
    [200, { hello: 'world' }, {}, /not as Plumbline does/],
    [200, { accepted: 1, duplicates: 0, rejected: [] }, {}, /answered for 1 of 2 rows/],
  ] as const)('%d %j', async (status, body, headers, message) => {
    const { sender: s } = await sender((_, r) => json(r, status, body, headers));
    await expect(s.send(rows(2))).rejects.toThrow(message);
  });
});

it('splits what is too large, and refuses a single row that is', async () => {
  const { sender: s } = await sender(({ lines }, r) =>
    lines.length > 3 || lines.includes('{"n":4}') ? json(r, 413, { code: 'too_large' }) : false,
  );
  const taken = await s.send(rows(10));
  expect(taken).toMatchObject({ accepted: 9, rejected: [{ index: 4, code: 'too_large' }] });
  expect(fake.lines).toHaveLength(9);
});

it('goes on without gzip where nobody takes it', async () => {
  const { sender: s } = await sender(({ gzip }, r) => (gzip ? json(r, 415, {}) : false));
  await s.send(rows(2));
  await s.send(rows(2));
  expect(fake.received.map((r) => r.gzip)).toEqual([false, false]);
});

it('stops at once in the middle of a request and of waiting', async () => {
  const { sender: s, stop } = await sender(() => true);
  const sending = s.send(rows(1));
  setTimeout(() => stop.abort(), 50);
  await expect(sending).rejects.toThrow(Stopped);
});
