import { describe, expect, it } from 'vitest';
import { type ColumnRules, eventOf, planColumns } from './index.js';

const event = (record: Record<string, unknown>, rules?: ColumnRules) =>
  eventOf(planColumns(Object.keys(record), rules), Object.values(record));

describe('columns that follow the conventions', () => {
  it('become an event', () => {
    expect(
      event({
        prediction_id: 'a1',
        ts: '2026-01-01T00:00:00Z',
        version: 'v3',
        'feature.age': '31',
        'feature.country': 'BR',
        'feature.note': '',
        'tag.platform': 'ios',
        'tag.empty': '',
        score: '0.93',
        latency_ms: '12.5',
        label: '1',
      }),
    ).toEqual({
      prediction_id: 'a1',
      ts: '2026-01-01T00:00:00Z',
      version: 'v3',
      features: { age: 31, country: 'BR', note: null },
      tags: { platform: 'ios' },
      prediction: { score: 0.93 },
      latency_ms: 12.5,
      label: '1',
    });
  });

  it('may give a score a class', () => {
    expect(event({ 'score.cat': '0.7', 'scores.dog': 0.3, class: 'cat' }).prediction).toEqual({
      scores: { cat: 0.7, dog: 0.3 },
      class: 'cat',
    });
  });

  it('may be called __proto__ or constructor', () => {
    const { features } = event({ 'feature.__proto__': '1', 'feature.constructor': 'x' });
    expect(JSON.stringify(features)).toBe('{"__proto__":1,"constructor":"x"}');
  });

  it('that are nothing are named', () => {
    const plan = planColumns(['prediction_id', 'score', 'age', 'feature.x', 'feature.']);
    expect(plan.unused).toEqual(['age', 'feature.']);
    expect([...plan.roles].sort()).toEqual(['features', 'prediction_id', 'score']);
  });
});

describe('columns that do not', () => {
  const record = {
    order_id: '7',
    proba: '0.2',
    event_time: '2026-01-01T00:00:00Z',
    age: '3',
    country: 'DE',
    score: '9',
  };
  const map = { prediction_id: 'order_id', score: 'proba', ts: 'event_time' };

  it('are mapped, and a mapped column wins over one with the name', () => {
    expect(event(record, { map, features: ['age', 'country'] })).toEqual({
      prediction_id: '7',
      ts: '2026-01-01T00:00:00Z',
      prediction: { score: 0.2 },
      features: { age: 3, country: 'DE' },
      tags: {},
    });
  });

  it('are all features but those that are something else', () => {
    expect(event(record, { map, features: 'all' }).features).toEqual({ age: 3, country: 'DE', score: 9 });
  });

  it('may be two things at once', () => {
    expect(event({ a: '1' }, { map: { label: 'a', 'tag.a': 'a' }, features: ['a'] })).toMatchObject({
      label: '1',
      tags: { a: '1' },
      features: { a: 1 },
    });
  });

  it('that are not there are named with those that are', () => {
    expect(() => planColumns(['a', 'b'], { map: { score: 'c' } })).toThrow(
      "There is no column 'c' for score; the columns are a, b.",
    );
    expect(() => planColumns(['a', 'b'], { map: { socre: 'a' } })).toThrow(/'socre' is nothing that a column can be/);
  });
});

describe('cells', () => {
  const cell = (column: string, raw: unknown, rules?: ColumnRules) => event({ [column]: raw }, rules)[column];

  it.each<[unknown, unknown]>([
    ['1.0', '1'],
    ['0.', '0'],
    ['01', '01'],
    ['1.5', '1.5'],
    ['true', 'true'],
    [true, true],
    [3n, 3],
    [Number.NaN, undefined],
    ['', undefined],
  ])('label %o is %o', (raw, label) => {
    expect(cell('label', raw)).toEqual(label);
  });

  it.each<[unknown, ColumnRules['time'], unknown]>([
    ['2026-01-01T00:00:00Z', {}, '2026-01-01T00:00:00Z'],
    ['1767225600000', {}, 1767225600000],
    [1767225600000n, {}, 1767225600000],
    ['1767225600', {}, '1767225600'],
    ['1767225600', { unit: 's' }, 1767225600000],
    [1767225600000000000n, { unit: 'ns' }, 1767225600000],
    ['2026-01-01 08:30:00', {}, '2026-01-01 08:30:00'],
    ['2026-01-01 08:30:00', { zone: '+02:00' }, '2026-01-01 08:30:00+02:00'],
    ['2026-01-01T08:30:00Z', { zone: '+02:00' }, '2026-01-01T08:30:00Z'],
    [new Date(0), {}, '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), {}, 'no time'],
  ])('time %o with %o is %o', (raw, time, ts) => {
    expect(cell('ts', raw, { time })).toEqual(ts);
  });

  it('ids and versions are text, whatever type the file has', () => {
    expect(event({ prediction_id: 9007199254740993n, version: 3 })).toMatchObject({
      prediction_id: '9007199254740993',
      version: '3',
    });
  });

  it('of lists and structures are what JSON can hold', () => {
    const { features } = event({
      'feature.e': new Float32Array([0.5, 1]),
      'feature.n': { at: new Date(0), big: [1n] },
      'feature.x': Number.NaN,
    });
    expect(features).toEqual({ e: [0.5, 1], n: { at: '1970-01-01T00:00:00.000Z', big: [1] }, x: null });
  });
});
