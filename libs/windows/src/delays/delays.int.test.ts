import { getModel, type ModelContext, putModel } from '@plumbline/control';
import {
  DAY_MS,
  freshProject,
  HOUR_MS,
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
import { performance } from '../performance/performance.js';
import { classDelaysAt, delaysAt } from './delays.js';

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
  await declare({});
});

async function declare(labels: { attribution_window?: string; missing?: 'ignore' | 'negative' }): Promise<void> {
  await putModel(stores.control.db, projectId, 'fraud', { task: 'binary', classes: ['0', '1'], labels });
  model = await getModel(stores.control.db, projectId, 'fraud');
}

/** Forty days of predictions, one in five positive. Positives are told after 5 to 13 days, negatives after two to five; every tenth never. */
async function history(): Promise<void> {
  const rows = spread(4000, MONDAY_MS, MONDAY_MS + 40 * DAY_MS).map((ts, i) => {
    const positive = i % 5 === 0;
    const delay = positive ? (5 + (i % 9)) * DAY_MS : (1 + (i % 5)) * DAY_MS;
    return { id: `h${i}`, ts, positive, delay, never: (i * 7) % 10 === 3 };
  });
  await sender.store(
    projectId,
    rows.map((r) =>
      predictionEvent({ prediction_id: r.id, ts: r.ts, features: {}, prediction: { score: r.positive ? 0.7 : 0.2 } }),
    ),
    rows
      .filter((r) => !r.never)
      .map((r) => outcomeEvent({ prediction_id: r.id, ts: r.ts + r.delay, label: r.positive ? 1 : 0 })),
  );
}

const ask = (more: object = {}, nowMs = clock.now()) =>
  performance(
    stores.store,
    model,
    {
      from: MONDAY_MS,
      to: MONDAY_MS + 40 * DAY_MS,
      filters: [],
      group_by: [],
      min_labels: 1,
      granularity: '7d',
      metrics: ['accuracy'],
      ...more,
    },
    nowMs,
  );

describe('maturity', () => {
  it('rises as time goes by, stays between 0 and 1, and ends where hardly anything is still to come', async () => {
    await history();
    const seen = [];
    for (let day = 8; day <= 70; day += 3) {
      const [first] = await ask({ as_of: MONDAY_MS + day * DAY_MS });
      seen.push(first!);
    }
    for (const [i, w] of seen.entries()) {
      expect(w.maturity).toBeGreaterThanOrEqual(0);
      expect(w.maturity).toBeLessThanOrEqual(1);
      // The curve itself is learned on the way: small steps back are the plateau coming into sight.
      if (i > 0) expect(w.maturity! - seen[i - 1]!.maturity!).toBeGreaterThan(-0.05);
      expect(w.state).toBe(w.maturity! >= 0.99 ? 'final' : 'provisional');
    }
    expect(seen[0]!.maturity).toBeLessThan(0.9);
    expect(seen.at(-1)).toMatchObject({ state: 'final', maturity: 1 });
    expect(seen.at(-1)!.expected_coverage).toBeCloseTo(0.9, 1);
    const young = await ask({ as_of: MONDAY_MS + 40 * DAY_MS });
    const maturities = young.map((w) => w.maturity!);
    expect(maturities).toEqual([...maturities].sort((a, b) => b - a));
    expect(maturities.at(-1)).toBeLessThan(0.5);
  });

  it('is that of each group and selection', async () => {
    await history();
    const as_of = MONDAY_MS + 40 * DAY_MS;
    const range = { from: MONDAY_MS + 33 * DAY_MS, granularity: 'all' as const, as_of };
    const groups = await ask({ ...range, group_by: ['prediction.class'] });
    const [whole] = await ask(range);
    const [one] = await ask({ ...range, filters: [{ field: 'prediction.class', op: 'eq', value: 1 }] });
    const mean =
      groups.reduce((sum, g) => sum + g.expected_coverage! * g.predictions, 0) /
      groups.reduce((n, g) => n + g.predictions, 0);
    expect(mean).toBeCloseTo(whole!.expected_coverage!, 8);
    expect(one!.maturity).toBe(groups.find((g) => g.group!['prediction.class'] === '1')!.maturity);
  });

  it('as of a past moment is the same later, whatever came since', async () => {
    await history();
    const as_of = MONDAY_MS + 20 * DAY_MS;
    const before = await ask({ as_of });
    await sender.store(
      projectId,
      spread(500, MONDAY_MS + 41 * DAY_MS, MONDAY_MS + 45 * DAY_MS).map((ts, i) =>
        predictionEvent({ prediction_id: `l${i}`, ts }),
      ),
      spread(500, MONDAY_MS + 41 * DAY_MS, MONDAY_MS + 45 * DAY_MS).map((ts, i) =>
        outcomeEvent({ prediction_id: `l${i}`, ts: ts + HOUR_MS }),
      ),
    );
    expect(await ask({ as_of }, clock.now() + 30 * DAY_MS)).toEqual(before);
  });

  it('is unknown while no label is known, and known with the first one', async () => {
    await sender.store(
      projectId,
      spread(20, MONDAY_MS, MONDAY_MS + DAY_MS).map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
    );
    expect(await ask()).toMatchObject([{ predictions: 20, labelled: 0, maturity: null, state: 'unlabelled' }]);
    await sender.store(projectId, [], [outcomeEvent({ prediction_id: 'p0', ts: MONDAY_MS + DAY_MS })]);
    expect(await ask()).toMatchObject([{ labelled: 1, state: expect.not.stringMatching('unlabelled') }]);
    expect((await ask())[0]!.maturity).toBeGreaterThan(0);
    expect(await ask({ to: MONDAY_MS + DAY_MS / 2, from: MONDAY_MS - DAY_MS, as_of: MONDAY_MS - 1 })).toEqual([]);
  });

  it('of outcomes that came before their predictions is 1 at once', async () => {
    const times = spread(40, MONDAY_MS, MONDAY_MS + DAY_MS);
    await sender.store(
      projectId,
      times.map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
      times.map((ts, i) => outcomeEvent({ prediction_id: `p${i}`, ts: ts - HOUR_MS })),
    );
    expect(await ask({ as_of: MONDAY_MS + DAY_MS })).toMatchObject([{ labelled: 40, maturity: 1, state: 'final' }]);
  });
});

