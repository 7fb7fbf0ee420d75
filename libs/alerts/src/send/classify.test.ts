import { describe, expect, it } from 'vitest';
import { classify, parseRetryAfter } from './classify.js';

const NOW = Date.UTC(2026, 0, 9, 14, 0, 0);
const answered = (status: number, body = '', more = {}) => classify({ kind: 'answered', status, body, ...more }, NOW);

describe('classify', () => {
  it.each([
    ...([200, 201, 202, 204] as const).map((s) => [s, 'sent'] as const),
    ...([301, 302, 303, 304, 307, 308] as const).map((s) => [s, 'dead'] as const),
    ...([400, 401, 403, 404, 405, 410, 413, 422] as const).map((s) => [s, 'dead'] as const),
    ...([408, 425, 429, 500, 502, 503, 504, 599] as const).map((s) => [s, 'retry'] as const),
  ])('%i is %s', (status, outcome) => expect(answered(status)).toMatchObject({ outcome, status }));

  it('network and time limit may pass, a refusal does not', () => {
    expect(classify({ kind: 'failed', why: 'ECONNREFUSED' }, NOW)).toEqual({
      outcome: 'retry',
      status: null,
      answer: 'ECONNREFUSED',
    });
    expect(classify({ kind: 'refused', why: 'private' }, NOW)).toMatchObject({ outcome: 'dead', status: null });
  });

  it("gives the vendor's own words", () => {
    expect(answered(200, 'ok').answer).toBe('ok');
    expect(answered(204).answer).toBe('204 No Content');
    expect(answered(404, 'no_service').answer).toBe('404 Not Found: no_service');
    expect(answered(500).answer).toBe('500 Internal Server Error');
    expect(answered(599, ' \n ').answer).toBe('599');
    expect(answered(400, 'a\nb\u0000c').answer).toBe('400 Bad Request: a b c');
    expect(answered(400, 'x'.repeat(9999)).answer).toHaveLength(500);
  });

  it('says where a redirect wanted to go, but not the path', () => {
    const { answer } = answered(302, '', { location: 'https://other.example/secret/path?x=1' });
    expect(answer).toContain('302 Found: redirects are not followed to https://other.example;');
    expect(answer).not.toContain('secret');
    expect(answered(302, '', { location: '/elsewhere' }).answer).toContain('redirects are not followed; put');
  });

  it.each([
    ['30', 30_000],
    [' 1.5 ', 1500],
    ['0', 0],
    ['86400', 3_600_000],
    ['Fri, 09 Jan 2026 14:00:20 GMT', 20_000],
    ['Fri, 09 Jan 2026 13:00:00 GMT', 0],
    ['Sat, 10 Jan 2026 14:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After: %s → %s', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
    expect(answered(429, '', { retryAfter: value }).retryAfterMs).toBe(ms);
  });

  it('a wait is only told where there is a retry', () => {
    expect(answered(503, '', { retryAfter: '7' }).retryAfterMs).toBe(7000);
    expect(answered(404, '', { retryAfter: '7' })).not.toHaveProperty('retryAfterMs');
    expect(answered(200, '', { retryAfter: '7' })).not.toHaveProperty('retryAfterMs');
  });
});
