import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeLine, predictionIdOf, predictionLine } from './event.js';
import { timeOfId } from './ids.js';
import { prediction } from './testing/harness.js';
import type { OutcomeInput, PredictionInput } from './types.js';

const none = { model: undefined, version: undefined };
const NOW = 1_767_225_600_123;
const defaults = { model: 'fraud', version: 'v1' };

function encode(input: Partial<PredictionInput>) {
  const notes: string[] = [];
  const line = predictionLine(prediction(input), 'id', NOW, defaults, (code, name) => notes.push(`${code} ${name}`));
  return { event: JSON.parse(line), notes };
}

describe('a prediction on the wire', () => {
  it('has the names of the API', () => {
    const { event, notes } = encode({
      ts: new Date('2026-01-01T00:00:00Z'),
      version: 'v3',
      tags: { platform: 'ios', build: 7, beta: true, none: undefined },
      latencyMs: 12,
    });
    expect(event).toEqual({
      model: 'fraud',
      prediction_id: 'id',
      ts: '2026-01-01T00:00:00.000Z',
      version: 'v3',
      features: { age: 31, country: 'BR' },
      prediction: { score: 0.93 },
      tags: { platform: 'ios', build: '7', beta: 'true' },
      latency_ms: 12,
    });
    expect(notes).toEqual([]);
  });

  it('takes model and version of the client, and the time of the call', () => {
    const { event } = encode({});
    expect(event).toMatchObject({ model: 'fraud', version: 'v1', ts: '2026-01-01T00:00:00.123Z' });
    expect(Object.keys(event)).not.toContain('tags');
  });

  it('keeps text times as they are: they may be finer than a millisecond', () => {
    expect(encode({ ts: '2026-01-01T00:00:00.123456Z' }).event.ts).toBe('2026-01-01T00:00:00.123456Z');
    expect(encode({ ts: 1_767_225_600_000 }).event.ts).toBe('2026-01-01T00:00:00.000Z');
  });

  it('turns what JSON has no word for into something it has, and tells', () => {
    const self: Record<string, unknown> = {};
    self.self = self;
    const { event, notes } = encode({
      features: {
        nan: Number.NaN,
        infinite: Number.NEGATIVE_INFINITY,
        small: 5n,
        huge: 2n ** 70n,
        date: new Date(0),
        nothing: undefined,
        empty: null,
        nested: { a: { b: 1n, c: undefined } },
        embedding: new Float32Array([0.5, Number.NaN]),
        list: [1, undefined, 2],
        self,
        set: new Set([1]),
        run: () => 1,
        badDate: new Date(Number.NaN),
        price: { toJSON: () => '9.99' },
        map: new Map<unknown, unknown>([
          ['a', 1],
          [2, new Date(0)],
        ]),
        boxed: Object('text'),
        ['__proto__']: 1,
      },
    });
    expect(event.features).toEqual({
      nan: null,
      infinite: null,
      small: 5,
      huge: String(2n ** 70n),
      date: '1970-01-01T00:00:00.000Z',
      empty: null,
      nested: { a: { b: 1 } },
      embedding: [0.5, null],
      list: [1, null, 2],
      price: '9.99',
      map: { a: 1, 2: '1970-01-01T00:00:00.000Z' },
      boxed: 'text',
      ['__proto__']: 1,
    });
    expect(notes).toEqual([
      'non_finite_feature nan',
      'non_finite_feature infinite',
      'non_finite_feature embedding',
      'unsupported_feature self',
      'unsupported_feature set',
      'unsupported_feature run',
      'unsupported_feature badDate',
    ]);
  });

  it.each([
    [
      'it refers to itself',
      () => {
        const list: unknown[] = [];
        list.push({ list });
        return list;
      },
    ],
    ['nested deeper than', () => Array.from({ length: 40 }).reduce<unknown>((inner) => ({ inner }), 1)],
    ['a function', () => () => 1],
    ['a Set', () => ({ inner: new Set() })],
  ])('says why a feature is left out: %s', (reason, make) => {
    const details: string[] = [];
    const features = { odd: make(), fine: 1 };
    const line = predictionLine(prediction({ features }), 'id', NOW, defaults, (_, name, detail) =>
      details.push(`${name} ${detail}`),
    );
    expect(JSON.parse(line).features).toEqual({ fine: 1 });
    expect(details).toEqual([expect.stringContaining(reason)]);
  });

  it('leaves out the feature that cannot be read, not the event', () => {
    const broken = () => {
      throw new Error('boom');
    };
    const getter = Object.defineProperty({ age: 31 }, 'x', { get: broken, enumerable: true });
    expect(encode({ features: getter })).toMatchObject({
      event: { features: { age: 31 }, prediction: { score: 0.93 } },
      notes: ['unsupported_feature x'],
    });
    expect(encode({ features: { age: 31, x: { toJSON: broken } } }).event.features).toEqual({ age: 31 });
    expect(encode({ features: { toJSON: broken } })).toMatchObject({
      event: { features: {}, prediction: { score: 0.93 } },
      notes: ['unsupported_feature features'],
    });
    const tags = Object.defineProperty({ a: 'b', c: Symbol('c') }, 'x', { get: broken, enumerable: true });
    expect(encode({ tags: tags as never })).toMatchObject({
      event: { tags: { a: 'b' } },
      notes: ['unsupported_feature tags.c', 'unsupported_feature tags.x'],
    });
    expect(encode({ tags: 'ios' as never }).notes).toEqual(['unsupported_feature tags']);
  });

  it.each([
    [
      'a Map is an object',
      new Map<string, unknown>([
        ['age', 31],
        ['vip', 5n],
      ]),
      { age: 31, vip: 5 },
      [],
    ],
    ['of nothing', {}, {}, []],
    ['a promise is told', Promise.resolve({ age: 31 }), {}, ['unsupported_feature features']],
    ['a set is told', new Set([1]), {}, ['unsupported_feature features']],
    [
      'a class instance',
      new (class {
        age = 31;
      })(),
      { age: 31 },
      [],
    ],
  ])('features: %s', (_, features, sent, told) => {
    const { event, notes } = encode({ features });
    expect([event.features, notes]).toEqual([sent, told]);
  });

  it('sends a score that is not finite as null: the server must see that the model broke', () => {
    const { event, notes } = encode({ prediction: { score: Number.NaN } });
    expect(event.prediction).toEqual({ score: null });
    expect(notes).toEqual(['non_finite_feature prediction.score']);
  });

  it('says the same as JSON.stringify for plain features', () => {
    const plain = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), plain), (features) => {
        const { event, notes } = encode({ features });
        expect(event.features).toEqual(JSON.parse(JSON.stringify(features)));
        expect(notes).toEqual([]);
      }),
    );
  });

  it('is one line, whatever the features are', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withBigInt: true, withMap: true, withTypedArray: true }), (value) => {
        const line = predictionLine(prediction({ features: { value } }), 'id', NOW, defaults, () => undefined);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line).prediction_id).toBe('id');
      }),
    );
  });

  it.each([
    ['an object', null],
    ['features must be', { features: 5 }],
    ['features must be', { features: [1] }],
    ['features must be', { features: new Float32Array(2) }],
    ['prediction needs', { prediction: Promise.resolve({ score: 1 }) }],
    ['prediction needs', { prediction: {} }],
    ['prediction needs', { prediction: 0.5 }],
    ['ts is not a time', { ts: 'yesterday' }],
    ['ts is not a time', { ts: Number.NaN }],
    ['ts is not a time', { ts: new Date(Number.NaN) }],
    ['predictionId must be text', { id: {} }],
    ['version must be text', { version: {} }],
  ])('is refused with "%s" for %j', (message, wrong) => {
    const input = (wrong && { ...prediction(), ...wrong }) as PredictionInput;
    expect(() => predictionLine(input, 'id', NOW, defaults, () => undefined)).toThrow(message);
  });

  it('is refused without a model', () => {
    expect(() => predictionLine(prediction(), 'id', NOW, none, () => undefined)).toThrow('no model');
  });
});

