import { getIncidentRow, incidentView, listIncidents } from '@plumbline/alerts';
import { monitorBody } from '@plumbline/contracts';
import { and, eq, getModel, type ModelContext, models, monitors, outbox, putModel } from '@plumbline/control';
import { createMonitor, listEvaluations, type MonitorRow } from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import {
  freshProject,
  HOUR_MS,
  MINUTE_MS,
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
import { recomputeWindows } from '@plumbline/windows';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookAt } from './evaluate.js';
import { createProbes } from './probes.js';
import { review } from './review.js';

const clock = manualClock();
let stores: Stores;
let sender: Sender;
let projectId: string;
let context: Context;
let model: ModelContext;
let monitor: MonitorRow;
beforeAll(async () => {
  stores = await openStores();
  sender = await openSender(stores, clock.now);
});
afterAll(async () => {
  await sender.close();
  await stores.close();
});
beforeEach(async () => {
  const { db } = stores.control;
  projectId = await freshProject(stores);
  clock.set(MONDAY_MS + HOUR_MS + 5 * MINUTE_MS);
  const { config, log, store, control } = stores;
  const queue = { ask: async () => {} };
  const live = { publish: async () => {} };
  context = { config, log, store, control, queue, live, instance: 'test' } as unknown as Context;
  await putModel(db, projectId, 'fraud', { task: 'binary' });
  await db
    .update(models)
    .set({ liveSince: new Date(0) })
    .where(and(eq(models.projectId, projectId), eq(models.name, 'fraud')));
  model = await getModel(db, projectId, 'fraud');
  monitor = await createMonitor(
    db,
    projectId,
    monitorBody.parse({
      name: 'accuracy',
      model: 'fraud',
      kind: 'performance',
      window: '1h',
      every: '1h',
      target: { metric: 'accuracy' },
      compare: { to: 'threshold' },
      condition: { op: 'lt', value: 0.8 },
    }),
  );
});

const probes = () => createProbes(stores.store, stores.control.db, clock.now);
/** A hundred predictions of the first hour, all of which say 1. */
const predictions = spread(100, MONDAY_MS, MONDAY_MS + HOUR_MS).map((ts, i) =>
  predictionEvent({ prediction_id: `r-${i}`, ts }),
);
const say = (label: number) =>
  sender.store(
    projectId,
    [],
    predictions.map(({ prediction_id }) => outcomeEvent({ prediction_id, label, ts: clock.now() })),
  );
const look = () => lookAt(context, probes(), [monitor], clock.now());
const compute = () => recomputeWindows(stores.store, model, [MONDAY_MS], clock.now());
const reviewed = () => review(context, probes(), model, clock.now(), () => false);
const verdicts = async () =>
  (await listEvaluations(stores.store, projectId, monitor.id, { limit: 10 })).items.map((e) => e.verdict);
const timeline = async () => {
  const [first] = (await listIncidents(stores.control.db, projectId, { limit: 1 })).items;
  if (!first) return [];
  const row = await getIncidentRow(stores.control.db, projectId, first.id);
  return (await incidentView(stores.control.db, row)).timeline.map((t) => `${t.kind}: ${t.text}`);
};

describe('labels that come after the verdict', () => {
  it('overturn it: the incident says so, once, and nobody is paged', async () => {
    await sender.store(projectId, predictions);
    await say(0);
    await compute();
    await look();
    expect(await verdicts()).toEqual(['bad']);
    await reviewed();
    expect(await verdicts()).toEqual(['bad']);

    clock.advance(40 * HOUR_MS);
    await say(1);
    await compute();
    clock.advance(MINUTE_MS);
    const told = await stores.control.db.select().from(outbox).where(eq(outbox.projectId, projectId));
    await reviewed();
    expect(await verdicts()).toEqual(['ok', 'bad']);
    expect((await timeline()).at(-1)).toMatch(
      /^revised: accuracy: 2026-01-05 00:00 to 2026-01-05 01:00 UTC was bad and is ok with what came since: /,
    );
    const length = (await timeline()).length;
    await reviewed();
    expect([await verdicts(), await timeline()]).toEqual([['ok', 'bad'], expect.objectContaining({ length })]);
    expect(await stores.control.db.select().from(outbox).where(eq(outbox.projectId, projectId))).toHaveLength(
      told.length,
    );
  });

  it('are judged where there was nothing to judge, and without an incident only the evaluations tell', async () => {
    await sender.store(projectId, predictions);
    await compute();
    await look();
    expect(await verdicts()).toEqual(['no_data']);
    clock.advance(2 * HOUR_MS);
    await say(1);
    await compute();
    clock.advance(MINUTE_MS);
    await reviewed();
    expect([await verdicts(), await timeline()]).toEqual([['ok', 'no_data'], []]);
    const [row] = await stores.control.db.select().from(monitors).where(eq(monitors.id, monitor.id));
    expect(row!.state).toBe('no_data'); // the state belongs to the present
  });
});
