import { type CompareAnswer, compareQuestion } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import {
  binaryLogLoss,
  binaryStatsFromRows,
  deriveBinary,
  deriveMulticlass,
  deriveRegression,
  multiclassStatsFromRows,
  pairedClasses,
  pairedDelong,
  pairedMeans,
  pairedPlacements,
  pairedRmse,
  regressionStatsFromRows,
} from '@plumbline/stats';
import {
  DAY_MS,
  freshProject,
  MONDAY_MS,
  manualClock,
  openSender,
  openStores,
  outcomeEvent,
  predictionEvent,
  type Sender,
  type Stores,
} from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { performance } from '../performance/performance.js';
import { compareVersions } from './compare.js';

const clock = manualClock(MONDAY_MS + 60 * DAY_MS);
let stores: Stores;
let sender: Sender;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  projectId = await freshProject(stores);
});

const week = { from: MONDAY_MS, to: MONDAY_MS + 7 * DAY_MS };
const declare = async (body: Parameters<typeof putModel>[3]): Promise<ModelContext> => {
  await putModel(stores.control.db, projectId, 'fraud', body);
  return getModel(stores.control.db, projectId, 'fraud');
};
const ask = (model: ModelContext, a: string, b: string, over: object = {}) =>
  compareVersions(
    stores.store,
    model,
    compareQuestion.parse({ ...week, a: { version: a }, b: { version: b }, ...over }),
    clock.now(),
  );

/** Rows that A and B predicted, and some that only one of them did. */
type Row = { id: string; a?: object; b?: object; label?: unknown; tags?: object };
const send = (rows: readonly Row[]) =>
  sender.store(
    projectId,
    (['a', 'b'] as const).flatMap((version) =>
      rows.flatMap(({ id, tags, [version]: prediction }) =>
        prediction ? [predictionEvent({ prediction_id: id, version, prediction, tags: tags ?? {} })] : [],
      ),
    ),
    rows.flatMap(({ id, label }) => (label === undefined ? [] : [outcomeEvent({ prediction_id: id, label })])),
  );
const expectClose = (got: CompareAnswer['metrics'][string] | undefined, want: Partial<Record<string, object>>) => {
  const { a, b, difference, p_value: p } = got!;
  const found: Record<string, Record<string, number | null>> = { a, b, difference: { ...difference, p } };
  for (const [part, numbers] of Object.entries(want))
    for (const [name, value] of Object.entries<number | null>(numbers as Record<string, number | null>)) {
      if (value === null) expect(found[part]![name], `${part}.${name}`).toBeNull();
      else expect(found[part]![name], `${part}.${name}`).toBeCloseTo(value, 9);
    }
};
const flipped = (answer: CompareAnswer) =>
  Object.fromEntries(
    Object.entries(answer.metrics).map(([m, { a, b, difference: d, p_value }]) => [
      m,
      {
        a: b,
        b: a,
        difference: {
          value: d.value === null ? null : -d.value,
          low: d.high === null ? null : -d.high,
          high: d.low === null ? null : -d.low,
        },
        p: p_value,
      },
    ]),
  );

const binaryRows = Array.from({ length: 420 }, (_, i) => {
  const truth = ((i * 37) % 101) / 100;
  return {
    id: `r${i}`,
    scoreA: Math.round(50 * (0.7 * truth + (0.3 * ((i * 59) % 89)) / 89)) / 50,
    scoreB: Math.round(20 * (0.4 * truth + (0.6 * ((i * 71) % 97)) / 97)) / 20,
    label: Number(((i * 53) % 97) / 97 < truth),
    part: i % 3 === 0 ? 'x' : 'y',
  };
});
const sentBinary = (): Row[] => [
  ...binaryRows.map((r) => ({
    id: r.id,
    a: { score: r.scoreA },
    b: { score: r.scoreB },
    label: r.label,
    tags: { part: r.part },
  })),
  { id: 'late', a: { score: 0.4 }, b: { score: 0.6 } },
  { id: 'a1', a: { score: 0.9 }, label: 0 },
  { id: 'a2', a: { score: 0.9 } },
  { id: 'b1', b: { score: 0.1 }, label: 1 },
];

