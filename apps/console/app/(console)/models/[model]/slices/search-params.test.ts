import {
  ATTRIBUTED,
  attributionQuestion as attributionSchema,
  exploreQuestion as exploreSchema,
  slicesQuestion as slicesSchema,
} from '@plumbline/contracts';
import { expect, it } from 'vitest';
import {
  attributionAsked,
  compareParam,
  exploreQuestion,
  isSmall,
  lossesOf,
  otherRange,
  parseCompare,
  parseExplore,
  slicesQuestion,
  suggestedField,
} from './search-params';

const binary = { task: 'binary' as const, primary_metric: 'roc_auc' };
const get = (query: Record<string, string>) => (key: string) => query[key] ?? null;
const range = { from: Date.parse('2026-05-10T00:00:00Z'), to: Date.parse('2026-05-20T00:00:00Z') };
const parse = (query: Record<string, string>) => parseExplore(get(query), binary);

it('shows the main metric by the field that suits where nothing is asked', () => {
  expect(parse({})).toEqual({
    filters: [],
    version: undefined,
    metric: 'roc_auc',
    by: null,
    by2: null,
    shape: 'bars',
    sort: null,
    bins: 'quantile',
    compare: { kind: 'none' },
    loss: 'error',
    depth: 3,
  });
});

it.each([
  { view: 'pie', sort: 'x', bins: '7', compare: 'then', loss: 'mae', depth: '9', by2: 'features.b', filters: '{' },
  { compare: '2026-05-02~2026-05-01', loss: 'volume', depth: '0', by: '', metric: '<script>' },
] as Record<string, string>[])('takes %o for nothing asked', (query) => {
  expect(parse(query)).toEqual(parse({}));
});

it('reads what was chosen, and makes questions that the server takes', () => {
  const query = {
    filters: '[{"field":"tags.c","op":"eq","value":"BR"}]',
    version: '=*',
    metric: 'accuracy',
    by: 'features.a',
    by2: 'tags.p',
    bins: 'equal_width',
    compare: 'before',
    loss: 'volume',
    depth: '2',
  };
  const asked = parse(query);
  expect(asked).toMatchObject({ version: '*', shape: 'matrix', bins: 'equal_width', loss: 'volume', depth: 2 });
  const explore = exploreQuestion(asked, range, ['features.a', 'tags.p']);
  expect(exploreSchema.parse(explore)).toMatchObject({
    metric: 'accuracy',
    version: '*',
    by: [
      { field: 'features.a', bins: { kind: 'equal_width', count: 6 } },
      { field: 'tags.p', bins: { kind: 'equal_width', count: 6 } },
    ],
    compare_with: { from: Date.parse('2026-04-30T00:00:00Z'), to: range.from },
  });
  expect(slicesSchema.parse(slicesQuestion(asked, range))).toMatchObject({
    loss: 'volume',
    max_predicates: 2,
    compare_with: { from: Date.parse('2026-04-30T00:00:00Z') },
  });
  expect(parse({ by: 'a', by2: 'a' }).by2).toBeNull();
  expect(parse({ by: 'a', by2: 'b', view: 'treemap' }).shape).toBe('treemap');
});

it('keeps what is compared in the URL', () => {
  for (const compare of [
    { kind: 'none' },
    { kind: 'before' },
    { kind: 'version', version: 'v:1~2' },
    { kind: 'range', from: range.from, to: range.to },
  ] as const)
    expect(parseCompare(compareParam(compare))).toEqual(compare);
  expect(parseCompare('2026-05-01~2026-05-03')).toMatchObject({ kind: 'range', from: Date.parse('2026-05-01') });
  const versions = exploreQuestion(parse({ compare: 'version:v1', version: 'v2' }), range, []);
  expect(exploreSchema.parse(versions)).toMatchObject({ version: 'v2', compare_with: { version: 'v1' } });
  expect(otherRange({ kind: 'version', version: 'v1' }, range)).toBeNull();
  expect(lossesOf('regression', { kind: 'none' })).toEqual(['absolute_error', 'squared_error']);
});

it('suggests the field of the worst slice that is not fixed yet', () => {
  const field = (name: string, importance: number | null = null) => ({ field: name, kind: 'feature', importance });
  const fields = [field('features.a'), field('features.b', 0.2), { ...field('version'), kind: 'version' }];
  const slice = (lift: number, ...names: string[]) => ({ lift, predicates: names.map((f) => ({ field: f })) });
  expect(suggestedField([slice(2, 'version', 'features.a')], fields, [])).toBe('features.a');
  const fixed = [{ field: 'features.a', op: 'eq' as const, value: 1 }];
  expect(suggestedField([slice(2, 'features.a')], fields, fixed)).toBe('features.b');
  expect(suggestedField([slice(0.9, 'features.a')], fields, [])).toBe('features.b');
  expect(suggestedField(undefined, [fields[2]!], [])).toBe('version');
  expect(suggestedField([], [], [])).toBeNull();
});

it('calls a slice small by its labels', () => {
  const rows = { predictions: 900, value: 1, low: 1, high: 1 };
  expect([isSmall({ ...rows, labelled: 29 }), isSmall({ ...rows, labelled: 30 })]).toEqual([true, false]);
});

it('takes a change apart where two ranges are compared, of every metric that can be', () => {
  expect(attributionAsked(parse({}), range, binary)).toBeNull();
  expect(attributionAsked(parse({ compare: 'version:v1' }), range, binary)).toBeNull();
  const asked = attributionAsked(parse({ compare: 'before' }), range, binary);
  expect(attributionSchema.parse(asked)).toMatchObject({ metric: 'roc_auc' });
  expect(asked?.compare_with).toEqual({ from: '2026-04-30T00:00:00.000Z', to: '2026-05-10T00:00:00.000Z' });
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const model = { task, primary_metric: ATTRIBUTED[task][0] };
    for (const metric of ATTRIBUTED[task]) {
      const explore = parseExplore(get({ compare: 'before', metric }), model);
      if (explore.metric === metric) expect(attributionAsked(explore, range, model), metric).not.toBeNull();
    }
  }
});
