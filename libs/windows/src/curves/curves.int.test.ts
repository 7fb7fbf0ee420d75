import { curvesQuestion } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
import { prCurve, rankingStats, reliability, residuals, rocCurve } from '@plumbline/stats';
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
import { type Counted, countedSql } from './counted.js';
import { curves } from './curves.js';
import { drawCalibration, drawPrecisionRecall, drawResiduals, drawRoc } from './draw.js';

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
const ask = (model: ModelContext, over: object = {}) =>
  curves(stores.store, model, curvesQuestion.parse({ ...week, ...over }), clock.now());
const metricsOf = async (model: ModelContext, metrics?: string[]) => {
  const [window] = await performance(
    stores.store,
    model,
    { ...week, filters: [], group_by: [], min_labels: 0, granularity: 'all', metrics },
    clock.now(),
  );
  return window!;
};
const send = (rows: { prediction: object; label?: unknown; version?: string }[]) =>
  sender.store(
    projectId,
    rows.map(({ prediction, version }, i) => predictionEvent({ prediction_id: `r${i}`, prediction, version })),
    rows.flatMap(({ label }, i) => (label === undefined ? [] : [outcomeEvent({ prediction_id: `r${i}`, label })])),
  );
/** Scores with many ties, more positives the higher; every tenth without label. */
const scored = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const score = ((i * 37) % 101) / 100;
    return {
      score,
      label: i % 10 === 9 ? undefined : Number(((i * 53) % 97) / 97 < score * score),
    };
  });

describe('of a binary classifier', () => {
  it('say what the metrics say', async () => {
    const model = await declare({ task: 'binary', classes: ['0', '1'], positive_class: '1', decision_threshold: 0.6 });
    const rows = scored(500);
    await send(rows.map(({ score, label }) => ({ prediction: { score }, label })));
    const drawn = await ask(model);
    const { metrics, predictions, labelled } = await metricsOf(model);
    const value = (name: string) => metrics[name]!.value!;
    expect([drawn.n, drawn.labelled, drawn.exact]).toEqual([predictions, labelled, true]);
    expect(drawn.roc!.auc).toBeCloseTo(value('roc_auc'), 9);
    expect(drawn.precision_recall!.average_precision).toBeCloseTo(value('average_precision'), 9);
    expect(drawn.precision_recall!.base_rate).toBeCloseTo(value('base_rate'), 9);
    expect(drawn.calibration!.ece).toBeCloseTo(value('ece'), 9);
    expect(drawn.confusion).toEqual({
      classes: ['0', '1'],
      counts: [
        [value('tn'), value('fp')],
        [value('fn'), value('tp')],
      ],
      folded: 0,
    });
    expect(drawn.residuals).toBeUndefined();
    // And the same points as the pure functions give.
    const bins = rows
      .filter((r) => r.label !== undefined)
      .map((r) => ({ score: r.score, positives: r.label!, negatives: 1 - r.label! }));
    const points = rocCurve(bins)!.points.map(({ x, y, score }, i) => ({
      threshold: i === 0 ? null : score,
      fpr: x,
      tpr: y,
    }));
    expect(drawn.roc!.points).toEqual(points);
    expect(drawn.precision_recall!.points).toHaveLength(prCurve(bins)!.points.length);
    expect(drawn.calibration!.bins.map((b) => [b.from, b.to, b.n])).toEqual(
      reliability(bins).bins.map((b) => [
        Math.min(9, Math.floor(10 * b.low)) / 10,
        (Math.min(9, Math.floor(10 * b.low)) + 1) / 10,
        b.n,
      ]),
    );
    const eight = await ask(model, { kinds: ['calibration'], bins: { kind: 'quantile', count: 8 } });
    expect(eight.calibration!.bins).toHaveLength(8);
    expect(eight.roc).toBeUndefined();
  });

  it.each([
    ['no labels', [{ score: 0.2 }, { score: 0.3 }], { auc: null, ap: null, base: null, ece: null }],
    [
      'one class',
      [
        { score: 0.25, label: 1 },
        { score: 0.75, label: 1 },
      ],
      { auc: null, ap: 1, base: 1, ece: 0.5 },
    ],
    ['no positives', [{ score: 0.25, label: 0 }], { auc: null, ap: null, base: 0, ece: 0.25 }],
    [
      'one score',
      [
        { score: 0.5, label: 1 },
        { score: 0.5, label: 0 },
      ],
      { auc: 0.5, ap: 0.5, base: 0.5, ece: 0 },
    ],
    ['no scores', [{ class: '1', label: 1 }], { auc: null, ap: null, base: null, ece: null }],
    ['nothing', [], { auc: null, ap: null, base: null, ece: null }],
  ])('are sane with %s', async (_, rows: { score?: number; class?: string; label?: number }[], expected) => {
    const model = await declare({ task: 'binary' });
    if (rows.length > 0) await send(rows.map(({ label, ...prediction }) => ({ prediction, label })));
    const drawn = await ask(model);
    expect({
      auc: drawn.roc!.auc,
      ap: drawn.precision_recall!.average_precision,
      base: drawn.precision_recall!.base_rate,
      ece: drawn.calibration!.ece,
    }).toEqual(expected);
    expect(drawn.n).toBe(rows.length);
    expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
  });
});

