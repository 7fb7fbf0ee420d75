import { describe, expect, it } from 'vitest';
import { autoGranularity, defaultRange, parseRange, rangeParams, resolve, tooFine } from './range';

const get = (query: string) => {
  const params = new URLSearchParams(query);
  return (key: string) => params.get(key);
};
const at = (iso: string) => Date.parse(iso);
const now = at('2026-05-12T12:34:56Z');

describe('parseRange', () => {
  it.each([
    ['range=30d', { preset: '30d' }],
    ['range=nonsense', null],
    ['', null],
    ['from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', { from: at('2026-01-01'), to: at('2026-01-02') }],
    ['from=1767225600000&to=1767312000000', { from: at('2026-01-01'), to: at('2026-01-02') }],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z&range=7d', { preset: '7d' }],
  ])('%s', (query, want) => expect(parseRange(get(query))).toEqual(want));

  it('survives the way through the URL', () => {
    const range = { from: at('2026-01-01T05:00:00Z'), to: at('2026-01-03T00:00:00Z') };
    const params = rangeParams(range);
    expect(parseRange((key) => params[key as 'from'])).toEqual(range);
  });
});

describe('resolve', () => {
  it('ends with the running hour, so that questions repeat within it', () => {
    expect(resolve({ preset: '24h' }, now, null)).toEqual({
      from: at('2026-05-11T13:00:00Z'),
      to: at('2026-05-12T13:00:00Z'),
    });
  });
  it('starts all with the first event, on its day', () => {
    expect(resolve({ preset: 'all' }, now, '2026-02-03T04:05:06Z').from).toBe(at('2026-02-03'));
  });
  it('leaves an absolute range alone', () =>
    expect(resolve({ from: 1, to: 2 }, now, null)).toEqual({ from: 1, to: 2 }));
});

it.each([
  ['2026-05-11', '2026-05-12', '1h', '1h'],
  ['2026-05-01', '2026-05-12', '1h', '1d'],
  ['2026-05-06', '2026-05-12', '1d', '1d'],
  ['2026-05-11', '2026-05-12', '1d', '1h'],
  ['2024-05-11', '2026-05-12', '1d', '7d'],
] as const)('from %s to %s with %s windows: %s', (from, to, own, want) => {
  expect(autoGranularity(at(from), at(to), own)).toBe(want);
});

it('knows what the server would refuse', () => {
  expect(tooFine(0, 10_001 * 3_600_000, '1h')).toBe(true);
  expect(tooFine(0, 10_001 * 3_600_000, '1d')).toBe(false);
});
it('has a default for each granularity', () => expect(defaultRange('1d')).toEqual({ preset: '90d' }));
