import { createChannel, fire, getIncidentRow, incidentView } from '@plumbline/alerts';
import type { MonitorBody } from '@plumbline/contracts';
import { createSecrets, type ModelContext } from '@plumbline/control';
import {
  defaultMonitors,
  type Evaluation,
  evaluateHistory,
  evaluateNow,
  gatherEvidence,
  type Probes,
} from '@plumbline/monitors';
import { DAY_MS, type Fault, HOUR_MS, type Watched, type WatchedEvent } from '@plumbline/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWatch, type Watch } from './testing/watch.js';

/**
 * Google's ML Test Score (Breck et al. 2017), the seven tests of monitoring: each is automated by monitors that every model gets, and
 * each is tripped here by its fault, in stored rows, and is quiet without. docs/ml-test-score.md says which monitor does what.
 */

/** Today: what is refused is kept for thirty days of the real clock. */
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS;
let watch: Watch;
let probes: Probes;
beforeAll(async () => {
  watch = await openWatch(NOW);
  probes = watch.probes;
});
afterAll(() => watch?.close());

/** The monitor that a new model gets under this name, as it gets it. */
const starter = (model: ModelContext, name: string): MonitorBody => {
  const body = defaultMonitors(model).find((m) => m.name === name);
  if (!body) throw new Error(`no starter monitor is called '${name}'`);
  return body;
};
const look = async (options: Watched, name: string): Promise<Evaluation> => {
  const model = await watch.world(options);
  // What is refused is dated by its arrival, which is now.
  return evaluateNow(model, starter(model, name), probes, options.lax ? NOW + HOUR_MS / 4 : NOW);
};
const bad = (e: Evaluation) => e.findings.filter((f) => f.state === 'bad').map((f) => f.subject);

const lastDay =
  (fault: Fault): Fault =>
  (e, random) =>
    e.ts >= NOW - DAY_MS ? fault(e, random) : e;
const feature = (name: string, value: (e: WatchedEvent, random: () => number) => unknown): Fault =>
  lastDay((e, random) => ({ ...e, features: { ...e.features, [name]: value(e, random) } }));

type Case = {
  monitor: string;
  what: string;
  days?: number;
  perHour?: number;
  fault: Fault;
  names: string;
  lax?: boolean;
};

/** Every case: quiet without the fault, and with it a finding that names what is at fault. */
async function tripped(cases: readonly Case[]): Promise<void> {
  for (const { monitor, what, days = 5, perHour = 40, fault, names, lax } of cases) {
    const well = await look({ days, perHour }, monitor);
    expect(well, `${monitor}, all is well: ${well.message}`).toMatchObject({ verdict: 'ok' });
    const ill = await look({ days, perHour, fault, lax }, monitor);
    expect(ill, `${monitor}, ${what}: ${ill.message}`).toMatchObject({ verdict: 'bad' });
    expect(bad(ill), `${monitor}, ${what}`).toContain(names);
  }
}

const CRM = ['age', 'tenure', 'country', 'plan'];
const withoutCrm = lastDay((e) => ({
  ...e,
  features: Object.fromEntries(Object.entries(e.features).filter(([name]) => !CRM.includes(name))),
}));

it('Monitor 1: a change of a dependency results in a notification that names the source and its features', async () => {
  const options = { days: 3, perHour: 40 };
  for (const name of ['schema', 'missing values'])
    expect(await look(options, name), name).toMatchObject({ verdict: 'ok' });
  const model = await watch.world({ ...options, fault: withoutCrm });
  const secrets = createSecrets('a master of at least 32 characters');
  const config = { url: 'http://127.0.0.1:1/' };
  await createChannel(watch.stores.control.db, secrets, model.projectId, { kind: 'webhook', config, default: true });
  const incidents = new Set<string>();
  for (const name of ['schema', 'missing values']) {
    const body = starter(model, name);
    const looked = await evaluateNow(model, body, probes, NOW);
    expect(bad(looked), name).toEqual(['crm.customers']);
    const history = await evaluateHistory(model, body, probes, NOW, 5);
    const evidence = await gatherEvidence(
      { id: name, body },
      model,
      looked,
      probes,
      { nowMs: NOW, knownAt: NOW },
      history,
    );
    const { projectId } = model;
    const monitor = { id: name, name, channels: [] };
    const fired = await watch.stores.control.db.transaction((tx) =>
      fire(tx, { projectId, model: 'fraud', owner: null, family: 'data', monitor, evidence, nowMs: NOW }),
    );
    incidents.add(fired.id);
    expect(evidence.headline).toMatch(/^crm\.customers: 4 features (vanished|missing) \(.*\), since \d{4}-/);
  }
  expect(incidents.size).toBe(1);
  const { db } = watch.stores.control;
  const incident = await incidentView(db, await getIncidentRow(db, model.projectId, [...incidents][0]!));
  expect(incident.title).toMatch(/^fraud: crm\.customers: 4 features fail/);
  expect(incident.deliveries.map((d) => d.event)).toEqual(['open']);
  expect(incident.subjects).toEqual(expect.arrayContaining(['crm.customers', ...CRM]));
});