describe('two binary classifiers on the same rows', () => {
  let model: ModelContext;
  beforeEach(async () => {
    model = await declare({ task: 'binary', classes: ['0', '1'], positive_class: '1' });
    await send(sentBinary());
  });

  const want = (rows: typeof binaryRows) => {
    const side = (s: 'scoreA' | 'scoreB') =>
      deriveBinary(
        binaryStatsFromRows(rows.map((r) => ({ label: r.label === 1, score: r[s], predicted: r[s] >= 0.5 }))),
      );
    const mean = (loss: (score: number, label: number) => number) => {
      const d = rows.map((r) => loss(r.scoreA, r.label) - loss(r.scoreB, r.label));
      return pairedMeans({
        n: rows.length,
        sumDifference: d.reduce((x, y) => x + y, 0),
        sumSquaredDifference: d.reduce((x, y) => x + y * y, 0),
      });
    };
    const text = (yes: boolean) => (yes ? '1' : '0');
    const differences = {
      ...pairedClasses(
        rows.map((r) => ({ label: String(r.label), a: text(r.scoreA >= 0.5), b: text(r.scoreB >= 0.5), count: 1 })),
        '1',
      ),
      roc_auc: pairedDelong(pairedPlacements(rows.map((r) => ({ label: r.label === 1, a: r.scoreA, b: r.scoreB })))),
      log_loss: mean((s, y) => binaryLogLoss(s, y === 1)),
      brier: mean((s, y) => (s - y) ** 2),
    };
    return { a: side('scoreA'), b: side('scoreB'), differences };
  };

  it('is what the pure functions say of the pairs', async () => {
    const answer = await ask(model, 'a', 'b');
    expect(answer).toMatchObject({
      paired: true,
      rows: 420,
      shared: 421,
      only_a: 2,
      only_b: 1,
      a: { version: 'a', predictions: 423, labelled: 421 },
      b: { version: 'b', predictions: 422, labelled: 421 },
    });
    const { a, b, differences } = want(binaryRows);
    const names = Object.keys(answer.metrics);
    expect(names).toEqual([
      'roc_auc',
      'accuracy',
      'precision',
      'recall',
      'f1',
      'specificity',
      'mcc',
      'log_loss',
      'brier',
    ]);
    for (const m of names as (keyof typeof differences & keyof typeof a)[])
      expectClose(answer.metrics[m], { a: a[m], b: b[m], difference: differences[m]! });
    expect(answer.metrics.roc_auc!.difference.low!).toBeGreaterThan(0);
  });

  it('of a slice as well, and only the metrics asked for', async () => {
    const filters = [{ field: 'tags.part', op: 'eq', value: 'x' }];
    const answer = await ask(model, 'a', 'b', { filters, metrics: ['brier', 'roc_auc'] });
    const rows = binaryRows.filter((r) => r.part === 'x');
    expect(answer.rows).toBe(rows.length);
    expect(Object.keys(answer.metrics)).toEqual(['brier', 'roc_auc']);
    const { a, b, differences } = want(rows);
    expectClose(answer.metrics.roc_auc, { a: a.roc_auc, b: b.roc_auc, difference: differences.roc_auc });
    expectClose(answer.metrics.brier, { a: a.brier, b: b.brier, difference: differences.brier });
  });

  it('swapping them flips the signs; one against itself is no difference', async () => {
    const [there, back] = [await ask(model, 'a', 'b'), await ask(model, 'b', 'a')];
    for (const [m, { p, ...parts }] of Object.entries(flipped(there)))
      expectClose(back.metrics[m], { ...parts, difference: { ...parts.difference, p } });
    expect([back.only_a, back.only_b]).toEqual([there.only_b, there.only_a]);
    const itself = await ask(model, 'a', 'a');
    expect(itself).toMatchObject({ paired: true, rows: 421, only_a: 0, only_b: 0 });
    for (const [name, { a, b, difference, p_value }] of Object.entries(itself.metrics)) {
      expect([difference.value, p_value], name).toEqual([0, 1]);
      expect(a).toEqual(b);
    }
  });

  it('on request as two samples', async () => {
    const answer = await ask(model, 'a', 'b', { paired: false, metrics: ['roc_auc', 'accuracy'] });
    expect(answer).toMatchObject({ paired: false, rows: 0, shared: 421 });
    const paired = await ask(model, 'a', 'b', { metrics: ['roc_auc', 'accuracy'] });
    const width = (x: CompareAnswer) => x.metrics.roc_auc!.difference.high! - x.metrics.roc_auc!.difference.low!;
    expect(width(answer)).toBeGreaterThan(width(paired));
  });

  it('says nothing about too few rows, and what it cannot compare', async () => {
    const few = await ask(model, 'a', 'b', { min_labels: 421 });
    expect(few).toMatchObject({ paired: true, rows: 420 });
    expect(few.metrics.accuracy).toEqual({
      a: { value: null, low: null, high: null },
      b: { value: null, low: null, high: null },
      difference: { value: null, low: null, high: null },
      p_value: null,
    });
    const nobody = await ask(model, 'a', 'gone');
    expect(nobody).toMatchObject({ paired: false, only_a: 423, only_b: 0, b: { predictions: 0, labelled: 0 } });
    expect(nobody.metrics.roc_auc).toMatchObject({ b: { value: null }, difference: { value: null }, p_value: null });
    await expect(ask(model, 'a', 'b', { metrics: ['mae'] })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('two versions of which one gives classes only', () => {
  it('are compared on what both have', async () => {
    const model = await declare({ task: 'binary' });
    await send(
      binaryRows.map((r, i) => ({
        id: r.id,
        a: { score: r.scoreA },
        b: i < 60 ? { score: r.scoreB } : { class: r.scoreB >= 0.5 ? '1' : '0' },
        label: r.label,
      })),
    );
    const { rows, metrics } = await ask(model, 'a', 'b');
    const both = binaryRows.slice(0, 60);
    const scored = both.map((r) => ({ label: r.label === 1, a: r.scoreA, b: r.scoreB }));
    const text = (yes: boolean) => (yes ? '1' : '0');
    const cells = binaryRows.map((r) => ({
      label: String(r.label),
      a: text(r.scoreA >= 0.5),
      b: text(r.scoreB >= 0.5),
      count: 1,
    }));
    const brier = both.map((r) => (r.scoreA - r.label) ** 2 - (r.scoreB - r.label) ** 2);
    expect(rows).toBe(420);
    expectClose(metrics.accuracy, { difference: pairedClasses(cells, '1').accuracy! });
    expectClose(metrics.roc_auc, { difference: pairedDelong(pairedPlacements(scored)) });
    expectClose(metrics.brier, {
      difference: pairedMeans({
        n: 60,
        sumDifference: brier.reduce((x, y) => x + y, 0),
        sumSquaredDifference: brier.reduce((x, y) => x + y * y, 0),
      }),
    });
  });
});

describe('two versions that share no prediction', () => {
  it('are two samples, each as its own metrics say', async () => {
    const model = await declare({ task: 'binary' });
    await send(
      binaryRows.map((r, i) => ({
        id: r.id,
        ...(i % 2 === 0 ? { a: { score: r.scoreA } } : { b: { score: r.scoreB } }),
        label: r.label,
      })),
    );
    const answer = await ask(model, 'a', 'b');
    expect(answer).toMatchObject({ paired: false, rows: 0, shared: 0, only_a: 210, only_b: 210 });
    const windows = await performance(
      stores.store,
      model,
      { ...week, filters: [], group_by: ['version'], min_labels: 30, granularity: 'all' },
      clock.now(),
    );
    for (const [name, { a, b, difference }] of Object.entries(answer.metrics)) {
      expectClose(answer.metrics[name], {
        a: { value: windows[0]!.metrics[name]!.value },
        b: { value: windows[1]!.metrics[name]!.value },
      });
      expect(difference.value).toBeCloseTo(a.value! - b.value!, 12);
      const certain = difference.low! > 0 || difference.high! < 0;
      expect(answer.metrics[name]!.p_value! < 0.05, name).toBe(certain);
    }
  });
});

describe('two classifiers of several classes', () => {
  it('is what the pure functions say of the pairs', async () => {
    const classes = ['x', 'y', 'z'];
    const model = await declare({ task: 'multiclass', classes });
    const rows = Array.from({ length: 240 }, (_, i) => {
      const scores = (k: number) => {
        const w = classes.map((_, c) => 1 + ((i * (c + k) * 13) % 19));
        const sum = w.reduce((p, q) => p + q, 0);
        return { probabilities: Object.fromEntries(classes.map((c, j) => [c, w[j]! / sum])), w };
      };
      const [a, b] = [scores(2), scores(3)];
      const best = (w: number[]) => classes[w.indexOf(Math.max(...w))]!;
      return {
        id: `m${i}`,
        a,
        b,
        saysA: best(a.w),
        saysB: best(b.w),
        label: i % 4 === 0 ? classes[i % 3]! : best(a.w),
      };
    });
    await send(
      rows.map((r) => ({
        id: r.id,
        a: { scores: r.a.probabilities, class: r.saysA },
        b: { scores: r.b.probabilities, class: r.saysB },
        label: r.label,
      })),
    );
    const answer = await ask(model, 'a', 'b');
    const side = (s: 'a' | 'b') =>
      deriveMulticlass(
        multiclassStatsFromRows(
          rows.map((r) => ({ label: r.label, predicted: s === 'a' ? r.saysA : r.saysB, scores: r[s].probabilities })),
          classes,
        ),
      );
    const [a, b] = [side('a'), side('b')];
    const differences = pairedClasses(rows.map((r) => ({ label: r.label, a: r.saysA, b: r.saysB, count: 1 })));
    for (const m of ['accuracy', 'f1_macro', 'f1_weighted', 'precision_macro', 'recall_macro'])
      expectClose(answer.metrics[m], { a: a[m]!, b: b[m]!, difference: differences[m]! });
    const d = rows.map((r) => Math.log(r.b.probabilities[r.label]!) - Math.log(r.a.probabilities[r.label]!));
    expectClose(answer.metrics.log_loss, {
      a: a.log_loss!,
      b: b.log_loss!,
      difference: pairedMeans({
        n: 240,
        sumDifference: d.reduce((x, y) => x + y, 0),
        sumSquaredDifference: d.reduce((x, y) => x + y * y, 0),
      }),
    });
    const itself = await ask(model, 'b', 'b');
    for (const { difference } of Object.values(itself.metrics)) expect(difference.value).toBe(0);
  });

  it('with very many classes says what needs no matrix', async () => {
    const model = await declare({ task: 'multiclass' });
    await send(
      Array.from({ length: 300 }, (_, i) => ({
        id: `w${i}`,
        a: { class: `c${i % 250}` },
        b: { class: `c${(i + (i % 3 === 0 ? 1 : 0)) % 250}` },
        label: `c${i % 250}`,
      })),
    );
    const { metrics } = await ask(model, 'a', 'b');
    expect(metrics.accuracy).toMatchObject({ a: { value: 1 }, difference: { value: expect.closeTo(1 / 3, 9) } });
    expect(metrics.f1_macro).toMatchObject({ a: { value: null }, difference: { value: null }, p_value: null });
    expect(metrics.log_loss).toMatchObject({ a: { value: null }, difference: { value: null } });
  });
});

describe('two regressions', () => {
  it('is what the pure functions say of the pairs', async () => {
    const model = await declare({ task: 'regression' });
    const rows = Array.from({ length: 200 }, (_, i) => ({
      id: `v${i}`,
      label: 50 + ((i * 7) % 31),
      a: 50 + ((i * 7) % 31) + (((i * 11) % 17) - 8) / 3,
      b: 51 + ((i * 7) % 31) + (((i * 5) % 13) - 6) / 2,
    }));
    await send([
      ...rows.map((r) => ({ id: r.id, a: { value: r.a }, b: { value: r.b }, label: r.label })),
      { id: 'words', a: { value: 1 }, b: { value: 2 }, label: 'unknown' },
    ]);
    const answer = await ask(model, 'a', 'b');
    const side = (s: 'a' | 'b') =>
      deriveRegression(regressionStatsFromRows(rows.map((r) => ({ label: r.label, predicted: r[s] }))));
    const e = rows.map((r) => [r.a - r.label, r.b - r.label] as const);
    const sum = (f: (a: number, b: number) => number) => e.reduce((total, [a, b]) => total + f(a, b), 0);
    const mean = (loss: (x: number) => number) =>
      pairedMeans({
        n: 200,
        sumDifference: sum((a, b) => loss(a) - loss(b)),
        sumSquaredDifference: sum((a, b) => (loss(a) - loss(b)) ** 2),
      });
    const differences = {
      mae: mean(Math.abs),
      mse: mean((x) => x * x),
      bias: mean((x) => x),
      rmse: pairedRmse({
        n: 200,
        sumA: sum((a) => a * a),
        sumB: sum((_, b) => b * b),
        sumA2: sum((a) => a ** 4),
        sumB2: sum((_, b) => b ** 4),
        sumAB: sum((a, b) => a * a * b * b),
      }),
    };
    for (const m of ['mae', 'mse', 'bias', 'rmse'] as const)
      expectClose(answer.metrics[m], { a: side('a')[m], b: side('b')[m], difference: differences[m] });
    const itself = await ask(model, 'a', 'a');
    for (const { difference } of Object.values(itself.metrics)) expect(difference.value).toBe(0);
  });
});
