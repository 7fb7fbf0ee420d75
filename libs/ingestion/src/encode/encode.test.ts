import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shapes } from '../check/features.js';
import { checkOutcome } from '../check/outcome.js';
import { checkPrediction } from '../check/prediction.js';
import { Bytes } from './bytes.js';
import { lastLabelKey, outcomeKey, predictionKey } from './identity.js';
import { COLUMNS, encodeOutcome, encodePrediction } from './row.js';

const limits = { featuresMax: 1000, textMax: 1000, futureMsMax: 0 };
const now = Date.UTC(2026, 0, 1);
const base = { model: 'm', prediction_id: 'p', ts: now, prediction: { score: 0.5 } };
const shapes = new Shapes();
const encode = (event: unknown, at = now) => {
  const out = new Bytes(1);
  const row = encodePrediction(checkPrediction(event, limits, at, shapes), 'project', at, out);
  return { ...row, line: `${out.from(0).toString()},"batch"]` };
};
const columns = (kind: keyof typeof COLUMNS, line: string) => {
  const values = JSON.parse(line) as unknown[];
  expect(values).toHaveLength(COLUMNS[kind].length);
  return new Map(COLUMNS[kind].map((name, i) => [name, values[i]]));
};
const stored = (event: unknown) => columns('predictions', encode(event).line);

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
  fc.string({ unit: 'binary', maxLength: 100 }),
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
        const nums = new Map(Object.entries(row.get('nums') as object));
        const cats = new Map(Object.entries(row.get('cats') as object));
        for (const [key, value] of Object.entries(f)) {
          if (typeof value === 'number') expect(nums.get(key)).toBe(value === 0 ? 0 : value);
          else if (value === null) expect(row.get('nulls')).toContain(key);
          else expect(cats.get(key)).toBe(typeof value === 'string' ? value.toWellFormed() : String(value));
        }
        expect([row.get('project'), row.get('model'), row.get('prediction_id')]).toEqual(['project', 'm', 'p']);
        expect([row.get('ts'), row.get('ts_given'), row.get('score')]).toEqual(['2026-01-01 00:00:00.000', true, 0.5]);
      }),
    );
  });

  it('keeps every kind of value in its column', () => {
    const row = stored({
      ...base,
      prediction: { scores: { b: 0.25, a: 0.75 } },
      features: { n: 1, t: 'x', z: null, v: [1, 2.5], on: true, deep: { er: 3 } },
      tags: { os: 'ios' },
      latency_ms: 12,
    });
    expect(Object.fromEntries(row)).toMatchObject({
      class: 'a',
      score: 0.75,
      value: null,
      scores: { a: 0.75, b: 0.25 },
      nums: { n: 1, 'deep.er': 3 },
      cats: { t: 'x', on: 'true' },
      nulls: ['z'],
      vectors: { v: [1, 2.5] },
      tags: { os: 'ios' },
      latency_ms: 12,
      batch_id: 'batch',
    });
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
    expect(encode({ ...event, ...over }).key).toEqual(encode(event).key);
  });

  it('keeps time and arrival out of the payload', () => {
    expect(encode({ ...base, ts: now - 5 }).payload).toBe(encode(base).payload);
    expect(encode(base, now + 9).payload).toBe(encode(base).payload);
    expect(encode({ ...base, ts: undefined })).toMatchObject({ givenTs: null, ts: now });
  });

  it('of an earlier arrival carries the larger number', () => {
    const at = (ms: number) => columns('predictions', encode(base, ms).line).get('inverted_arrival') as number;
    expect(at(now)).toBeGreaterThan(at(now + 1));
  });
});

describe('numbers', () => {
  it('are written so that they read back as they were', () => {
    const out = new Bytes();
    const decimal = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 6 })).map(([n, places]) => n / 10 ** places);
    const edge = fc.constantFrom(
      0,
      -0,
      0.1,
      -0.0001,
      214_748.3646,
      214_748.3647,
      -214_748.3648,
      2 ** 31,
      2 ** 53,
      1e21,
      5e-324,
    );
    fc.assert(
      fc.property(fc.oneof(decimal, edge, fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        out.clear();
        const text = out.number(value).from(0).toString();
        expect(JSON.parse(text)).toBe(value === 0 ? 0 : value);
        expect(text).toBe(value === 0 ? '0' : String(value));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('times', () => {
  it('are written as the runtime writes them', () => {
    const out = new Bytes();
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2105-12-31'), noInvalidDate: true }), (date) => {
        out.clear();
        const [day, time] = date.toISOString().slice(0, -1).split('T');
        expect(out.time(date.getTime()).from(0).toString()).toBe(`"${day} ${time}"`);
      }),
    );
  });
});

describe('identities', () => {
  it('are told apart by every part, wherever the borders between parts are', () => {
    const keys = [
      predictionKey('a', 'b', 'c', 'd'),
      predictionKey('ab', '', 'c', 'd'),
      predictionKey('a', 'b', '', 'cd'),
      predictionKey('a', 'b', 'cd', ''),
      predictionKey('a', 'b', 'c\0d', 'e'),
      predictionKey('a', 'b', 'c', 'd\0e'),
      outcomeKey('a', 'b', 'c\u00001\0d', 2, 'e'),
      outcomeKey('a', 'b', 'c', 1, 'd\u00002\0e'),
      outcomeKey('a', 'b', 'c', 1, 'd'),
      outcomeKey('a', 'b', 'c', 1, ''),
      lastLabelKey('a', 'b', 'c'),
    ];
    expect(new Set(keys.map((k) => `${k.high}/${k.low}`)).size).toBe(keys.length);
  });

  const outcome = (over: object) => {
    const out = new Bytes();
    const event = { model: 'm', prediction_id: 'p', ts: now, label: 1, ...over };
    const row = encodeOutcome(checkOutcome(event, limits, now), 'x', now, out);
    return { ...row, line: `${out.from(0).toString()},"batch"]` };
  };

  it('of outcomes: same id, time and label are one, anything else is another', () => {
    expect(outcome({ label: '1' }).key).toEqual(outcome({}).key);
    expect(outcome({ prediction_ts: now }).key).toEqual(outcome({}).key);
    for (const over of [{ label: 0 }, { ts: now - 1 }, { prediction_id: 'q' }])
      expect(outcome(over).key).not.toEqual(outcome({}).key);
  });

  it('of outcomes at one moment still have arrivals that rise', () => {
    const times = Array.from(
      { length: 1500 },
      () => columns('outcomes', outcome({ ts: undefined }).line).get('received_at') as string,
    );
    expect([...times].sort()).toEqual(times);
    expect(new Set(times).size).toBe(times.length);
    expect(times[0]).toMatch(/^2026-01-01 00:00:0\d\.\d{6}$/);
  });
});
