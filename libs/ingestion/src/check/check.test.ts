import { REJECTIONS } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFeatures, Shapes } from './features.js';
import { checkOutcome } from './outcome.js';
import { checkPrediction, checkTask, inferTask } from './prediction.js';
import { type Limits, Refusal } from './refusal.js';

const limits: Limits = { featuresMax: 5, textMax: 20, futureMsMax: 3_600_000 };
const now = Date.UTC(2026, 0, 1);
const event = (over: Record<string, unknown> = {}) => ({
  model: 'm',
  prediction_id: 'p1',
  ts: now,
  prediction: { score: 0.5 },
  ...over,
});
const check = (over: Record<string, unknown> = {}) => checkPrediction(event(over), limits, now);

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'taken';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.message.length).toBeGreaterThan(10);
    return error.code;
  }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : { n: nested(depth - 1) });
const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, i]));

describe('predictions that are refused', () => {
  it.each<[string, unknown]>([
    ['not_an_object', null],
    ['not_an_object', 'x'],
    ['not_an_object', [event()]],
    ['missing_field', event({ model: undefined })],
    ['missing_field', event({ prediction_id: null })],
    ['missing_field', event({ prediction: undefined })],
    ['bad_type', event({ model: 3 })],
    ['bad_type', event({ prediction_id: 3 })],
    ['bad_type', event({ prediction: 0.5 })],
    ['bad_type', event({ prediction: [0.5] })],
    ['bad_type', event({ prediction: { score: '0.5' } })],
    ['bad_type', event({ prediction: { scores: [0.5] } })],
    ['bad_type', event({ prediction: { scores: { a: '1' } } })],
    ['bad_type', event({ prediction: { class: {} } })],
    ['bad_type', event({ features: [1] })],
    ['bad_type', event({ features: 'x' })],
    ['bad_type', event({ features: { a: ['x'] } })],
    ['bad_type', event({ features: { a: [[1]] } })],
    ['bad_type', event({ tags: [] })],
    ['bad_type', event({ tags: { a: {} } })],
    ['bad_type', event({ latency_ms: '12' })],
    ['bad_type', event({ version: true })],
    ['bad_model_name', event({ model: '' })],
    ['bad_model_name', event({ model: '-x' })],
    ['bad_model_name', event({ model: 'a b' })],
    ['bad_model_name', event({ model: 'x'.repeat(129) })],
    ['bad_model_name', event({ model: 'm\n' })],
    ['bad_timestamp', event({ ts: '2026-01-01T00:00:00' })],
    ['bad_timestamp', event({ ts: {} })],
    ['future_timestamp', event({ ts: now + 3_600_001 })],
    ['id_too_long', event({ prediction_id: '' })],
    ['id_too_long', event({ prediction_id: 'x'.repeat(129) })],
    ['name_too_long', event({ features: { '': 1 } })],
    ['name_too_long', event({ features: { ['x'.repeat(257)]: 1 } })],
    ['name_too_long', event({ tags: { '': 'x' } })],
    ['name_too_long', event({ version: 'x'.repeat(129) })],
    ['value_too_long', event({ features: { a: 'x'.repeat(21) } })],
    ['value_too_long', event({ features: { a: new Array(16_385).fill(0) } })],
    ['value_too_long', event({ tags: { a: 'x'.repeat(21) } })],
    ['value_too_long', event({ prediction: { class: 'x'.repeat(21) } })],
    ['value_not_finite', event({ features: { a: Number.POSITIVE_INFINITY } })],
    ['value_not_finite', event({ features: { a: [1, Number.NaN] } })],
    ['value_not_finite', event({ features: { a: [1, 1e300] } })],
    ['value_not_finite', event({ prediction: { score: Number.NaN } })],
    ['value_not_finite', event({ prediction: { scores: { a: Number.NaN } } })],
    ['value_not_finite', event({ latency_ms: Number.POSITIVE_INFINITY })],
    ['too_many_features', event({ features: many(6) })],
    ['too_many_features', event({ tags: many(101) })],
    ['payload_too_deep', event({ features: nested(9) })],
    ['bad_prediction', event({ prediction: {} })],
    ['bad_prediction', event({ prediction: { score: 1.01 } })],
    ['bad_prediction', event({ prediction: { score: -0.01 } })],
    ['bad_prediction', event({ prediction: { scores: { a: 2 } } })],
    ['bad_prediction', event({ prediction: { class: '' } })],
    ['bad_prediction', event({ prediction: { scores: {} } })],
    ['bad_type', event({ features: { 'a.b': 1, a: { b: 2 } } })],
  ])('%s: %j', (code, raw) => {
    expect(Object.keys(REJECTIONS)).toContain(code);
    expect(codeOf(() => checkPrediction(raw, limits, now))).toBe(code);
  });

  it.each([
    ['binary', { value: 3 }],
    ['multiclass', { score: 0.5 }],
    ['multiclass', { value: 3 }],
    ['regression', { score: 0.5 }],
    ['regression', { class: 'a' }],
  ] as const)('task_mismatch: %s with %j', (task, prediction) => {
    expect(codeOf(() => checkTask(check({ prediction }), task))).toBe('task_mismatch');
  });
});

