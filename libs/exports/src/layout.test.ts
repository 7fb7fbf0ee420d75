import { describe, expect, it } from 'vitest';
import { layoutOf, type Seen } from './layout.js';

const seen: Seen = {
  nums: ['age', 'mixed'],
  cats: ['country', 'mixed'],
  nulls: ['gone'],
  vectors: ['vec'],
  tags: ['platform'],
  classes: [],
  score: true,
  class: false,
  value: false,
};
const model = { task: 'binary', features: {} };
const names = (asked?: string[]) => layoutOf(asked, seen, model).map((c) => c.name);

describe('the columns of a file', () => {
  it('are all there is, unless said otherwise', () => {
    expect(names()).toEqual([
      ...[
        'prediction_id',
        'ts',
        'version',
        'score',
        'class',
        'label',
        'label_source',
        'outcome_ts',
        'delay_ms',
        'error',
      ],
      ...[
        'latency_ms',
        'feature.age',
        'feature.country',
        'feature.gone',
        'feature.mixed',
        'feature.vec',
        'tag.platform',
      ],
    ]);
  });
  it('are those asked for, each once, in their order', () => {
    expect(names(['label', 'features.vec', 'features.*', 'label'])).toEqual([
      ...['label', 'feature.vec', 'feature.age', 'feature.country', 'feature.gone', 'feature.mixed'],
    ]);
  });
  it('have a type that all their values fit', () => {
    const types = Object.fromEntries(layoutOf(undefined, seen, model).map((c) => [c.name, c.type]));
    expect(types).toMatchObject({ ts: 'time', score: 'number', label: 'text', 'feature.age': 'number' });
    expect(types).toMatchObject({ 'feature.mixed': 'text', 'feature.vec': 'embedding', 'feature.gone': 'text' });
    expect(layoutOf(['label'], seen, { task: 'regression', features: {} })[0]?.type).toBe('number');
  });
});