describe('an attribution window', () => {
  it('makes a window final when it has passed for all its predictions', async () => {
    await declare({ attribution_window: '10d' });
    await sender.store(
      projectId,
      spread(300, MONDAY_MS, MONDAY_MS + 30 * DAY_MS).map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
      spread(300, MONDAY_MS, MONDAY_MS + 30 * DAY_MS).flatMap((ts, i) =>
        i % 3 === 0 ? [outcomeEvent({ prediction_id: `p${i}`, ts: ts + (i % 19) * DAY_MS })] : [],
      ),
    );
    const states = async (day: number) => (await ask({ as_of: MONDAY_MS + day * DAY_MS })).map((w) => w.state);
    expect((await states(16))[0]).toBe('provisional');
    expect((await states(17))[0]).toBe('final');
  });

  it('settles what has no outcome as negative: everything is known at its end', async () => {
    await declare({ attribution_window: '7d', missing: 'negative' });
    const times = spread(600, MONDAY_MS, MONDAY_MS + 30 * DAY_MS);
    await sender.store(
      projectId,
      times.map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
      times.flatMap((ts, i) =>
        i % 10 === 0 ? [outcomeEvent({ prediction_id: `p${i}`, ts: ts + (1 + (i % 3)) * DAY_MS })] : [],
      ),
    );
    const as_of = MONDAY_MS + 30 * DAY_MS;
    const windows = await ask({ as_of });
    expect(windows.map((w) => w.state)).toEqual(['final', 'final', 'final', 'provisional', 'provisional']);
    expect(windows[0]).toMatchObject({ maturity: 1, coverage: 1, expected_coverage: 1 });
    expect(windows.at(-1)!.maturity).toBeLessThan(0.2);
    const { curve, plateau } = await delaysAt(stores.store, model, { asOf: as_of, nowMs: clock.now() });
    expect(plateau).toMatchObject({ value: 1 });
    expect(curve.ages.at(-1)).toBe(7 * DAY_MS);
    const classes = await classDelaysAt(stores.store, model, { asOf: as_of, nowMs: clock.now() });
    expect(classes.differ).toBe(true);
    expect(classes.curves['0']!.ages).toEqual([7 * DAY_MS]);
  });
});

describe('the delay curve', () => {
  it('is Kaplan and Meier of the first outcomes, exact where delays are alike, and by class where they differ', async () => {
    await history();
    const moment = { asOf: MONDAY_MS + 70 * DAY_MS, nowMs: clock.now() };
    const { curve, plateau, predictions, labelled } = await delaysAt(stores.store, model, moment);
    expect([predictions, labelled]).toEqual([4000, 3600]);
    const days = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    expect(curve.ages.map((a) => Math.round(a / DAY_MS))).toEqual(days);
    for (const age of curve.ages) expect(age % DAY_MS).toBe(0);
    expect(plateau.value).toBeCloseTo(0.9, 2);
    expect(plateau.settled).toBe(true);
    const { differ, curves } = await classDelaysAt(stores.store, model, moment);
    expect(differ).toBe(true);
    expect(Object.keys(curves).sort()).toEqual(['0', '1']);
    expect(curves['1']!.ages[0]).toBe(5 * DAY_MS);
  });

  it('of a model that has one class or none is one', async () => {
    const times = spread(200, MONDAY_MS, MONDAY_MS + 20 * DAY_MS);
    await sender.store(
      projectId,
      times.map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
      times.map((ts, i) => outcomeEvent({ prediction_id: `p${i}`, ts: ts + DAY_MS })),
    );
    const moment = { nowMs: clock.now(), asOf: MONDAY_MS + 25 * DAY_MS };
    expect(await classDelaysAt(stores.store, model, moment)).toMatchObject({ differ: false, p: 1 });
    const none = await delaysAt(stores.store, { ...model, model: 'nothing' }, moment);
    expect(none).toMatchObject({ predictions: 0, labelled: 0, curve: { ages: [] }, plateau: { value: null } });
  });

  it('counts corrections and repeated outcomes once, by the first of them', async () => {
    await sender.store(
      projectId,
      spread(10, MONDAY_MS, MONDAY_MS + DAY_MS).map((ts, i) => predictionEvent({ prediction_id: `p${i}`, ts })),
      Array.from({ length: 10 }, (_, i) => outcomeEvent({ prediction_id: `p${i}`, ts: MONDAY_MS + 3 * DAY_MS })),
    );
    await sender.store(
      projectId,
      [],
      Array.from({ length: 10 }, (_, i) =>
        outcomeEvent({ prediction_id: `p${i}`, ts: MONDAY_MS + 9 * DAY_MS, label: 0 }),
      ),
    );
    const { curve } = await delaysAt(stores.store, model, { asOf: MONDAY_MS + 20 * DAY_MS, nowMs: clock.now() });
    expect(curve).toMatchObject({ rows: 10, labelled: 10 });
    expect(curve.lastAge).toBe(3 * DAY_MS);
  });
});