describe('predictions that are taken', () => {
  it('flatten, sort and type their features', () => {
    const { features } = check({ features: { b: true, a: { y: 1, x: 'text' }, e: [1, 2], n: null } });
    expect(features).toEqual({ names: ['a.x', 'a.y', 'b', 'e', 'n'], values: ['text', 1, 'true', [1, 2], null] });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may have a feature, a tag and a class called %s',
    (name) => {
      const raw = JSON.parse(
        `{"model":"m","prediction_id":"p","features":{"${name}":1,"a":{"${name}":"x"}},"tags":{"${name}":"t"},"prediction":{"scores":{"${name}":0.7,"b":0.3}}}`,
      ) as unknown;
      const p = checkPrediction(raw, limits, now);
      const flat = checkFeatures(JSON.parse(`{"${name}":1}`), limits, new Shapes(), 'm');
      expect(flat).toEqual({ names: [name], values: [1] });
      const both = p.features.names.map((n, i) => [n, p.features.values[i]]);
      expect(new Map(both as [string, unknown][])).toEqual(
        new Map<string, unknown>([
          [name, 1],
          [`a.${name}`, 'x'],
        ]),
      );
      expect(p.tags).toEqual([[name, 't']]);
      expect(p.class).toBe(name);
      expect(({} as Record<string, unknown>).a).toBeUndefined();
    },
  );

  it('are the same whether their names came in this order before or not', () => {
    const shapes = new Shapes();
    const value = fc.oneof(fc.integer(), fc.string({ maxLength: 20 }), fc.constant(null), fc.boolean());
    const flat = fc.dictionary(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), value, { maxKeys: 5 });
    const answer = (raw: unknown, known?: Shapes) => {
      try {
        return checkFeatures(raw, limits, known, 'm');
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return error.code;
      }
    };
    fc.assert(
      fc.property(flat, (raw) => {
        for (let again = 0; again < 2; again++) {
          const quick = answer(raw, shapes);
          const slow = answer(raw);
          expect(quick).toEqual(slow);
        }
      }),
    );
  });

  it('take the limits themselves', () => {
    const p = check({
      ts: now + 3_600_000,
      prediction_id: 'x'.repeat(128),
      features: { ...many(4), t: 'x'.repeat(20) },
      prediction: { score: 1 },
    });
    expect(p.features.names).toHaveLength(5);
    expect(codeOf(() => check({ features: nested(8) }))).toBe('taken');
  });

  it('have the class of the largest score, and its score', () => {
    const { class: chosen, score } = check({ prediction: { scores: { a: 0.2, b: 0.7, c: 0.1 } } });
    expect([chosen, score]).toEqual(['b', 0.7]);
    expect(check({ prediction: { scores: { a: 0.2, b: 0.8 }, class: 'a' } })).toMatchObject({ class: 'a', score: 0.2 });
    expect(check({ prediction: { class: 1 } }).class).toBe('1');
  });

  it('take model_version for version, numbers for text, and lone surrogates for U+FFFD', () => {
    expect(check({ model_version: 3 }).version).toBe('3');
    expect(check({ version: 'a', model_version: 'b' }).version).toBe('a');
    expect(check({ prediction_id: 'x\ud800' }).predictionId).toBe('x\ufffd');
    expect(check({ tags: { a: 1, b: true, c: null } }).tags).toEqual([
      ['a', '1'],
      ['b', 'true'],
    ]);
  });

  it.each([
    [{ scores: { a: 1 } }, 'multiclass'],
    [{ score: 0.1 }, 'binary'],
    [{ value: 3 }, 'regression'],
    [{ class: 'cat' }, 'multiclass'],
    [{ class: true }, 'binary'],
    [{ class: 0 }, 'binary'],
  ])('%j looks like %s', (prediction, task) => {
    expect(inferTask(check({ prediction }))).toBe(task);
  });
});