it('Monitor 2: data invariants hold in serving inputs', () =>
  tripped([
    {
      monitor: 'missing values',
      what: 'holes',
      fault: feature('age', (e, random) => (random() < 0.3 ? null : e.features.age)),
      names: 'age',
    },
    {
      monitor: 'data contract',
      what: 'a unit changed',
      fault: feature('amount', (e) => Number(e.features.amount) * 100),
      names: 'amount',
    },
    {
      monitor: 'data contract',
      what: 'new categories',
      fault: feature('country', (e, random) => (random() < 0.1 ? 'XX' : e.features.country)),
      names: 'country',
    },
    {
      monitor: 'data contract',
      what: 'an identifier in the place of a category',
      fault: feature('country', (_e, random) => `customer-${Math.floor(random() * 1e9)}`),
      names: 'country',
    },
    {
      monitor: 'data contract',
      what: 'a feature became constant',
      fault: feature('tenure', () => 12),
      names: 'tenure',
    },
    {
      monitor: 'schema',
      what: 'a number became text',
      fault: feature('age', (e) => `${e.features.age} years`),
      names: 'age',
    },
  ]));

it('Monitor 3: training and serving compute the same values', async () => {
  const shared = { days: 2, perHour: 40, alsoTrained: (e: WatchedEvent) => (e.ts >= NOW - DAY_MS / 2 ? e : null) };
  expect(await look(shared, 'training-serving skew')).toMatchObject({ verdict: 'ok' });
  // Serving divides by 1.02 what training does not: no distribution shows it, the same ids do.
  const computed = (e: WatchedEvent) => ({
    ...e,
    features: { ...e.features, amount: Number(e.features.amount) * 1.02 },
  });
  const values = await look(
    { ...shared, alsoTrained: (e) => (shared.alsoTrained(e) ? computed(e) : null) },
    'training-serving skew',
  );
  expect(values.findings.filter((f) => f.state === 'bad')).toMatchObject([
    { subject: 'amount', details: { check: 'values' } },
  ]);
  await tripped([
    {
      monitor: 'training-serving skew',
      what: 'another distribution',
      fault: feature('amount', (e) => Number(e.features.amount) + 30),
      names: 'amount',
    },
  ]);
});

it('Monitor 4: models are not too stale', async () => {
  const model = await watch.world({ days: 2, perHour: 2 });
  const monitor = starter(model, 'model age');
  const at = (nowMs: number) => evaluateNow(model, monitor, probes, nowMs);
  expect(await at(NOW)).toMatchObject({ verdict: 'ok' });
  expect(await at(NOW + 100 * DAY_MS)).toMatchObject({ verdict: 'bad', findings: [{ subject: 'model age' }] });
});

it('Monitor 5: the model is numerically stable', () =>
  tripped([
    {
      monitor: 'outputs',
      what: 'the score became constant',
      fault: lastDay((e) => ({ ...e, prediction: { score: 0.5 } })),
      names: 'prediction.score',
    },
    {
      monitor: 'outputs',
      what: 'scores that are no probabilities',
      fault: lastDay((e, random) => (random() < 0.05 ? { ...e, prediction: { score: 1.7 } } : e)),
      names: 'prediction',
      lax: true,
    },
    {
      monitor: 'outputs',
      what: 'an input that is not finite',
      fault: feature('amount', (e, random) => (random() < 0.05 ? Number.POSITIVE_INFINITY : e.features.amount)),
      names: 'amount',
      lax: true,
    },
    {
      monitor: 'outputs',
      what: 'no score any more',
      fault: lastDay((e, random) => (random() < 0.2 ? { ...e, prediction: { class: '1' } as object } : e)),
      names: 'prediction.score',
    },
  ]));

it('Monitor 6: no dramatic or slow-leak regression of serving latency or throughput', () =>
  tripped([
    {
      monitor: 'latency',
      what: 'a jump',
      days: 8,
      fault: lastDay((e) => ({ ...e, latency_ms: 2 * Number(e.latency_ms) })),
      names: 'latency_p50',
    },
    {
      monitor: 'latency',
      what: 'only the slowest got slower',
      days: 8,
      fault: lastDay((e, random) => (random() < 0.12 ? { ...e, latency_ms: 4 * Number(e.latency_ms) } : e)),
      names: 'latency_p95',
    },
    {
      monitor: 'latency',
      what: 'one and a half per cent a day',
      days: 15,
      perHour: 40,
      fault: (e) => ({ ...e, latency_ms: Number(e.latency_ms) * 1.015 ** ((e.ts - NOW) / DAY_MS + 15) }),
      names: 'latency_p50',
    },
    {
      monitor: 'volume',
      what: 'a tenth of the traffic',
      days: 15,
      perHour: 30,
      fault: (e, random) => (e.ts >= NOW - HOUR_MS && random() < 0.9 ? null : e),
      names: 'volume',
    },
  ]));

it('Monitor 7: no regression of prediction quality on served data', () =>
  tripped([
    {
      monitor: 'roc_auc against reference',
      what: 'the score stopped knowing',
      fault: lastDay((e, random) => ({ ...e, label: random() < 0.3 ? 1 : 0 })),
      names: 'roc_auc',
    },
  ]));
