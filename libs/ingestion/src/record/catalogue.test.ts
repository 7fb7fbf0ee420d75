import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPrediction, type Prediction } from '../check/prediction.js';
import { Catalogue, type CatalogueRow } from './catalogue.js';

const LIMITS = { featuresMax: 100, textMax: 1000, futureMsMax: 1e15 };
const event = (features: Record<string, unknown>, more: Record<string, unknown> = {}): Prediction =>
  checkPrediction(
    { model: 'm', prediction_id: 'a', version: 'v1', prediction: { score: 0.5 }, features, ...more },
    LIMITS,
    0,
  );
const told = (rows: CatalogueRow[]) => rows.map((r) => `${r.kind} ${r.type} ${r.name} ${r.first}-${r.last}`).sort();
const noting = () => {
  const catalogue = new Catalogue();
  const note = (p: Prediction, ts: number) =>
    catalogue.note(catalogue.shapeOf('p', p), p.class, catalogue.shapeOf('p', p).schema.newClasses(p.scores), ts);
  return { catalogue, note };
};

describe('the catalogue', () => {
  it('tells names and types once, and again when they are new, older, or a minute later', () => {
    const { catalogue, note } = noting();
    note(event({ age: 1, on: true, city: 'BR', gone: null, v: [1, 2] }, { tags: { os: 'ios' } }), 1000);
    expect(told(catalogue.take())).toEqual([
      'class   1000-1000',
      'feature boolean on 1000-1000',
      'feature categorical city 1000-1000',
      'feature embedding v 1000-1000',
      'feature null gone 1000-1000',
      'feature numeric age 1000-1000',
      'tag  os 1000-1000',
      'version  v1 1000-1000',
    ]);
    expect(catalogue.take()).toEqual([]);
    note(event({ age: 2 }), 2000);
    expect(told(catalogue.take())).toEqual(['version  v1 1000-2000']);
    note(event({ age: 'old' }), 3000);
    expect(told(catalogue.take())).toEqual(['feature categorical age 3000-3000', 'version  v1 1000-3000']);
    note(event({ age: 2 }), 500);
    expect(told(catalogue.take())).toEqual([
      'class   500-3000',
      'feature numeric age 500-2000',
      'version  v1 500-3000',
    ]);
    note(event({ age: 2 }), 63_500);
    expect(told(catalogue.take())).toEqual([
      'class   500-63500',
      'feature numeric age 500-63500',
      'version  v1 500-63500',
    ]);
    catalogue.forget('p', 'm');
    note(event({ age: 2 }), 70_000);
    expect(catalogue.take()).toHaveLength(3);
  });

  it('keeps names apart whatever they are, and versions, models and projects', () => {
    const { catalogue } = noting();
    const odd = event(JSON.parse('{"__proto__": 1, "constructor": "x", "a b": null, "a\\u0000b": true}'));
    for (const project of ['p', 'q']) catalogue.note(catalogue.shapeOf(project, odd), odd.class, [], 1);
    catalogue.note(catalogue.shapeOf('p', { ...odd, version: 'v2' }), odd.class, [], 2);
    const rows = catalogue.take();
    expect(rows.filter((r) => r.kind === 'version').map((r) => `${r.project} ${r.version} ${r.first}`)).toEqual([
      'p v1 1',
      'q v1 1',
      'p v2 2',
    ]);
    expect(
      rows
        .filter((r) => r.project === 'q' && r.kind === 'feature')
        .map((r) => `${r.name}:${r.type}`)
        .sort(),
    ).toEqual(['__proto__:numeric', 'a\u0000b:boolean', 'a b:null', 'constructor:categorical'].sort());
  });

  it('tells of classes that had a score once, and of those that were chosen again', () => {
    const { catalogue, note } = noting();
    const scored = (scores: Record<string, number>) => event({}, { prediction: { scores } });
    const classes = () => told(catalogue.take().filter((r) => r.kind === 'class'));
    note(scored({ a: 0.7, b: 0.2, c: 0.1 }), 1000);
    expect(classes()).toEqual(['class  a 1000-1000', 'class  b 1000-1000', 'class  c 1000-1000']);
    note(scored({ a: 0.1, b: 0.9, d: 0 }), 100_000);
    expect(classes()).toEqual(['class  b 1000-100000', 'class  d 100000-100000']);
  });

  it('tells again what could not be told, and what was under way when its model was forgotten', () => {
    const { catalogue, note } = noting();
    note(event({ a: 1 }), 1000);
    const first = catalogue.take();
    catalogue.putBack(first);
    expect(catalogue.take()).toEqual(first);
    expect(catalogue.take()).toEqual([]);
    const p = event({ b: 1 });
    const shape = catalogue.shapeOf('p', p);
    catalogue.forget('p', 'm');
    catalogue.note(shape, p.class, [], 2000);
    expect(told(catalogue.take())).toContain('feature numeric b 2000-2000');
    note(event({ a: 1 }), 3000);
    expect(told(catalogue.take())).toContain('feature numeric a 3000-3000');
  });

  it('tells exactly what was noted, in any order and however often it is asked', () => {
    const value = fc.constantFrom<unknown>(1, 'x', true, null, [1]);
    const events = fc.array(
      fc.record({
        features: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value),
        ts: fc.nat(200_000),
        take: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(events, (list) => {
        const { catalogue, note } = noting();
        const rows: CatalogueRow[] = [];
        const expected = new Map<string, number>();
        for (const { features, ts, take } of list) {
          const p = event(features);
          note(p, ts);
          for (const [i, name] of p.features.names.entries()) {
            const v = p.features.values[i];
            const type =
              v === null
                ? 'null'
                : Array.isArray(v)
                  ? 'embedding'
                  : typeof v === 'number'
                    ? 'numeric'
                    : v === 'true'
                      ? 'boolean'
                      : 'categorical';
            const key = `${name} ${type}`;
            expected.set(key, Math.min(ts, expected.get(key) ?? Number.POSITIVE_INFINITY));
          }
          if (take) rows.push(...catalogue.take());
        }
        rows.push(...catalogue.take());
        const found = new Map<string, number>();
        for (const r of rows.filter((x) => x.kind === 'feature'))
          found.set(
            `${r.name} ${r.type}`,
            Math.min(r.first, found.get(`${r.name} ${r.type}`) ?? Number.POSITIVE_INFINITY),
          );
        expect(found).toEqual(expected);
      }),
    );
  });
});
