import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import {
  compareDrift,
  compareMetrics,
  declare,
  expectClose,
  type GoldenSet,
  of,
  readOutcomes,
  readPredictions,
  readValues,
  uploadReference,
} from './golden.js';
import { Server } from './server.js';

/** Real streams through the front door; what comes out must be what scikit-learn and scipy say. */

const SETS: GoldenSet[] = ['bike', 'california', 'adult', 'car_loan', 'credit_card'];
const BINARY_TASKS = /^(california|adult|car_loan)$/;
const DRIFT_WINDOWS = 3;
/** Sets with golden estimates; the calibration is learned from all of the reference. */
const CBPE = /^(car_loan|credit_card)$/;
/** Sets with golden slices. */
const SLICES = /^(adult|bike)$/;
const BINARY_ESTIMATES = ['tp', 'fp', 'tn', 'fn', 'accuracy', 'precision', 'recall', 'specificity', 'f1', 'roc_auc'];
/** Expected cells are told for two classes only. */
const perClassRates = ({ per_class, ...rest }: Json): Json => ({
  ...rest,
  per_class: Object.fromEntries(
    Object.entries<Json>(per_class).map(([cls, { tp, fp, fn, tn, ...rates }]) => [cls, rates]),
  ),
});

/** A predicate as the golden file names it: bins by number, missing as 'null'. */
const binOf = (golden: Json, { field, op, value }: Json): string => {
  if (op === 'is_null') return 'null';
  if (op === 'eq') return value;
  const { min, width } = golden.numeric_ranges[field.slice('features.'.length)];
  return `bin${Math.round((value[0] - min) / width)}`;
};

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