describe('the id of a prediction', () => {
  it.each([
    [{ predictionId: 'a', id: 'b' }, 'a'],
    [{ id: 'b' }, 'b'],
    [{ id: 42 as unknown as string }, '42'],
  ])('of %j is %s', (input, expected) => {
    expect(predictionIdOf(prediction(input), NOW)).toBe(expected);
  });

  it('carries the time of the event', () => {
    const ms = Date.parse('2025-03-04T05:06:07.089Z');
    for (const ts of [ms, new Date(ms), new Date(ms).toISOString(), '2025-03-04T06:06:07.089999+01:00']) {
      expect(timeOfId(predictionIdOf(prediction({ ts }), NOW))).toBe(ms);
    }
  });
});

describe('an outcome on the wire', () => {
  it('has the names of the API', () => {
    const line = outcomeLine(
      { predictionId: 'p', label: 1, ts: 0, predictionTs: '2026-01-01T00:00:00Z' },
      NOW,
      defaults,
    );
    expect(JSON.parse(line)).toEqual({
      model: 'fraud',
      prediction_id: 'p',
      label: 1,
      ts: '1970-01-01T00:00:00.000Z',
      prediction_ts: '2026-01-01T00:00:00Z',
    });
  });

  it.each([
    ['predictionId', { label: 1 }],
    ['label', { predictionId: 'p' }],
    ['label', { predictionId: 'p', label: Number.NaN }],
    ['label', { predictionId: 'p', label: {} }],
    ['predictionTs', { predictionId: 'p', label: 1, predictionTs: 'x' }],
    ['an object', 5],
  ])('is refused with "%s" for %j', (message, wrong) => {
    expect(() => outcomeLine(wrong as unknown as OutcomeInput, NOW, defaults)).toThrow(message);
  });
});
