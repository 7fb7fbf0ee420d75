import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, fateOf, retryAfterMs } from './retry.js';

describe('backoffMs', () => {
  it.each([
    [1, 0, 0],
    [1, 0.5, 250],
    [3, 0.5, 1000],
    [7, 0.5, 15_000],
    [1e9, 0.999, 29_970],
  ])('after failure %i with random %f waits %f ms', (failures, random, expected) => {
    expect(backoffMs(failures, 500, 30_000, random)).toBe(expected);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['3', 3000],
    ['0.5', 500],
    ['-1', 0],
    ['86400', 600_000],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7000],
    ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
  ])('%j means %j', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('never gives a nonsensical time', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const ms = retryAfterMs(header, now) ?? 0;
        expect(ms >= 0 && ms <= 600_000).toBe(true);
      }),
    );
  });
});

describe('fateOf', () => {
  it.each([
    [200, 'done'],
    [204, 'done'],
    [0, 'settings'],
    [302, 'settings'],
    [400, 'refuse'],
    [401, 'settings'],
    [403, 'settings'],
    [404, 'settings'],
    [408, 'retry'],
    [413, 'split'],
    [415, 'plain'],
    [422, 'refuse'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [599, 'retry'],
  ])('%i → %s', (status, fate) => {
    expect(fateOf(status).fate).toBe(fate);
  });
});
