import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from './fakeVendor.js';

let vendor: FakeVendor;
beforeEach(async () => {
  vendor = await startFakeVendor();
});
afterEach(() => vendor.close());

const send = (path: string, body: unknown = { text: 'x' }) =>
  fetch(`${vendor.url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
  });
const event = { routing_key: 'R', event_action: 'trigger', payload: { summary: 's', source: 'x', severity: 'info' } };

describe('answers like the real ones', () => {
  it.each([
    ['/services/T/B/x', { text: 'hello' }, 200, 'ok'],
    ['/services/T/B/x', 'no json', 400, 'invalid_payload'],
    ['/services/T/B/x', {}, 400, 'no_text'],
    ['/services/T/B/x', { text: 'x', blocks: Array(51).fill({}) }, 400, 'invalid_blocks'],
    ['/v2/enqueue', { ...event, dedup_key: 'k' }, 202, '"dedup_key":"k"'],
    ['/v2/enqueue', event, 202, 'Event processed'],
    ['/v2/enqueue', { ...event, payload: {} }, 400, "'payload.summary' is missing or blank"],
    ['/v2/enqueue', { routing_key: 'R', event_action: 'resolve' }, 400, "'dedup_key' is missing or blank"],
    ['/v2/enqueue', 'no json', 400, 'invalid event'],
    ['/anything', 'no json', 200, 'received'],
  ])('%s %j → %i', async (path, body, status, text) => {
    const answer = await send(path, body);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(text);
  });
});

describe('the script', () => {
  it('is played once, then everything is fine again', async () => {
    vendor.script({ rateLimited: 7 }, 'error', { status: 418, body: 'teapot', headers: { 'x-a': 'b' } });
    const busy = await send('/hook');
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await send('/v2/enqueue')).status).toBe(500);
    const teapot = await send('/hook');
    expect([teapot.status, await teapot.text(), teapot.headers.get('x-a')]).toEqual([418, 'teapot', 'b']);
    expect((await send('/hook')).status).toBe(200);
  });

  it('redirects, closes, sends much', async () => {
    vendor.script({ redirect: 'http://127.0.0.1:1/x', status: 307 }, 'close', { huge: 100_000 });
    const away = await send('/hook');
    expect([away.status, away.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/x']);
    await expect(send('/hook')).rejects.toThrow();
    expect((await (await send('/hook')).text()).length).toBe(100_000);
  });

  it('otherwise holds until it is changed', async () => {
    vendor.otherwise('error');
    expect([(await send('/a')).status, (await send('/a')).status]).toEqual([500, 500]);
    vendor.clear();
    expect((await send('/a')).status).toBe(200);
    expect(vendor.requests).toHaveLength(1);
  });
});

describe('what arrived', () => {
  it('is recorded parsed and raw', async () => {
    await send('/hook?a=1', '{"a": 1}');
    await send('/hook', 'no json');
    expect(vendor.requests).toMatchObject([
      { method: 'POST', path: '/hook?a=1', body: { a: 1 }, raw: '{"a": 1}' },
      { body: 'no json', raw: 'no json' },
    ]);
    expect(Math.abs(Date.now() - vendor.requests[0]!.at)).toBeLessThan(10_000);
  });

  it('can be waited for, before and after it came', async () => {
    const two = vendor.waitFor((requests) => requests.length >= 2);
    await send('/a');
    await send('/b');
    expect((await two).map((r) => r.path)).toEqual(['/a', '/b']);
    await expect(vendor.waitFor((requests) => requests.length === 2, 1)).resolves.toHaveLength(2);
  });

  it('a wait in vain says what did arrive', async () => {
    await send('/a', 'hello');
    await expect(vendor.waitFor(() => false, 20)).rejects.toThrow(
      /not seen within 20 ms; 1 requests.*\nPOST \/a hello/,
    );
  });

  it('a hanging request does not keep it from closing', async () => {
    vendor.script('hang');
    const hanging = send('/a').catch((error: Error) => error.name);
    await vendor.waitFor((requests) => requests.length === 1);
    await vendor.close();
    expect(await hanging).toBe('TypeError');
  });
});