describe('of many distinct scores', () => {
  const rows = Array.from({ length: 4000 }, (_, i) => {
    const score = ((i * 1103) % 3989) / 3989;
    return { score, yes: ((i * 733) % 1009) / 1009 < score };
  });
  const read = (distinctMax?: number, fineBins?: number) =>
    stores.store.query<Counted>(
      countedSql(
        'SELECT r.1 AS v, r.2 AS y FROM (SELECT arrayJoin({rows:Array(Tuple(Float64, Bool))}) AS r)',
        10,
        distinctMax,
        fineBins,
      ),
      {
        rows: rows
          .map((r) => `(${r.score},${r.yes})`)
          .join(',')
          .replace(/^/, '[')
          .replace(/$/, ']'),
      },
    );

  it('fine bins keep the areas and the calibration, and few of them are read', async () => {
    const { sumV, pos, ap } = rankingStats(
      rows.map((r) => r.score),
      rows.map((r) => r.yes),
    );
    const [all, few] = [await read(), await read(100, 50)];
    expect(all).toHaveLength(3989);
    expect(few.length).toBeGreaterThanOrEqual(50);
    expect(few.length).toBeLessThanOrEqual(60);
    const calibration = { kind: 'equal_width', count: 10 } as const;
    for (const counted of [all, few]) {
      expect(drawRoc(counted).auc).toBeCloseTo(sumV / pos, 9);
      expect(drawPrecisionRecall(counted).average_precision).toBeCloseTo(ap!, 9);
    }
    expect(drawCalibration(few, calibration).ece).toBeCloseTo(drawCalibration(all, calibration).ece!, 9);
    expect(drawCalibration(few, calibration).bins.map((b) => b.n)).toEqual(
      drawCalibration(all, calibration).bins.map((b) => b.n),
    );
    const [exact, coarse] = [drawResiduals(all), drawResiduals(few)];
    expect(coarse.mean).toBeCloseTo(exact.mean!, 9);
    expect(Math.abs(coarse.quantiles['0.5']! - exact.quantiles['0.5']!)).toBeLessThan(0.02);
  });
});

