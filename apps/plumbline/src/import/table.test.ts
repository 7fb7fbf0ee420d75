import { planColumns } from '@plumbline/tables';
import { describe, expect, it } from 'vitest';
import type { Row } from './rows.js';
import { csvRows, planFor, rowOf, type TableRules } from './table.js';

const notes: string[] = [];
const rules = (more: Partial<TableRules> = {}): TableRules => ({
  name: 'a.csv',
  kind: 'predictions',
  model: 'm',
  note: (text) => notes.push(text),
  ...more,
});

describe('a table', () => {
  it.each<[TableRules['kind'], string[], RegExp]>([
    ['predictions', ['order', 'score'], /no column for prediction_id.*order, score.*--map/],
    ['predictions', ['prediction_id', 'age'], /no column for the prediction/],
    ['outcomes', ['prediction_id', 'y'], /no column for label/],
    ['outcomes', ['label'], /no column for prediction_id/],
    ['reference', ['age', 'label'], /no column for any feature/],
  ])('of %s with %j is refused before anything is sent', (kind, names, message) => {
    expect(() => planFor(names, rules({ kind }))).toThrow(message);
  });

  it('says what it does not use', () => {
    notes.length = 0;
    planFor(['prediction_id', 'score', 'age'], rules());
    planFor(['prediction_id', 'score', 'feature.age', 'x'], rules());
    planFor(['prediction_id', 'label', 'x'], rules({ kind: 'outcomes' }));
    expect(notes).toEqual([expect.stringMatching(/has no features/), 'columns that are not used: x']);
  });

  it('is read behind the rows that are done; the header is none', async () => {
    async function* portions() {
      yield [
        { line: 1, cells: ['prediction_id', 'score'] },
        { line: 2, cells: ['a', '0.1'] },
      ];
      yield [
        { line: 3, cells: ['b', '0.2'] },
        { line: 4, cells: ['c'] },
      ];
    }
    const rows: Row[] = [];
    for await (const portion of csvRows(portions(), rules({ skip: 1 }))) rows.push(...portion);
    expect(rows).toEqual([
      { line: 3, text: '{"model":"m","prediction_id":"b","features":{},"tags":{},"prediction":{"score":0.2}}' },
      { line: 4, text: '["c"]', refusal: { code: 'bad_row', message: 'The row has 1 cells, the header 2.' } },
    ]);
  });
});

describe('a row', () => {
  const row = (kind: TableRules['kind'], record: Record<string, unknown>) =>
    rowOf(
      { line: 7, cells: Object.values(record) },
      planColumns(Object.keys(record)),
      rules({ kind }),
      Object.keys(record).length,
    );
  const record = { prediction_id: 'a', 'feature.x': 1, score: 0.5, label: '1.0', prediction_ts: 1767225600000 };

  it('is a prediction, an outcome or a row of a reference', () => {
    expect(JSON.parse(row('predictions', record).text)).toEqual({
      model: 'm',
      prediction_id: 'a',
      features: { x: 1 },
      tags: {},
      prediction: { score: 0.5 },
    });
    expect(JSON.parse(row('outcomes', record).text)).toEqual({
      model: 'm',
      prediction_id: 'a',
      label: '1',
      prediction_ts: 1767225600000,
    });
    expect(JSON.parse(row('reference', record).text)).toMatchObject({ label: '1', features: { x: 1 } });
  });

  it('without a label is no outcome yet', () => {
    expect(row('outcomes', { ...record, label: '' })).toEqual({ line: 7, text: '', empty: true });
  });

  it('with infinity is refused here, because JSON would make it a missing value', () => {
    expect(row('predictions', { ...record, 'feature.x': Number.NEGATIVE_INFINITY }).refusal).toEqual({
      code: 'value_not_finite',
      message: 'features.x is not finite.',
    });
  });
});