describe('outcomes', () => {
  const outcome = (over: Record<string, unknown> = {}) =>
    checkOutcome({ model: 'm', prediction_id: 'p1', label: 1, ...over }, limits, now);

  it.each<[unknown, string, number | null]>([
    [1, '1', 1],
    ['1', '1', 1],
    [true, 'true', null],
    ['cat', 'cat', null],
    [12.5, '12.5', 12.5],
    ['', '', null],
    [' ', ' ', null],
    ['NaN', 'NaN', null],
    ['Infinity', 'Infinity', null],
  ])('label %j is the text %j and the number %j', (label, text, number) => {
    expect(outcome({ label })).toMatchObject({ label: text, labelNum: number, ts: null, predictionTs: null });
  });

  it('may be as late or as early as they like, but not from the future', () => {
    expect(outcome({ ts: '1970-01-02' }).ts).toBe(Date.UTC(1970, 0, 2));
    expect(codeOf(() => outcome({ ts: now + 3_600_001 }))).toBe('future_timestamp');
  });

  it.each<[string, Record<string, unknown>]>([
    ['missing_field', { label: null }],
    ['missing_field', { model: undefined }],
    ['bad_type', { label: {} }],
    ['bad_type', { label: [1] }],
    ['value_not_finite', { label: Number.NaN }],
    ['value_too_long', { label: 'x'.repeat(21) }],
    ['bad_timestamp', { ts: 'soon' }],
    ['bad_timestamp', { prediction_ts: 'then' }],
  ])('%s: %j', (code, over) => {
    expect(codeOf(() => outcome(over))).toBe(code);
  });
});

describe('anything at all', () => {
  const anything = fc.anything({ maxDepth: 4, withNullPrototype: true });
  const almost = fc.record(
    {
      model: fc.oneof(fc.constant('m'), anything),
      prediction_id: fc.oneof(fc.constant('p'), fc.string({ unit: 'binary' }), anything),
      ts: fc.oneof(fc.constant(now), anything),
      features: fc.oneof(fc.dictionary(fc.string(), anything), anything),
      prediction: fc.oneof(
        fc.record({ score: anything, scores: anything, class: anything, value: anything }, { requiredKeys: [] }),
        anything,
      ),
      tags: fc.oneof(fc.dictionary(fc.string(), anything), anything),
      latency_ms: anything,
      label: anything,
      version: anything,
    },
    { requiredKeys: [] },
  );
  it('is taken or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(almost, fc.jsonValue(), anything), (raw) => {
        codeOf(() => checkPrediction(raw, limits, now));
        codeOf(() => checkOutcome(raw, limits, now));
      }),
      { numRuns: 500 },
    );
  });
});
