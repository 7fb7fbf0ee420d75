import { type ContractBody, type MonitorBody, monitorBody } from '@plumbline/contracts';
import { annotations, type ModelContext, newId } from '@plumbline/control';
import {
  contractOf,
  defaultMonitors,
  evaluateHistory,
  evaluateNow,
  type Probes,
  putContract,
} from '@plumbline/monitors';
import { DAY_MS, type Fault, HOUR_MS, MONDAY_MS, type Watched } from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWatch, type Watch } from './testing/watch.js';

const NOW = MONDAY_MS + 60 * DAY_MS;
let watch: Watch;
let probes: Probes;
beforeAll(async () => {
  watch = await openWatch(NOW);
  probes = watch.probes;
});
afterAll(() => watch?.close());

const monitor = (over: Partial<MonitorBody> & Pick<MonitorBody, 'kind'>): MonitorBody =>
  monitorBody.parse({ name: over.kind, model: 'fraud', window: '1d', ...over });
const values = monitor({ kind: 'schema', target: { measure: 'values' } });
const edit = async (model: ModelContext, change: (body: ContractBody) => void) => {
  const { db } = watch.stores.control;
  const { features, outputs, refused_max } = await contractOf(db, model);
  const body = { features, outputs, refused_max };
  change(body);
  await putContract(db, model, body, 'somebody', async () => {});
};
const look = (model: ModelContext, body: MonitorBody, at = NOW) => evaluateNow(model, body, probes, at);
const bad = (e: Awaited<ReturnType<typeof look>>) =>
  e.findings.filter((f) => f.state === 'bad').map((f) => `${f.subject} ${String(f.details?.check ?? '')}`.trim());
const lastDay =
  (fault: Fault): Fault =>
  (e, random) =>
    e.ts >= NOW - DAY_MS ? fault(e, random) : e;
const feature =
  (name: string, value: (e: { ts: number; features: Record<string, unknown> }) => unknown): Fault =>
  (e) => ({ ...e, features: { ...e.features, [name]: value(e) } });

describe('the starter monitors of data', () => {
  it.each([3_000, 150])(
    'are quiet for a month of steady traffic, against a training set of %i rows',
    async (trained) => {
      const model = await watch.world({ days: 45, perHour: 12, trained });
      for (const body of defaultMonitors(model).filter((m) =>
        ['schema', 'missing', 'skew', 'latency'].includes(m.kind),
      )) {
        const history = await evaluateHistory(model, body, probes, NOW, 30);
        expect(
          history.filter((h) => h.verdict === 'bad').map((h) => h.message),
          body.name,
        ).toEqual([]);
        if (body.target.measure !== undefined || body.kind !== 'schema')
          expect(history.filter((h) => h.verdict === 'ok').length, body.name).toBeGreaterThanOrEqual(28);
      }
    },
  );
});

describe('the contract', () => {
  it('that somebody edited is what values are held against', async () => {
    const model = await watch.world({ days: 2, perHour: 30 });
    expect(bad(await look(model, values))).toEqual([]);
    await edit(model, ({ features }) => {
      features.age!.max = 40;
      features.country!.categories = ['BR', 'DE'];
      features.plan!.cardinality_max = 2;
    });
    // All of them come from one source: one finding, every check named.
    const [folded, ...others] = (await look(model, values)).findings;
    expect(others).toEqual([]);
    expect(folded!.message).toBe(
      'crm.customers: 1 feature out of range (age); 1 feature with new categories (country); 1 feature with far more categories (plan).',
    );
    const only = (measure: string) => look(model, { ...values, target: { measure } });
    expect(bad(await only('range'))).toEqual(['age range']);
    expect(bad(await only('new_categories'))).toEqual(['country new_categories']);
    expect(bad(await only('cardinality'))).toEqual(['plan cardinality']);
    expect(bad(await only('constant'))).toEqual([]);
  });

  it('says how much may be missing, in the place of the reference', async () => {
    const holes: Fault = (e, random) => (random() < 0.2 ? { ...e, features: { ...e.features, amount: null } } : e);
    const model = await watch.world({ days: 2, perHour: 30, fault: lastDay(holes) });
    const missing = monitor({ kind: 'missing' });
    expect(bad(await look(model, missing))).toEqual(['amount']);
    await edit(model, ({ features }) => {
      features.amount!.missing_max = 0.3;
    });
    expect(bad(await look(model, missing))).toEqual([]);
    await edit(model, ({ features }) => {
      features.amount!.missing_max = 0.1;
    });
    expect(bad(await look(model, missing))).toEqual(['amount']);
  });

  it('of a model without reference says nothing of features', async () => {
    const model = await watch.world({ days: 1, perHour: 5 });
    const nobody = { ...model, projectId: 'nobody' };
    expect(await look(nobody, values)).toMatchObject({ verdict: 'no_data' });
  });
});

