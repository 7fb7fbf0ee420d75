import { describe, expect, it } from 'vitest';
import { connectionOf, urlOf } from './connection.js';
import { Patience } from './patience.js';
import { backoffMs, isPassing, retryAfterMs } from './retry.js';

describe('the connection', () => {
  it('options win over the environment, and that over the default', () => {
    const env = { PLUMBLINE_URL: 'https://p.example/base/', PLUMBLINE_API_KEY: 'from-env' };
    expect(connectionOf({ url: 'http://a:1//', key: 'k' }, env)).toEqual({ url: 'http://a:1', key: 'k' });
    expect(connectionOf({}, env)).toEqual({ url: 'https://p.example/base', key: 'from-env' });
    expect(urlOf({}, { PLUMBLINE_URL: '' })).toBe('http://127.0.0.1:4000');
  });

  it.each(['localhost:4000', 'ftp://a', 'nonsense'])('%s is no address', (url) => {
    expect(() => urlOf({ url }, {})).toThrow(/is not an address/);
  });

  it('needs a key that can stand in a header', () => {
    expect(() => connectionOf({}, {})).toThrow(/PLUMBLINE_API_KEY/);
    expect(() => connectionOf({ key: 'plk_…' }, {})).toThrow(/characters that no key has/);
  });
});

describe('waiting', () => {
  it('grows with failures up to a cap, with jitter, and is never nothing', () => {
    expect([1, 2, 3, 50].map((n) => backoffMs(n, 0.999999))).toEqual([
      expect.closeTo(550, 0),
      expect.closeTo(1_050, 0),
      expect.closeTo(2_050, 0),
      expect.closeTo(15_050, 0),
    ]);
    expect(backoffMs(9, 0)).toBe(50);
  });

  it.each([
    [null, 0],
    ['', 0],
    ['soon', 0],
    ['2', 2_000],
    ['-1', 0],
    ['99999', 600_000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
  ])('Retry-After %j is %d ms', (header, ms) => {
    expect(retryAfterMs(header, 1_000)).toBe(ms);
  });

  it.each([
    [408, true],
    [429, true],
    [500, true],
    [503, true],
    [400, false],
    [401, false],
    [413, false],
    [302, false],
  ])('%d passes: %s', (status, passes) => {
    expect(isPassing(status)).toBe(passes);
  });
});

describe('patience', () => {
  const patience = (giveUpMs?: number) => {
    const clock = { ms: 0 };
    const stop = new AbortController();
    stop.abort(); // nothing really sleeps
    const p = new Patience({
      url: 'http://p',
      giveUpMs,
      stop: stop.signal,
      nowMs: () => clock.ms,
      random: () => 0.5,
      onWait: () => {},
    });
    return { p, clock };
  };
  const away = { why: 'ECONNREFUSED', afterMs: 0, away: true };

  it('is short with an address that never answered', async () => {
    const { p, clock } = patience();
    await p.wait(away);
    clock.ms = 15_001;
    await expect(p.wait(away)).rejects.toThrow('http://p cannot be reached (ECONNREFUSED)');
  });

  it('is long with a server that was there, and begins anew with every success', async () => {
    const { p, clock } = patience();
    p.succeeded();
    clock.ms = 250_000;
    await p.wait(away);
    p.succeeded();
    clock.ms = 500_000;
    await p.wait(away);
    clock.ms = 551_000;
    await expect(p.wait(away)).rejects.toThrow(/cannot be reached/);
  });

  it('is as long as asked', async () => {
    const { p, clock } = patience(1_000_000);
    clock.ms = 999_000;
    await p.wait(away);
    clock.ms = 1_000_000;
    await expect(p.wait({ ...away, away: false, why: 'answered 503' })).rejects.toThrow(/for 1000 s \(answered 503\)/);
  });
});
