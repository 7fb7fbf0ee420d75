import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../../../testkit/src/vendors/index.js';
import type { VendorRequest } from '../render/request.js';
import { type PostOptions, post } from './post.js';

let vendor: FakeVendor;
beforeAll(async () => {
  vendor = await startFakeVendor();
});
beforeEach(() => vendor.clear());
afterAll(() => vendor.close());

const request = (url: string, more: Partial<VendorRequest> = {}): VendorRequest => ({
  url,
  headers: { 'content-type': 'application/json', 'X-Own': 'yes' },
  body: '{"text":"grüße 😀"}',
  secrets: [],
  ...more,
});
const local: PostOptions = { allowPrivate: ['127.0.0.0/8'], timeoutMs: 5000 };
const to = (path: string, options: Partial<PostOptions> = {}) =>
  post(request(`${vendor.url}${path}`), { ...local, ...options });

describe('one POST', () => {
  it('arrives whole, and the answer comes back', async () => {
    expect(await to('/services/T/B/x?a=1')).toEqual({ outcome: 'sent', status: 200, answer: 'ok' });
    const [got] = vendor.requests;
    expect(got).toMatchObject({ method: 'POST', path: '/services/T/B/x?a=1', body: { text: 'grüße 😀' } });
    expect(got?.headers).toMatchObject({
      host: `127.0.0.1:${vendor.port}`,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength('{"text":"grüße 😀"}')),
      'x-own': 'yes',
    });
  });

  it('sends a user name and password of the address as it should', async () => {
    await post(request(`http://bob:p%40ss@127.0.0.1:${vendor.port}/hook`), local);
    expect(vendor.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('bob:p@ss').toString('base64')}`);
    const broken = await post(request(`http://bob:%ff@127.0.0.1:${vendor.port}/hook`), local);
    expect(broken.outcome).toBe('dead');
  });

  it('goes to the address that was checked, with the name in Host', async () => {
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const url = `http://hook.example.invalid:${vendor.port}/hook`;
    expect(await post(request(url), { ...local, resolve })).toMatchObject({ outcome: 'sent', status: 200 });
    expect(asked).toEqual(['hook.example.invalid']);
    expect(vendor.requests[0]?.headers.host).toBe(`hook.example.invalid:${vendor.port}`);
  });

  it('tries the next address if one does not answer the door', async () => {
    const resolve = async () => [
      { address: '127.0.0.99', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const result = await post(request(`http://two.example.invalid:${vendor.port}/hook`), { ...local, resolve });
    expect(result.outcome).toBe('sent');
  });
});

describe('what goes wrong', () => {
  it('busy: waits as long as asked', async () => {
    vendor.script({ rateLimited: 30 });
    expect(await to('/services/T/B/x')).toEqual({
      outcome: 'retry',
      status: 429,
      retryAfterMs: 30_000,
      answer: '429 Too Many Requests: rate_limited',
    });
    vendor.script({ rateLimited: 'Fri, 09 Jan 2026 14:00:20 GMT' });
    const result = await to('/v2/enqueue', { nowMs: () => Date.UTC(2026, 0, 9, 14) });
    expect(result.retryAfterMs).toBe(20_000);
    expect(result.answer).toContain('arriving too quickly');
  });

  it('500', async () => {
    vendor.script('error');
    expect(await to('/services/T/B/x')).toMatchObject({
      outcome: 'retry',
      status: 500,
      answer: '500 Internal Server Error: rollup_error',
    });
  });

  it('a redirect is refused and not followed', async () => {
    vendor.script({ redirect: `${vendor.url}/secret-place` });
    const result = await to('/hook');
    expect(result).toMatchObject({ outcome: 'dead', status: 302 });
    expect(result.answer).toContain('redirects are not followed');
    expect(result.answer).not.toContain('secret-place');
    expect(vendor.requests).toHaveLength(1);
  });

  it('no answer: gives up after the time limit', async () => {
    vendor.script('hang');
    expect(await to('/hook', { timeoutMs: 150 })).toEqual({
      outcome: 'retry',
      status: null,
      answer: 'no answer within 0.15 s',
    });
  });

  it('an answer that never gets through its head: the same', async () => {
    vendor.script({ trickle: 'head', everyMs: 10 });
    expect(await to('/hook', { timeoutMs: 200 })).toMatchObject({ outcome: 'retry', answer: 'no answer within 0.2 s' });
  });

  it('an answer that trickles after its 200 was an answer: not sent twice', async () => {
    vendor.script({ trickle: 'body', everyMs: 10 });
    const result = await to('/hook', { timeoutMs: 200 });
    expect(result).toMatchObject({ outcome: 'sent', status: 200 });
    expect(result.answer).toMatch(/^(\.+|200 OK)$/);
  });

  it('an answer without end is read as far as needed', async () => {
    vendor.script({ huge: Number.POSITIVE_INFINITY });
    // Had it been read on, the time limit would be met here instead of the one of the test.
    const result = await to('/hook', { timeoutMs: 60_000 });
    expect(result).toEqual({ outcome: 'sent', status: 200, answer: `${'x'.repeat(499)}…` });
  }, 20_000);

  it('a connection cut before the answer', async () => {
    vendor.script('close');
    const result = await to('/hook');
    expect(result).toMatchObject({ outcome: 'retry', status: null });
    expect(result.answer).toContain('socket hang up');
  });

  it('nobody there', async () => {
    const gone = await startFakeVendor();
    await gone.close();
    const result = await post(request(`${gone.url}/services/T/B/token`), local);
    expect(result).toMatchObject({ outcome: 'retry', status: null });
    expect(result.answer).toContain('ECONNREFUSED');
    expect(result.answer).not.toContain('token');
  });

  it('what speaks no HTTP', async () => {
    // https towards a plain port: the handshake meets something else.
    const result = await post(request(`https://127.0.0.1:${vendor.port}/hook`), local);
    expect(result).toMatchObject({ outcome: 'retry', status: null });
  });

  it('a name that is not known', async () => {
    const resolve = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND a.invalid'), { code: 'ENOTFOUND' }));
    expect(await to('/x', { resolve })).toMatchObject({ outcome: 'sent' });
    const result = await post(request('https://a.invalid/x'), { ...local, resolve });
    expect(result).toEqual({ outcome: 'retry', status: null, answer: 'getaddrinfo ENOTFOUND a.invalid' });
  });

  it('a resolver that hangs is within the time limit', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const result = await post(request('https://a.invalid/x'), { ...local, resolve, timeoutMs: 100 });
    expect(result).toMatchObject({ outcome: 'retry', answer: 'no answer within 0.1 s' });
  });

  it('a name that answers otherwise the second time gains nothing', async () => {
    const answers = ['127.0.0.1', '169.254.169.254', '10.0.0.1'];
    let asked = 0;
    const resolve = async () => [{ address: answers[asked++]!, family: 4 }];
    const rebinding = `http://rebinding.example:${vendor.port}/hook`;
    expect(await post(request(rebinding), { ...local, resolve })).toMatchObject({ outcome: 'sent' });
    expect(asked).toBe(1);
    // Asked anew for the next message, it is checked anew.
    expect(await post(request(rebinding), { ...local, resolve })).toMatchObject({ outcome: 'dead', status: null });
    expect(vendor.requests).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])(
    'a redirect (%i) to what only this machine reaches is not followed',
    async (status) => {
      vendor.script({ redirect: `http://127.0.0.1:${vendor.port}/inside`, status });
      expect(await to('/hook', { allowPrivate: ['127.0.0.1/32'] })).toMatchObject({ outcome: 'dead', status });
      expect(vendor.requests.map((r) => r.path)).toEqual(['/hook']);
    },
  );

  it('a private target is refused before anything is sent', async () => {
    const result = await to('/hook', { allowPrivate: [] });
    expect(result).toMatchObject({ outcome: 'dead', status: null });
    expect(result.answer).toContain('PLUMBLINE_ALLOW_PRIVATE_TARGETS');
    expect(vendor.requests).toHaveLength(0);
  });

  it('a broken allow list is said, not ignored', async () => {
    const result = await to('/hook', { allowPrivate: ['everything'] });
    expect(result).toMatchObject({ outcome: 'dead' });
    expect(result.answer).toContain("'everything' is not a network");
  });

  it('stops when told to', async () => {
    vendor.otherwise('hang');
    const stop = new AbortController();
    const running = to('/hook', { signal: stop.signal });
    await vendor.waitFor((requests) => requests.length === 1);
    stop.abort();
    expect(await running).toMatchObject({ outcome: 'retry', answer: 'stopped before an answer came' });
    expect(await to('/hook', { signal: stop.signal })).toMatchObject({ outcome: 'retry' });
    expect(vendor.requests).toHaveLength(1);
  });

  it('secrets that the other side repeats do not come back', async () => {
    vendor.script({ status: 403, body: 'no such key: R0UTINGKEY' });
    const result = await post(request(`${vendor.url}/hook`, { secrets: ['R0UTINGKEY'] }), local);
    expect(result).toMatchObject({ outcome: 'dead', answer: '403 Forbidden: no such key: ••••' });
  });
});
