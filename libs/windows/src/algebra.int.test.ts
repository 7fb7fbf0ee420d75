import type { PerformanceWindow } from '@plumbline/contracts';
import { getModel, type ModelContext, putModel } from '@plumbline/control';
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
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { performance } from './performance/performance.js';

const clock = manualClock(MONDAY_MS + 60 * DAY_MS);
let stores: Stores;
let sender: Sender;
beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});

type Row = { output: Record<string, unknown>; label: string | number | null; country: string };
type Spec = Parameters<typeof putModel>[3];

/** Stores each list of rows as a version of its own of one model. */
async function versions(spec: Spec, lists: Record<string, readonly Row[]>): Promise<ModelContext> {
  const projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'fraud', spec);
  const rows = Object.entries(lists).flatMap(([version, list]) =>
    list.map((row, i) => ({ ...row, version, id: `${version}-${i}`, ts: MONDAY_MS + i * 60_000 })),
  );
  await sender.store(
    projectId,
    rows.map(({ output, country, version, id, ts }) =>
      predictionEvent({ prediction_id: id, version, ts, prediction: output, tags: { country } }),
    ),
    rows.flatMap(({ label, id, ts }) => (label === null ? [] : [outcomeEvent({ prediction_id: id, label, ts })])),
  );
  return getModel(stores.control.db, projectId, 'fraud');
}

const ask = (model: ModelContext, version: string, groupBy: string[] = []): Promise<PerformanceWindow[]> =>
  performance(
    stores.store,
    model,
    {
      from: MONDAY_MS,
      to: MONDAY_MS + 7 * DAY_MS,
      filters: [],
      group_by: groupBy,
      min_labels: 1,
      granularity: 'all',
      version,
    },
    clock.now(),
  );
