import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkOutcome } from './check/outcome.js';
import { checkPrediction } from './check/prediction.js';
import { encodeOutcome, encodePrediction, finish, identityKey, lastLabelKey, outcomeKey } from './encode.js';

const limits = { featuresMax: 1000, textMax: 1000, futureMsMax: 0 };
const now = Date.UTC(2026, 0, 1);
const base = { model: 'm', prediction_id: 'p', ts: now, prediction: { score: 0.5 } };
const encode = (event: unknown) => encodePrediction(checkPrediction(event, limits, now), 'project', now);
const stored = (event: unknown) => JSON.parse(finish(encode(event), 'batch')) as Record<string, unknown>;

/** The same object with its keys in another order, all the way down. */
const reversed = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([k, v]) => [k, reversed(v)]),
      )
    : value;

const scalar = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.constant(null),
);
// No dots and no integers as names: flattened names stay different, and their order is the order of writing.
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((s) => !s.includes('.'));
const features = fc.dictionary(
  name,
  fc.oneof(scalar, fc.dictionary(name, scalar), fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }))),
);

describe('a prediction as a row', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(features, fc.dictionary(name, fc.string()), (f, tags) => {
        const event = { ...base, features: f, tags };
        expect(encode(reversed(event)).payload).toBe(encode(event).payload);
      }),
    );
  });

  it('is JSON that says what the event said', () => {
    fc.assert(
      fc.property(fc.dictionary(name, scalar), (f) => {
        const row = stored({ ...base, features: f });
        const nums = new Map(Object.entries(row.nums as object));
        const cats = new Map(Object.entries(row.cats as object));
        for (const [key, value] of Object.entries(f)) {
          if (typeof value === 'number') expect(nums.get(key)).toBe(value === 0 ? 0 : value);
          else if (value === null) expect(row.nulls).toContain(key);
          else expect(cats.get(key)).toBe(typeof value === 'string' ? value.toWellFormed() : String(value));
        }
        expect(row).toMatchObject({
          project: 'project',
          model: 'm',
          prediction_id: 'p',
          ts: '2026-01-01 00:00:00.000',
        });
      }),
    );
  });

  it.each([
    ['a feature', { features: { a: 2 } }],
    ['its type', { features: { a: '1' } }],
    ['a missing feature', { features: {} }],
    ['a null', { features: { a: null } }],
    ['a tag', { tags: { t: 'x' } }],
    ['the score', { prediction: { score: 0.6 } }],
    ['the class', { prediction: { score: 0.5, class: '1' } }],
    ['the latency', { latency_ms: 1 }],
  ])('has another payload when %s changes, and the same identity', (_, over) => {
    const event = { ...base, features: { a: 1 } };
    expect(encode({ ...event, ...over }).payload).not.toBe(encode(event).payload);
    expect(encode({ ...event, ...over }).key).toBe(encode(event).key);
  });

  it('keeps time and arrival out of the payload', () => {
    expect(encode({ ...base, ts: now - 5 }).payload).toBe(encode(base).payload);
    const later = encodePrediction(checkPrediction(base, limits, now + 9), 'project', now + 9);
    expect(later.payload).toBe(encode(base).payload);
    expect(encode({ ...base, ts: undefined })).toMatchObject({ givenTs: null, ts: now });
  });

  it('of an earlier arrival carries the larger number', () => {
    const at = (ms: number) =>
      JSON.parse(finish(encodePrediction(checkPrediction(base, limits, ms), 'p', ms), 'b')).inverted_arrival as number;
    expect(at(now)).toBeGreaterThan(at(now + 1));
  });
});

describe('identities', () => {
  it('are told apart by every part, wherever the borders between parts are', () => {
    const keys = [
      identityKey('a', 'b', 'c', 'd'),
      identityKey('ab', '', 'c', 'd'),
      identityKey('a', 'b', '', 'cd'),
      identityKey('a', 'b', 'cd', ''),
      outcomeKey('a', 'b', 'c', 1, 'd'),
      outcomeKey('a', 'b', 'c', 1, ''),
      lastLabelKey('a', 'b', 'c'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of outcomes: same id, time and label are one, anything else is another', () => {
    const row = (over: object) =>
      encodeOutcome(
        checkOutcome({ model: 'm', prediction_id: 'p', ts: now, label: 1, ...over }, limits, now),
        'x',
        now,
      );
    expect(row({ label: '1' }).key).toBe(row({}).key);
    expect(row({ prediction_ts: now }).key).toBe(row({}).key);
    for (const over of [{ label: 0 }, { ts: now - 1 }, { prediction_id: 'q' }])
      expect(row(over).key).not.toBe(row({}).key);
  });

  it('of outcomes at one moment still have arrivals that rise', () => {
    const arrival = () =>
      JSON.parse(
        finish(encodeOutcome(checkOutcome({ model: 'm', prediction_id: 'p', label: 1 }, limits, now), 'x', now), 'b'),
      ).received_at as string;
    const times = Array.from({ length: 1500 }, arrival);
    expect([...times].sort()).toEqual(times);
    expect(new Set(times).size).toBe(times.length);
  });
});