describe('of many classes', () => {
  const classes = ['a', 'b', 'c'];
  const rows = Array.from({ length: 300 }, (_, i) => {
    const weights = classes.map((_, k) => 1 + ((i * (k + 3) * 17) % 23));
    const sum = weights.reduce((x, y) => x + y, 0);
    const scores = Object.fromEntries(classes.map((c, k) => [c, weights[k]! / sum]));
    return { prediction: { scores }, label: classes[i % 5 < 2 ? i % 3 : weights.indexOf(Math.max(...weights))] };
  });

  it('one against all others says what the metrics of the class say', async () => {
    const model = await declare({ task: 'multiclass', classes });
    await send(rows);
    const window = await metricsOf(model, ['ece', 'roc_auc:b', 'confusion']);
    const all = await ask(model);
    expect(all.roc).toBeUndefined();
    expect(all.calibration!.ece).toBeCloseTo(window.metrics.ece!.value!, 9);
    expect(all.confusion).toEqual({ ...window.confusion, folded: 0 });
    const one = await ask(model, { class: 'b', kinds: ['roc', 'precision_recall', 'calibration'] });
    expect(one.roc!.auc).toBeCloseTo(window.metrics['roc_auc:b']!.value!, 9);
    expect(one.precision_recall!.base_rate).toBeCloseTo(rows.filter((r) => r.label === 'b').length / 300, 9);
    expect(one.confusion).toBeUndefined();
    await expect(ask(model, { kinds: ['roc'] })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('keep the most frequent and fold the others, no row lost', async () => {
    const model = await declare({ task: 'multiclass' });
    await send(
      Array.from({ length: 600 }, (_, i) => ({
        prediction: { class: `c${i % 300}` },
        label: i < 300 ? `c${i % 300}` : `c${i % 7}`,
      })),
    );
    const { confusion } = await ask(model);
    expect(confusion!.classes).toHaveLength(200);
    expect([confusion!.classes[0]?.slice(0, 1), confusion!.classes.at(-1), confusion!.folded]).toEqual([
      'c',
      'other',
      101,
    ]);
    expect(confusion!.counts.flat().reduce((a, b) => a + b, 0)).toBe(600);
    const small = await ask(model, { classes_max: 4 });
    expect(small.confusion!.classes).toHaveLength(4);
    expect(small.confusion!.counts.flat().reduce((a, b) => a + b, 0)).toBe(600);
  });
});

describe('of a regression', () => {
  it('are the residuals of the rows, and the actual value by the predicted one', async () => {
    const model = await declare({ task: 'regression' });
    const rows = Array.from({ length: 400 }, (_, i) => ({
      value: 100 + (i % 40),
      label: 100 + (i % 40) + ((i * 7) % 11) - 4,
    }));
    await send(rows.map(({ value, label }) => ({ prediction: { value }, label })));
    const { residuals: drawn } = await ask(model);
    const { metrics } = await metricsOf(model);
    expect(drawn!.n).toBe(400);
    expect(drawn!.mean).toBeCloseTo(metrics.bias!.value!, 9);
    const errors = rows.map((r) => r.value - r.label).sort((a, b) => a - b);
    const want = residuals({ values: errors, counts: errors.map(() => 1) })!;
    expect(drawn!.quantiles).toEqual(want.quantiles);
    expect(drawn!.histogram).toEqual({ edges: want.edges, counts: want.counts });
    expect(drawn!.histogram.counts.reduce((a, b) => a + b, 0)).toBe(400);
    const bins = drawn!.predicted_vs_actual;
    expect(bins).toHaveLength(20);
    expect(bins.reduce((sum, b) => sum + b.n, 0)).toBe(400);
    const first = rows.filter((r) => r.value <= bins[0]!.to);
    expect(bins[0]).toMatchObject({ n: first.length, from: 100, to: 101 });
    expect(bins[0]!.mean_predicted).toBeCloseTo(100.5, 9);
    expect(bins[0]!.mean_actual).toBeCloseTo(first.reduce((s, r) => s + r.label, 0) / first.length, 9);
    expect(bins[0]!.low!).toBeLessThan(bins[0]!.mean_actual);
    const wide = await ask(model, { bins: { kind: 'equal_width', count: 4 } });
    expect(wide.residuals!.predicted_vs_actual.map((b) => [b.from, b.to])).toEqual([
      [100, 109],
      [110, 119],
      [120, 129],
      [130, 139],
    ]);
  });

  it('are sane with nothing, one row and constants', async () => {
    const model = await declare({ task: 'regression' });
    expect((await ask(model)).residuals).toEqual({
      n: 0,
      mean: null,
      std: null,
      quantiles: {},
      histogram: { edges: [], counts: [] },
      predicted_vs_actual: [],
    });
    await send([{ prediction: { value: 5 }, label: 4 }]);
    const one = (await ask(model)).residuals!;
    expect(one).toMatchObject({ n: 1, mean: 1, histogram: { edges: [], counts: [1] } });
    expect(one.predicted_vs_actual).toEqual([
      { from: 5, to: 5, n: 1, mean_predicted: 5, mean_actual: 4, low: null, high: null },
    ]);
    await expect(ask(model, { kinds: ['roc'] })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
