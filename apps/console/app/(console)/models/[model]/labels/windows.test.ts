import { describe, expect, it } from 'vitest';
import { parseWindow, seconds, windowOf, windowsOf } from './windows';

const at = (text: string) => Date.parse(text);
const iso = (ms: number | null) => ms !== null && new Date(ms).toISOString().slice(0, 16);
const NOW = at('2026-11-21T08:00:00Z');
const facts = { granularity: '1d' as const, first_event: '2026-11-18T05:00:00Z', last_event: '2026-11-21T07:00:00Z' };

describe('windows to choose from', () => {
  it('are aligned to UTC, weeks to Monday', () => {
    expect(iso(windowOf(NOW, '1h'))).toBe('2026-11-21T08:00');
    expect(iso(windowOf(NOW, '1d'))).toBe('2026-11-21T00:00');
    expect(iso(windowOf(NOW, '7d'))).toBe('2026-11-16T00:00');
  });
  it('go from the newest back to the first event', () =>
    expect(windowsOf(facts, NOW).map(iso)).toEqual([
      '2026-11-21T00:00',
      '2026-11-20T00:00',
      '2026-11-19T00:00',
      '2026-11-18T00:00',
    ]));
  it('are none before the first event', () =>
    expect([
      windowsOf({ ...facts, first_event: null }, NOW),
      parseWindow(null, { ...facts, last_event: null }, NOW),
    ]).toEqual([[], null]));
  it('come from the URL, else one that is not the newest', () => {
    expect(iso(parseWindow('2026-11-19T13:00:00Z', facts, NOW))).toBe('2026-11-19T00:00');
    expect(iso(parseWindow('nonsense', facts, NOW))).toBe('2026-11-18T00:00');
    expect(iso(parseWindow(null, { ...facts, first_event: '2026-11-20T00:00:00Z' }, NOW))).toBe('2026-11-20T00:00');
  });
});

it('reads durations', () =>
  expect(['30d', '12h', '', null].map((d) => seconds(d))).toEqual([2_592_000, 43_200, null, null]));
