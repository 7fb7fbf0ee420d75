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
  spread,
} from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PerformanceInput, performance } from '../performance/performance.js';
import { estimatorsOf } from './keep.js';

const clock = manualClock(MONDAY_MS + 90 * DAY_MS);
let stores: Stores;
let sender: Sender;
let projectId: string;
let model: ModelContext;
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
  await declare({ task: 'binary', classes: ['0', '1'] });
});

async function declare(body: Parameters<typeof putModel>[3]): Promise<void> {
  await putModel(stores.control.db, projectId, 'fraud', body);
  model = await getModel(stores.control.db, projectId, 'fraud');
}

/** A row is positive as often as its score says. */
const positive = (i: number) => (i * 37) % 100 < (i * 13) % 101;
const score = (i: number) => ((i * 13) % 101) / 101;

const ask = (more: Partial<PerformanceInput> = {}) =>
  performance(
    stores.store,
    model,
    {
      from: MONDAY_MS,
      to: MONDAY_MS + 7 * DAY_MS,
      filters: [],
      group_by: [],
      min_labels: 30,
      granularity: 'all',
      as_of: MONDAY_MS + 8 * DAY_MS,
      estimators: estimatorsOf(stores.store, stores.control.db, model, more.known_at),
      ...more,
    },
    clock.now(),
  );
const NONE = { value: null, low: null, high: null };

describe('corrected values', () => {
  /** Negatives are told after a day, positives after one to nine. */
  async function late(n: number): Promise<void> {
    const times = spread(n, MONDAY_MS - 30 * DAY_MS, MONDAY_MS + 7 * DAY_MS);
    await sender.store(
      projectId,
      times.map((ts, i) =>
        predictionEvent({ prediction_id: `l${i}`, ts, features: {}, prediction: { score: score(i) } }),
      ),
      times.map((ts, i) =>
        outcomeEvent({
          prediction_id: `l${i}`,
          ts: ts + (positive(i) ? 1 + ((i * 5) % 9) : 1) * DAY_MS,
          label: positive(i) ? 1 : 0,
        }),
      ),
    );
  }

  it('are told while labels come, and lie nearer to what all labels will say', async () => {
    await late(6000);
    const [young] = await ask({ metrics: ['base_rate', 'precision', 'roc_auc'], as_of: MONDAY_MS + 7 * DAY_MS });
    const [old] = await ask({ metrics: ['base_rate', 'precision', 'roc_auc'], as_of: MONDAY_MS + 60 * DAY_MS });
    expect([young!.state, old!.state]).toEqual(['provisional', 'final']);
    for (const metric of ['base_rate', 'precision']) {
      const { realized, corrected } = young!.metrics[metric]!.values!;
      const truth = old!.metrics[metric]!.value!;
      expect(Math.abs(corrected!.value! - truth), metric).toBeLessThan(Math.abs(realized.value! - truth) / 2);
      expect(corrected!.low).toBeLessThan(truth);
      expect(corrected!.high).toBeGreaterThan(truth);
      expect(old!.metrics[metric]!.values).not.toHaveProperty('corrected');
    }
  });

  it('speak of the age alone where the classes do not differ, and of regression', async () => {
    await declare({ task: 'regression' });
    const times = spread(3000, MONDAY_MS - 30 * DAY_MS, MONDAY_MS + 7 * DAY_MS);
    // The error grew a few days ago; young rows are labelled less.
    await sender.store(
      projectId,
      times.map((ts, i) =>
        predictionEvent({ prediction_id: `l${i}`, ts, prediction: { value: ts < MONDAY_MS + 4 * DAY_MS ? 1 : 3 } }),
      ),
      times.map((ts, i) => outcomeEvent({ prediction_id: `l${i}`, ts: ts + (1 + (i % 9)) * DAY_MS, label: 0 })),
    );
    const at = async (day: number) =>
      (await ask({ metrics: ['mae', 'rmse', 'count'], as_of: MONDAY_MS + day * DAY_MS }))[0]!.metrics.mae!;
    const { realized, corrected } = (await at(7)).values!;
    const truth = (await at(60)).value!;
    expect(realized.value).toBeLessThan(truth);
    expect(Math.abs(corrected!.value! - truth)).toBeLessThan(Math.abs(realized.value! - truth));
  });

  it('are silent about ages at which a class cannot be seen', async () => {
    await declare({
      task: 'binary',
      classes: ['0', '1'],
      labels: { attribution_window: '7d', missing: 'negative' },
    });
    const times = spread(2000, MONDAY_MS - 20 * DAY_MS, MONDAY_MS + 7 * DAY_MS);
    await sender.store(
      projectId,
      times.map((ts, i) => predictionEvent({ prediction_id: `l${i}`, ts, prediction: { score: score(i) } })),
      times.flatMap((ts, i) =>
        i % 4 === 0 ? [outcomeEvent({ prediction_id: `l${i}`, ts: ts + (1 + (i % 3)) * DAY_MS, label: 1 })] : [],
      ),
    );
    const metrics = ['base_rate'];
    const [half] = await ask({ from: MONDAY_MS - 7 * DAY_MS, metrics, as_of: MONDAY_MS + 7 * DAY_MS });
    expect(half!.state).toBe('provisional');
    const { realized, corrected } = half!.metrics.base_rate!.values!;
    expect(realized.value).toBeGreaterThan(0.3);
    expect(corrected!.value).toBeCloseTo(0.25, 1);
    const [young] = await ask({ from: MONDAY_MS + DAY_MS, metrics, as_of: MONDAY_MS + 7 * DAY_MS });
    expect(young!.metrics.base_rate!.values!.corrected ?? NONE).toEqual(NONE);
  });
});