const values = async (model: ModelContext, version: string) => {
  const [window] = await ask(model, version);
  return Object.fromEntries(Object.entries(window!.metrics).map(([name, m]) => [name, m.value]));
};
const close = (a: number | null | undefined, b: number | null | undefined, what: string) => {
  if (a == null || b == null) expect(a ?? null, what).toBe(b ?? null);
  else expect(Math.abs(a - b), `${what}: ${a} and ${b}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a)));
};

/** Of additive metrics the whole is the sum, or the mean weighted by labels, of its slices. */
async function slicesMakeTheWhole(model: ModelContext, version: string, sums: string[], means: string[]) {
  const [whole] = await ask(model, version);
  const slices = await ask(model, version, ['tags.country']);
  const total = (of: (w: PerformanceWindow) => number) => slices.reduce((sum, w) => sum + of(w), 0);
  expect(total((w) => w.predictions)).toBe(whole!.predictions);
  expect(total((w) => w.labelled)).toBe(whole!.labelled);
  for (const m of sums)
    close(
      total((w) => w.metrics[m]!.value ?? 0),
      whole!.metrics[m]!.value ?? 0,
      m,
    );
  for (const m of means)
    close(total((w) => (w.metrics[m]!.value ?? 0) * w.labelled) / whole!.labelled, whole!.metrics[m]!.value, m);
}

const country = fc.constantFrom('BR', 'DE', 'FR');
const some = <T>(row: fc.Arbitrary<T>) => fc.array(row, { minLength: 12, maxLength: 60 });
/** Multiples of 1/16 other than the threshold: exact in binary, with many ties, also when squared or taken from one. */
const score = fc
  .integer({ min: 1, max: 15 })
  .filter((n) => n !== 8)
  .map((n) => n / 16);
const runs = { numRuns: 5 };

describe('binary metrics', () => {
  it('obey their algebra', async () => {
    const row = fc.record({ s: score, label: fc.constantFrom(0, 1, null), country });
    await fc.assert(
      fc.asyncProperty(some(row), async (list) => {
        fc.pre(list.some((r) => r.label === 0) && list.some((r) => r.label === 1));
        const rows = (f: (s: number) => number, flip = false): Row[] =>
          list.map(({ s, label, country: c }) => ({
            output: { score: f(s) },
            label: label === null || !flip ? label : 1 - label,
            country: c,
          }));
        const model = await versions(
          { task: 'binary' },
          { plain: rows((s) => s), turned: rows((s) => 1 - s, true), squared: rows((s) => s * s) },
        );
        await slicesMakeTheWhole(
          model,
          'plain',
          ['tp', 'fp', 'tn', 'fn', 'count'],
          ['accuracy', 'brier', 'log_loss', 'base_rate', 'predicted_positive_rate'],
        );
        const [plain, turned, squared] = [
          await values(model, 'plain'),
          await values(model, 'turned'),
          await values(model, 'squared'),
        ];
        for (const m of ['accuracy', 'roc_auc', 'brier', 'log_loss', 'mcc', 'ece']) close(turned[m], plain[m], m);
        close(turned.recall, plain.specificity, 'recall of the other class');
        close(turned.tp, plain.tn, 'tp of the other class');
        close(turned.base_rate, 1 - plain.base_rate!, 'base_rate of the other class');
        for (const m of ['roc_auc', 'average_precision']) close(squared[m], plain[m], `${m} of the same order`);
      }),
      runs,
    );
  }, 60_000);
});

describe('regression metrics', () => {
  it('obey their algebra', async () => {
    const number = fc.integer({ min: -400, max: 400 }).map((n) => n / 8);
    const row = fc.record({ value: number, y: number, labelled: fc.boolean(), country });
    await fc.assert(
      fc.asyncProperty(some(row), async (list) => {
        fc.pre(new Set(list.filter((r) => r.labelled).map((r) => r.y)).size > 2);
        const rows = (f: (x: number) => number): Row[] =>
          list.map(({ value, y, labelled, country: c }) => ({
            output: { value: f(value) },
            label: labelled ? f(y) : null,
            country: c,
          }));
        const model = await versions(
          { task: 'regression' },
          { plain: rows((x) => x), moved: rows((x) => x + 128), turned: rows((x) => -2 * x) },
        );
        await slicesMakeTheWhole(model, 'plain', ['count'], ['mae', 'mse', 'bias']);
        const [plain, moved, turned] = [
          await values(model, 'plain'),
          await values(model, 'moved'),
          await values(model, 'turned'),
        ];
        for (const m of ['mae', 'rmse', 'mse', 'bias', 'r2', 'medae', 'max_error']) close(moved[m], plain[m], m);
        for (const m of ['mae', 'rmse', 'medae', 'max_error']) close(turned[m], 2 * plain[m]!, m);
        close(turned.bias, -2 * plain.bias!, 'bias');
        close(turned.r2, plain.r2, 'r2');
        close(turned.mape, plain.mape, 'mape');
        close(plain.rmse! ** 2, plain.mse, 'mse');
      }),
      runs,
    );
  }, 60_000);
});

describe('multiclass metrics', () => {
  it('obey their algebra', async () => {
    const classes = ['a', 'b', 'c'];
    const row = fc.record({
      weights: fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5)).filter((w) => new Set(w).size === 3),
      label: fc.constantFrom(...classes, null),
      country,
    });
    await fc.assert(
      fc.asyncProperty(some(row), async (list) => {
        fc.pre(classes.every((c) => list.some((r) => r.label === c)));
        const rows = (name: (c: string) => string): Row[] =>
          list.map(({ weights, label, country: c }) => {
            const sum = weights.reduce((a, b) => a + b, 0);
            const scores = Object.fromEntries(classes.map((k, i) => [name(k), weights[i]! / sum]));
            return { output: { scores }, label: label === null ? null : name(label), country: c };
          });
        const renamed: Record<string, string> = { a: 'z', b: 'a', c: 'm' };
        const plain = await versions({ task: 'multiclass' }, { v: rows((c) => c) });
        const other = await versions({ task: 'multiclass' }, { v: rows((c) => renamed[c]!) });
        await slicesMakeTheWhole(plain, 'v', ['count'], ['accuracy', 'log_loss']);
        const [here, there] = [await values(plain, 'v'), await values(other, 'v')];
        for (const [name, value] of Object.entries(here)) close(there[name], value, name);
        close(here.f1_micro, here.accuracy, 'f1_micro');
      }),
      runs,
    );
  }, 60_000);
});
