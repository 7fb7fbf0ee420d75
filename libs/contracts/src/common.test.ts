import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, durationMs, filter, instant, iso, parseDuration, parseInstant } from './common.js';

describe('parseInstant', () => {
  it.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01 12:30Z', '2026-01-01T12:30:00.000Z'],
    ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T05:30:00+05:30', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T05:30:00+0530', '2026-01-01T00:00:00.000Z'],
    ['2025-12-31T16:00:00-08:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01t00:00:00z', '2026-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    [1767225600000, '2026-01-01T00:00:00.000Z'],
    [1767225600000.9, '2026-01-01T00:00:00.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('%j is %s', (raw, expected) => {
    expect(iso(parseInstant(raw)!)).toBe(expected);
  });

  it.each([
    ['2026-01-01T00:00:00'], // whose midnight?
    ['2026-02-30'],
    ['2026-02-30T00:00:00Z'],
    ['2025-02-29'],
    ['2026-04-31T00:00:00+02:00'],
    ['2026-13-01'],
    ['2026-01-01T25:00:00Z'],
    ['2026-01-01T00:61:00Z'],
    ['01/02/2026'],
    ['yesterday'],
    [''],
    ['1767225600000'],
    ['1899-12-31T23:59:59Z'],
    [-1e13],
    ['2263-01-01'],
    [`2026-01-01T00:00:00.${'0'.repeat(40)}Z`],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e300],
    [null],
    [undefined],
    [true],
    [{}],
    [['2026-01-01']],
  ])('%j is no time', (raw) => {
    expect(parseInstant(raw)).toBeNull();
  });

  it('reads back what we write, whatever the zone it is written in', () => {
    const ms = fc.integer({ min: 0, max: Date.UTC(2105, 11, 30) });
    fc.assert(
      fc.property(ms, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, zone) => {
        const minutes = String(Math.abs(zone) % 60).padStart(2, '0');
        const hours = String(Math.floor(Math.abs(zone) / 60)).padStart(2, '0');
        const local = iso(at + zone * 60_000).replace('Z', `${zone < 0 ? '-' : '+'}${hours}:${minutes}`);
        expect([parseInstant(iso(at)), parseInstant(at), parseInstant(local)]).toEqual([at, at, at]);
      }),
    );
  });

  it('never throws, and its answer can always be stored', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        const ms = parseInstant(raw);
        expect(ms === null || Number.isInteger(ms)).toBe(true);
        expect(instant.safeParse(raw).success).toBe(ms !== null);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['30s', 30_000],
  ])('%s', (raw, ms) => {
    expect([parseDuration(raw), durationMs(raw), duration.safeParse(raw).success]).toEqual([ms, ms, true]);
  });

  it.each(['', '1', 'h', '1 h', '-1h', '1.5h', '0h', '1y', '1h30m', '1234567d'])('%j is none', (raw) => {
    expect(duration.safeParse(raw).success).toBe(false);
    expect(() => durationMs(raw)).toThrow(RangeError);
  });

  it('what the schema lets in never throws later', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,7}[smhdw]$/)), (raw) => {
        if (duration.safeParse(raw).success) expect(durationMs(raw)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('filters', () => {
  it.each([
    { field: 'features.age', op: 'gt', value: 3 },
    { field: 'features.age', op: 'lte', value: '3.5' },
    { field: 'features.a.b c', op: 'eq', value: null },
    { field: 'tags.x', op: 'in', value: ['a', 1, true, null] },
    { field: 'tags.x', op: 'in', value: [] },
    { field: 'label', op: 'is_null' },
    { field: 'prediction.class', op: 'not_null' },
    { field: 'version', op: 'ne', value: '' },
  ])('%j is one', (f) => {
    expect(filter.safeParse(f).error?.issues ?? []).toEqual([]);
  });

  it.each([
    [{ field: 'age', op: 'eq', value: 1 }, 'a field is features.NAME'],
    [{ field: 'features.', op: 'eq', value: 1 }, 'a field is features.NAME'],
    [{ field: 'prediction.secret', op: 'eq', value: 1 }, 'a field is features.NAME'],
    [{ field: 'version; DROP TABLE x', op: 'eq', value: 1 }, 'a field is features.NAME'],
    [{ field: 'label', op: 'like', value: 1 }, 'Invalid option'],
    [{ field: 'label', op: 'eq' }, 'eq needs a value'],
    [{ field: 'label', op: 'eq', value: ['a'] }, 'eq needs one value'],
    [{ field: 'label', op: 'in', value: 'a' }, 'in needs an array'],
    [{ field: 'label', op: 'in' }, 'in needs an array'],
    [{ field: 'label', op: 'gt', value: 'big' }, 'gt compares as numbers'],
    [{ field: 'label', op: 'gt', value: null }, 'gt compares as numbers'],
    [{ field: 'label', op: 'gt', value: '' }, 'gt compares as numbers'],
    [{ field: 'label', op: 'gt', value: ' ' }, 'gt compares as numbers'],
    [{ field: 'label', op: 'gt', value: true }, 'gt compares as numbers'],
    [{ field: 'label', op: 'lt', value: [1] }, 'lt needs one value'],
  ])('%j is none: %s', (f, message) => {
    const messages = filter.safeParse(f).error?.issues.map((i) => i.message) ?? [];
    expect(messages.join('; ')).toContain(message);
  });
});