describe.each(SETS)('%s through the API', (name) => {
  const whole = (w: Json, more: object = {}) => ({
    from: w.start,
    to: w.end,
    granularity: 'all',
    min_labels: 0,
    ...more,
  });
  const perClass = () =>
    name === 'credit_card'
      ? ['highstreet_card', 'prepaid_card', 'upmarket_card'].flatMap((c) =>
          ['precision', 'recall', 'f1', 'roc_auc'].map((m) => `${m}:${c}`),
        )
      : [];
  let metrics: string[] | undefined;

  it('takes reference, predictions and outcomes, and joins them', async () => {
    const predictions = of(name, readPredictions(name, 'predictions'));
    const outcomes = of(name, readOutcomes(name));
    await declare(client, name, name);
    const reference = await uploadReference(client, name, name);
    const golden = readValues<Json>('performance', name).reference_metrics;
    expect(reference).toMatchObject({ name: 'training', revision: 1, labelled: golden.n });
    for (const [metric, value] of Object.entries(reference.metrics))
      if (golden[metric] !== undefined) expectClose(value as number, golden[metric], `${name} reference ${metric}`);

    const sentPredictions = await client.predictions(predictions);
    expect(sentPredictions).toEqual({ accepted: predictions.length, duplicates: 0, rejected: [] });
    expect(await client.outcomes(outcomes)).toEqual({ accepted: outcomes.length, duplicates: 0, rejected: [] });
    expect(await client.joined(name, outcomes.length)).toMatchObject({
      joined: outcomes.length,
      pending: predictions.length - outcomes.length,
      orphaned: 0,
      duplicate: 0,
      corrected: 0,
    });
    if (name === 'credit_card')
      metrics = [
        ...perClass(),
        'accuracy',
        'f1_macro',
        'f1_micro',
        'f1_weighted',
        'precision_macro',
        'recall_macro',
        'roc_auc_ovr_macro',
        'log_loss',
        'ece',
        'confusion',
      ];
  });

  it('gives the golden performance of every window', async () => {
    for (const golden of readValues<Json>('performance', name).windows) {
      const { windows } = await client.ask(name, 'performance', whole(golden, { metrics }));
      expect(windows).toHaveLength(1);
      const [window] = windows;
      const where = `${name} ${golden.name}`;
      expect([window.predictions, window.labelled], where).toEqual([golden.predictions, golden.labelled]);
      expectClose(window.coverage, golden.coverage, `${where} coverage`);
      expect(compareMetrics(window.metrics, golden.metrics, where)).toBeGreaterThan(6);
      if (golden.metrics.confusion_rows_true_cols_predicted)
        expect(window.confusion.counts, where).toEqual(golden.metrics.confusion_rows_true_cols_predicted);
    }
  });

  it('gives what was known at earlier times', async () => {
    for (const { as_of, windows } of readValues<Json>('coverage', name).as_of) {
      for (const golden of windows) {
        const where = `${name} ${golden.name} as of ${as_of}`;
        const answer = await client.ask(name, 'performance', whole(golden, { metrics, as_of }));
        const [window] = answer.windows;
        expect([window.predictions, window.labelled], where).toEqual([golden.predictions, golden.labelled]);
        expectClose(window.coverage, golden.coverage, `${where} coverage`);
        if (golden.labelled > 0) compareMetrics(window.metrics, golden.metrics, where);
      }
    }
  });

  if (SLICES.test(name))
    it('gives the golden slices, and the rows that it says', async () => {
      const golden = readValues<Json>('sliceline', name);
      const range = { from: 0, to: Date.now() };
      const fields = golden.features.map((f: string) => `features.${f}`);
      const asked = { ...range, fields, k: 50, fold: false };
      const answer = await client.ask(name, 'slices/search', asked);
      expect(answer.overall.n).toBe(golden.rows);
      expectClose(answer.overall.error, golden.average_error, `${name} error`);
      expect(answer.min_support).toBe(golden.min_support_sigma);
      const levels = Object.values<Json>(golden.enumerated).map((l) => l.slices_with_min_support);
      expect(answer.searched[0]).toBe(levels[0]);
      for (const [i, n] of levels.entries()) expect(answer.searched[i]).toBeLessThanOrEqual(n);
      const want = [...golden.top, ...golden.next].slice(0, 50);
      for (const [i, slice] of answer.slices.entries()) {
        const where = `${name} slice ${i + 1}`;
        expect(slice.n, where).toBe(want[i].size);
        expectClose(slice.score, want[i].score, `${where} score`);
        expectClose(slice.error, want[i].average_error, `${where} error`);
      }
      // Slices with the same rows tie: they are compared as sets.
      const named = (score: number, predicates: Json[]) =>
        JSON.stringify([
          score.toPrecision(9),
          Object.fromEntries(predicates.map((p) => [p.field, binOf(golden, p)]).sort()),
        ]);
      const ours = answer.slices.map((s: Json) => named(s.score, s.predicates));
      const theirs = want.map((s: Json) =>
        JSON.stringify([
          s.score.toPrecision(9),
          Object.fromEntries(
            Object.entries(s.predicates)
              .map(([f, v]) => [`features.${f}`, v])
              .sort(),
          ),
        ]),
      );
      const last = want.at(-1).score.toPrecision(9);
      const inner = (all: string[]) => all.filter((s) => !s.includes(last)).sort();
      expect(inner(ours)).toEqual(inner(theirs));
      for (const slice of answer.slices.slice(0, 12)) {
        const { windows } = await client.ask(name, 'performance', {
          ...range,
          granularity: 'all',
          filters: slice.filters,
          min_labels: 0,
        });
        expect(windows[0].labelled, JSON.stringify(slice.filters)).toBe(slice.n);
      }
      const folded = await client.ask(name, 'slices/search', { ...range, fields });
      expect(folded.slices).toHaveLength(10);
      const rows = folded.slices.map((s: Json) => `${s.n} ${s.error}`);
      expect(new Set(rows).size).toBe(10);
      expect(folded.slices[0].q_value).toBeLessThan(1e-6);
    });

  if (CBPE.test(name))
    it('gives the golden estimates of every chunk, learned from the uploaded reference', async () => {
      for (const golden of readValues<Json>('cbpe', name).chunks) {
        const where = `${name} ${golden.name} estimated`;
        const wanted = metrics ?? [...BINARY_ESTIMATES, 'brier'];
        const answer = await client.ask(name, 'performance', whole(golden, { metrics: wanted, estimate: true }));
        const [window] = answer.windows;
        expect(window.predictions, where).toBe(golden.rows);
        const estimated = Object.fromEntries(
          Object.entries<Json>(window.metrics).map(([metric, { values }]) => [metric, values.estimated]),
        );
        for (const { value, low, high } of Object.values<Json>(estimated))
          expect(low === null || (low <= value && value <= high), where).toBe(true);
        const want = golden.isotonic ?? perClassRates(golden.isotonic_renormalised);
        expect(compareMetrics(estimated, want, where)).toBeGreaterThan(9);
        const realized = Object.fromEntries(
          Object.entries<Json>(window.metrics).map(([metric, { values }]) => [metric, values.realized]),
        );
        expect(compareMetrics(realized, golden.realized_with_arrived_labels, where)).toBeGreaterThan(2);
      }
    });

  it('gives the golden drift of every feature', async () => {
    const golden = readValues<Json>('drift', name).windows;
    const chosen = [golden[0], golden[golden.length >> 1], golden.at(-1)].slice(0, DRIFT_WINDOWS);
    for (const want of chosen) {
      const { windows } = await client.ask(name, 'drift', {
        from: want.start,
        to: want.end,
        granularity: 'all',
        exact: true,
        targets: ['features', 'prediction'],
      });
      expect(windows).toHaveLength(1);
      const [window] = windows;
      expect(window.rows, want.name).toBe(want.rows);
      for (const [feature, values] of Object.entries<Json>(want.features)) {
        expect(window.features[feature], `${name} ${want.name} ${feature}`).toBeDefined();
        compareDrift(window.features[feature], values, `${name} ${want.name} ${feature}`);
      }
    }
  });

  if (BINARY_TASKS.test(name))
    it('adds up: windows of a day are the whole', async () => {
      const predictions = readPredictions(name, 'predictions');
      const range = { from: predictions[0]!.ts, to: Date.parse(predictions.at(-1)!.ts) + 1 };
      const counts = ['tp', 'fp', 'tn', 'fn'];
      const ask = (granularity: string) =>
        client.ask(name, 'performance', { ...range, granularity, metrics: counts, min_labels: 0 });
      const [[all], days, weeks] = (await Promise.all(['all', '1d', '7d'].map(ask))).map((a) => a.windows);
      for (const parts of [days, weeks]) {
        const sum = (pick: (w: Json) => number) => parts.reduce((n: number, w: Json) => n + pick(w), 0);
        expect(sum((w) => w.predictions)).toBe(predictions.length);
        expect(sum((w) => w.labelled)).toBe(all.labelled);
        for (const c of counts) expect(sum((w) => w.metrics[c].value ?? 0)).toBe(all.metrics[c].value);
      }
    });
});