describe('what is constant', () => {
  it('by nature over a window is not news, however much it varies over weeks', async () => {
    const weekday = feature('tenure', (e) => new Date(e.ts).getUTCDay());
    const model = await watch.world({ days: 20, perHour: 12, fault: weekday });
    for (const at of [NOW, NOW - DAY_MS, NOW - 2 * DAY_MS])
      expect(bad(await look(model, { ...values, target: { measure: 'constant' } }, at))).toEqual([]);
  });

  it('since days is told for days', async () => {
    const stuck: Fault = (e, random) => (e.ts >= NOW - 4 * DAY_MS ? feature('tenure', () => 7)(e, random) : e);
    const model = await watch.world({ days: 14, perHour: 12, fault: stuck });
    const constant = { ...values, target: { measure: 'constant' } };
    const history = await evaluateHistory(model, constant, probes, NOW, 8);
    expect(history.map((h) => h.verdict)).toEqual([...Array(4).fill('ok'), ...Array(4).fill('bad')]);
  });
});

describe('skew', () => {
  it('is of the newest version, against what that was trained on', async () => {
    const next: Fault = (e, random) =>
      e.ts >= NOW - DAY_MS && random() < 0.5
        ? { ...e, version: 'v2', features: { ...e.features, amount: Number(e.features.amount) + 40 } }
        : e;
    const model = await watch.world({ days: 3, perHour: 60, fault: next });
    const skew = monitor({ kind: 'skew' });
    expect(bad(await look(model, skew))).toEqual(['amount skew']);
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      features: { amount: 140 + 20 * Math.sin(i) * Math.SQRT2, age: 18 + (i % 60), tenure: i % 120 },
    }));
    await watch.upload(model, rows, 'training', 'v2');
    expect(bad(await look(model, { ...skew, target: { features: ['age', 'tenure'] } }))).toEqual([]);
  });

  it('of the same ids takes enough of them, and small differences of rounding for none', async () => {
    const rounded: Watched = {
      days: 2,
      perHour: 40,
      alsoTrained: (e) => ({ ...e, features: { ...e.features, amount: Math.fround(Number(e.features.amount)) } }),
    };
    const byId = monitor({ kind: 'skew', target: { measure: 'values' } });
    expect(await look(await watch.world(rounded), byId)).toMatchObject({ verdict: 'ok' });
    let few = 0;
    const tooFew = await watch.world({
      ...rounded,
      alsoTrained: (e) => (e.ts >= NOW - DAY_MS && few++ < 20 ? e : null),
    });
    expect(await look(tooFew, byId)).toMatchObject({ verdict: 'no_data' });
  });
});

describe('latency', () => {
  it('says nothing before there are windows to compare with, and takes a threshold as well', async () => {
    const model = await watch.world({ days: 2, perHour: 20 });
    expect(await look(model, monitor({ kind: 'latency' }))).toMatchObject({ verdict: 'no_data' });
    const above = (value: number) => monitor({ kind: 'latency', condition: { op: 'gt', value } });
    expect(await look(model, above(1_000))).toMatchObject({ verdict: 'ok' });
    expect(await look(model, above(5))).toMatchObject({ verdict: 'bad' });
  });

  it('of a quarter of an hour in a day is no regression of its percentiles', async () => {
    const burst: Fault = (e) => (e.ts >= NOW - HOUR_MS / 4 ? { ...e, latency_ms: 5_000 } : e);
    const model = await watch.world({ days: 8, perHour: 40, fault: burst });
    expect(await look(model, monitor({ kind: 'latency' }))).toMatchObject({ verdict: 'ok' });
  });
});

describe('the age of a model', () => {
  const age = monitor({ kind: 'staleness' });
  const unversioned: Fault = (e) => ({ ...e, version: '' });

  it('is not known without versions and deploys, and begins anew with a deploy', async () => {
    const model = await watch.world({ days: 2, perHour: 2, fault: unversioned });
    expect(await look(model, age, NOW + 200 * DAY_MS)).toMatchObject({ verdict: 'no_data' });
    const { projectId } = model;
    const deploy = { id: newId(), projectId, model: 'fraud', ts: new Date(NOW), text: 'v7', kind: 'deploy' as const };
    await watch.stores.control.db.insert(annotations).values(deploy);
    expect(await look(model, age, NOW + 10 * DAY_MS)).toMatchObject({ verdict: 'ok' });
    expect(await look(model, age, NOW + 100 * DAY_MS)).toMatchObject({ verdict: 'bad' });
  });

  it('of a backfill rings for nobody', async () => {
    const model = { ...(await watch.world({ days: 2, perHour: 2 })), liveSince: null };
    expect(await look(model, age, NOW + 500 * DAY_MS)).toMatchObject({ verdict: 'no_data' });
  });
});
