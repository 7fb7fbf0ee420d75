import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { random } from './random.js';
import { Server } from './server.js';

/** A feature goes missing in one corner of the traffic, the model errs there, and the incident says so by itself. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PER_HOUR = 900;
const HOURS = 36;
const MODEL = 'approvals';
let server: Server;
let client: Client;
let brokeAt: number;
let missingAt: number;

beforeAll(async () => {
  server = await Server.start();
  client = server.client();
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  brokeAt = now - 5 * HOUR;
  missingAt = brokeAt - 20 * MINUTE;
  await client.ok(
    client.put(`/v1/models/${MODEL}`, {
      task: 'binary',
      positive_class: '1',
      classes: ['0', '1'],
      primary_metric: 'accuracy',
      granularity: '1h',
      features: {
        income: { type: 'numeric', source: 'crm.customers', importance: 0.8 },
        age: { type: 'numeric', source: 'crm.customers', importance: 0.2 },
        amount: { type: 'numeric', source: 'payments' },
        plan: { type: 'categorical' },
      },
    }),
  );
  await client.ok(
    client.post(`/v1/models/${MODEL}/annotations`, {
      ts: missingAt - 5 * MINUTE,
      text: 'crm schema migration',
      kind: 'data',
    }),
  );
  await send(now);
});
afterAll(() => server?.dispose());

/** Two days of traffic; in BR on ios incomes are lost at first, and twenty minutes later three answers in four are wrong. */
async function send(now: number): Promise<void> {
  const next = random(7);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  const events = Array.from({ length: HOURS * PER_HOUR }, (_, i) => {
    const ts = now - HOURS * HOUR + i * (HOUR / PER_HOUR);
    const tags = { country: pick(['BR', 'DE', 'US', 'IN']), platform: pick(['ios', 'android', 'web']) };
    const corner = tags.country === 'BR' && tags.platform === 'ios';
    const wrong = next() < (corner && ts >= brokeAt ? 0.75 : 0.06);
    const positive = next() < 0.4;
    const score = positive ? 0.6 + 0.4 * next() : 0.4 * next();
    const income = 20_000 + 60_000 * next();
    const features = {
      income: corner && ts >= missingAt ? null : income,
      age: 18 + Math.floor(60 * next()),
      amount: 1_000 * next(),
      plan: pick(['free', 'basic', 'plus']),
    };
    const prediction = { model: MODEL, prediction_id: `p${i}`, ts, tags, features, prediction: { score } };
    return {
      prediction,
      outcome: { model: MODEL, prediction_id: `p${i}`, label: positive !== wrong ? '1' : '0', ts: ts + 1 },
    };
  });
  await client.predictions(events.map((e) => e.prediction));
  await client.outcomes(events.map((e) => e.outcome));
  await client.joined(MODEL, events.length, 200_000);
}

const text = (slice: Json): string[] => slice.predicates.map((p: Json) => `${p.field} ${p.op} ${p.value}`).sort();
const PLANTED = ['tags.country eq BR', 'tags.platform eq ios'];

describe('an incident', () => {
  let incident: Json;
  beforeAll(async () => {
    const monitor = await client.ok(
      client.post('/v1/monitors', {
        name: 'accuracy of approvals',
        model: MODEL,
        kind: 'performance',
        target: { metric: 'accuracy' },
        window: '4h',
        condition: { op: 'lt', value: 0.92 },
        severity: 'critical',
      }),
    );
    await client.ok(client.post(`/v1/monitors/${monitor.id}/evaluate`));
    incident = await eventually(
      async () => {
        const { items } = await client.ok(client.get(`/v1/incidents?model=${MODEL}&state=unresolved`));
        for (const { id } of items) {
          const found = await client.ok(client.get(`/v1/incidents/${id}`));
          if (found.evidence.some((e: Json) => e.monitor_id === monitor.id && e.explanation)) return found;
        }
        return null;
      },
      { what: 'an incident that is explained' },
    );
  });
  const explanation = () => incident.evidence.find((e: Json) => e.monitor === 'accuracy of approvals').explanation;

  it('says in its title what changed, where, and what goes along with it', () => {
    expect(incident.title).toMatch(
      /^approvals: accuracy fell from 9[345] % to 8\d % since \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC, (almost )?all of it in country = BR ∧ platform = ios \(\d+(\.\d)? % of traffic, \d+ % of the excess errors\), where feature income is missing since .*\d{2}:\d{2}.*, source crm\.customers/,
    );
  });

  it('has the planted slice first, beyond chance, with what it explains', () => {
    const [worst] = explanation().slices;
    expect(text(worst)).toEqual(PLANTED);
    expect(worst.q_value).toBeLessThan(1e-6);
    expect(worst.explains).toBeGreaterThan(0.8);
    expect(worst.share).toBeCloseTo(1 / 12, 1);
    expect(worst.before).toBeLessThan(0.12);
  });

  it('knows since when, what moved, and what came before', () => {
    const { onset, moved, source, preceded_by } = explanation();
    expect(Math.abs(Date.parse(onset.at) - brokeAt)).toBeLessThanOrEqual(20 * MINUTE);
    expect(moved[0]).toMatchObject({
      field: 'features.income',
      what: 'missing',
      source: 'crm.customers',
      importance: 1,
    });
    expect(moved).toHaveLength(1);
    expect(moved[0].colocation).toBeGreaterThan(0.95);
    expect(Math.abs(Date.parse(moved[0].since) - missingAt)).toBeLessThanOrEqual(20 * MINUTE);
    expect(source).toEqual({ name: 'crm.customers', features: ['features.income'] });
    expect(preceded_by[0]).toMatchObject({ kind: 'data', text: 'crm schema migration' });
  });

  it('keeps what was found, page by page', async () => {
    const page = await client.ok(client.get(`/v1/models/${MODEL}/slices?kind=monitor&limit=1`));
    expect(text(page.items[0])).toEqual(PLANTED);
    expect(page.items[0]).toMatchObject({ kind: 'monitor', current: true, text: 'country = BR ∧ platform = ios' });
  });
});

describe('slices of mature windows', () => {
  it('are found without being asked for, and tracked from window to window', async () => {
    const found = await eventually(
      async () => {
        const { items } = await client.ok(client.get(`/v1/models/${MODEL}/slices?limit=50`));
        // In windows of their own the same rows have a shorter name.
        const planted = items.find((s: Json) => text(s).join() === 'features.income is_null null');
        return planted?.times_found >= 2 ? planted : null;
      },
      { what: 'the planted slice in two windows', withinMs: 300_000, everyMs: 1_000 },
    );
    expect(found).toMatchObject({ kind: 'window', loss: 'error', monitor_id: null });
    expect(found.history.length).toBeGreaterThan(2);
    const well = found.history.filter((h: Json) => Date.parse(h.end) <= brokeAt);
    const ill = found.history.filter((h: Json) => h.found);
    for (const h of ill) expect(h.error).toBeGreaterThan(0.5);
    for (const h of well) expect(h).toMatchObject({ found: false, ...(h.n === 0 ? { error: null } : {}) });
    expect(Date.parse(found.first_found)).toBeGreaterThanOrEqual(brokeAt - HOUR);
    const rest = await client.get(`/v1/models/${MODEL}/slices?limit=1&cursor=nonsense`);
    expect([rest.status, rest.body.code]).toEqual([400, 'invalid_request']);
    expect((await client.get('/v1/models/nobody/slices')).status).toBe(404);
  }, 320_000);
});

describe('a search', () => {
  const range = () => ({
    from: missingAt,
    to: missingAt + 4 * HOUR,
    compare_with: { from: missingAt - 12 * HOUR, to: missingAt },
  });
  const search = (more: object) => client.ask(MODEL, 'slices/search', { ...range(), ...more });

  it('tells where a feature is missing', async () => {
    const { slices, overall } = await search({ loss: 'missing', field: 'features.income' });
    expect(text(slices[0])).toEqual(PLANTED);
    expect(slices[0]).toMatchObject({ error: 1, rest: 0, before: 0 });
    expect(slices[0].explains).toBeCloseTo(1, 6);
    expect(overall.error).toBeCloseTo(1 / 12, 1);
  });

  it('tells where volume fell', async () => {
    const model = 'counted';
    const next = random(3);
    const start = missingAt - 4 * HOUR;
    const events = Array.from({ length: 8_000 }, (_, i) => ({
      model,
      prediction_id: `v${i}`,
      ts: start + i * ((8 * HOUR) / 8_000),
      tags: { country: ['BR', 'DE', 'US'][Math.floor(3 * next())]!, platform: ['ios', 'web'][Math.floor(2 * next())]! },
      prediction: { score: 0.5 },
    })).filter((e) => e.ts < missingAt || e.tags.country !== 'DE' || e.tags.platform !== 'web' || next() < 0.1);
    await client.predictions(events);
    const { slices, overall } = await client.ask(model, 'slices/search', {
      from: missingAt,
      to: missingAt + 4 * HOUR,
      compare_with: { from: start, to: missingAt },
      loss: 'volume',
    });
    expect(text(slices[0])).toEqual(['tags.country eq DE', 'tags.platform eq web']);
    expect(slices[0].error).toBeCloseTo(0.9, 1);
    expect(slices[0].explains).toBeGreaterThan(0.8);
    expect(overall.error).toBeCloseTo(0.15, 1);
  });

  it('finds what vanished, however long the range is that it is held against', async () => {
    const model = 'vanished';
    const next = random(5);
    const [days, perDay, DAY] = [14, 400, 24 * HOUR];
    const start = Math.floor(Date.now() / DAY) * DAY - (days + 1) * DAY;
    const events = Array.from({ length: (days + 1) * perDay }, (_, i) => ({
      model,
      prediction_id: `d${i}`,
      ts: start + i * (DAY / perDay),
      tags: {
        country: ['BR', 'DE', 'US', 'FR', 'IT'][Math.floor(5 * next())]!,
        platform: ['ios', 'web'][Math.floor(2 * next())]!,
      },
      prediction: { score: 0.5 },
    })).filter((e) => e.ts < start + days * DAY || e.tags.country !== 'BR');
    await client.predictions(events);
    // What a model has is noted a moment after its first events.
    await eventually(
      async () => (await client.ask(model, 'fields', {})).items.some((f: Json) => f.field === 'tags.country') || null,
      { what: 'the tags of the model' },
    );
    const now = { from: start + days * DAY, to: start + (days + 1) * DAY };
    for (const back of [1, 7, 14]) {
      const before = { from: now.from - back * DAY, to: now.from };
      const asked = { ...now, compare_with: before, loss: 'volume' };
      const { slices, overall } = await client.ask(model, 'slices/search', asked);
      const of = ({ from, to }: { from: number; to: number }, country?: string) =>
        events.filter((e) => e.ts >= from && e.ts < to && (country === undefined || e.tags.country === country)).length;
      const [expected, all] = [of(before, 'BR') / back, of(before) / back];
      expect(text(slices[0])).toEqual(['tags.country eq BR']);
      expect(slices[0]).toMatchObject({ n: 0, error: 1, before: expect.closeTo(expected, 6) });
      expect(slices[0].q_value).toBeLessThan(1e-6);
      const lacking = 1 - of(now) / all;
      expect(overall).toMatchObject({ n: of(now), before: expect.closeTo(all, 6), error: expect.closeTo(lacking, 9) });
      const lift = 1 / lacking;
      expect(slices[0]).toMatchObject({
        lift: expect.closeTo(lift, 9),
        score: expect.closeTo(0.95 * (lift - 1) - 0.05 * (all / expected - 1), 9),
      });
    }
  });

  it('right after the first events knows what they hold', async () => {
    const model = 'newborn';
    const ts = Date.now() - 2 * HOUR;
    const events = Array.from({ length: 200 }, (_, i) => ({
      model,
      prediction_id: `n${i}`,
      ts: ts + i,
      features: { income: i % 4 === 0 ? null : i, source: i % 4 === 0 ? 'gateway' : 'web' },
      prediction: { score: 0.5 },
    }));
    await client.predictions(events);
    const { slices } = await client.ask(model, 'slices/search', {
      ...{ from: ts, to: ts + HOUR, loss: 'missing', field: 'features.income', min_support: 10 },
    });
    expect(text(slices[0])).toEqual(['features.source eq gateway']);
    const { windows } = await client.ask(model, 'performance', { from: ts, to: ts + HOUR, granularity: 'all' });
    expect(windows[0].predictions).toBe(200);
  });

  it('tells texts among numbers from missing ones', async () => {
    const model = 'mixed';
    const start = Date.now() - 2 * HOUR;
    const events = Array.from({ length: 400 }, (_, i) => ({
      model,
      prediction_id: `m${i}`,
      ts: start + i * 1000,
      features: { mixed: [i, i, ['text', 'NaN'][i % 3 === 0 ? 1 : 0]!, null][i % 4]! },
      prediction: { score: 0.9 },
    }));
    await client.predictions(events);
    await client.outcomes(
      events.map((e, i) => ({ model, prediction_id: e.prediction_id, ts: e.ts + 1000, label: Number(i % 5 > 0) })),
    );
    await client.joined(model, 400);
    const range = { from: start, to: Date.now() };
    const { slices } = await client.ask(model, 'slices/search', {
      ...range,
      fields: ['features.mixed'],
      min_support: 1,
      k: 100,
    });
    const ofNumbers = slices.filter((s: Json) => s.predicates[0].op === 'between');
    expect(ofNumbers.reduce((all: number, s: Json) => all + s.n, 0)).toBe(200);
    expect(slices.find((s: Json) => s.predicates[0].op === 'is_null').n).toBe(100);
    for (const { n, filters } of slices) {
      const { windows } = await client.ask(model, 'performance', { ...range, granularity: 'all', filters });
      expect(windows[0].labelled).toBe(n);
    }
  });

  it('refuses what it cannot search', async () => {
    const code = async (more: object) => {
      const { status, body } = await client.post(`/v1/models/${MODEL}/slices/search`, { ...range(), ...more });
      return [status, body.errors?.[0]?.path];
    };
    expect(await code({ loss: 'missing' })).toEqual([400, 'field']);
    expect(await code({ loss: 'volume', compare_with: undefined })).toEqual([400, 'compare_with']);
    expect(await code({ field: 'features.income' })).toEqual([400, 'field']);
    for (const more of [{ fields: ['features.incom'] }, { loss: 'missing', field: 'features.incom' }]) {
      const { status, body } = await client.post(`/v1/models/${MODEL}/slices/search`, { ...range(), ...more });
      expect([status, body.detail]).toEqual([400, expect.stringContaining("Did you mean 'features.income'?")]);
    }
  });
});

describe('attribution', () => {
  const range = () => ({
    from: brokeAt,
    to: brokeAt + 5 * HOUR,
    compare_with: { from: brokeAt - 20 * HOUR, to: brokeAt },
  });
  const attribution = (metric: string, more: object = {}) =>
    client.ask(MODEL, 'attribution', { ...range(), metric, ...more });
  const METRICS = [
    ...['accuracy', 'error_rate', 'precision', 'recall', 'specificity', 'f1', 'log_loss', 'brier', 'base_rate'],
    ...['predicted_positive_rate', 'roc_auc'],
  ];

  it.each(METRICS)('of %s adds up to the change that performance shows, in every field', async (metric) => {
    const answer = await attribution(metric);
    const shown = async (of: object): Promise<number> => {
      const q = { ...of, granularity: 'all', metrics: [metric === 'error_rate' ? 'accuracy' : metric] };
      const { windows } = await client.ask(MODEL, 'performance', q);
      const [value] = Object.values(windows[0].metrics) as Json[];
      return metric === 'error_rate' ? 1 - value.value : value.value;
    };
    const { from, to, compare_with } = range();
    expect(answer.now.value).toBeCloseTo(await shown({ from, to }), 9);
    expect(answer.before.value).toBeCloseTo(await shown(compare_with), 9);
    expect(answer.fields.length).toBe(7);
    for (const { slices, rate, mix } of answer.fields) {
      const sum = slices.reduce((all: number, s: Json) => all + s.rate.value + s.mix.value, 0);
      expect(Math.abs(sum - answer.change)).toBeLessThan(1e-12);
      expect(Math.abs(rate + mix - answer.change)).toBeLessThan(1e-12);
      expect(slices.reduce((all: number, s: Json) => all + s.now.n, 0)).toBe(answer.now.n);
    }
  });

  it('says which slices did it, what moved along, from which source, and what came before', async () => {
    const { fields, onset, moved, source, preceded_by } = await attribution('accuracy');
    // Where income is missing is the corner itself.
    expect(
      fields
        .slice(0, 3)
        .map((f: Json) => f.field)
        .sort(),
    ).toEqual(['features.income', 'tags.country', 'tags.platform']);
    const country = fields.find((f: Json) => f.field === 'tags.country');
    const [brazil] = country.slices;
    expect(brazil).toMatchObject({ text: 'country = BR', filters: [{ field: 'tags.country', op: 'eq', value: 'BR' }] });
    expect(brazil.rate.high).toBeLessThan(-0.03);
    expect(brazil.mix.low).toBeLessThan(0);
    expect(brazil.mix.high).toBeGreaterThan(0);
    expect(Math.abs(Date.parse(onset.at) - brokeAt)).toBeLessThanOrEqual(20 * MINUTE);
    expect(moved[0]).toMatchObject({ field: 'features.income', what: 'missing' });
    expect(source.name).toBe('crm.customers');
    expect(preceded_by[0].text).toBe('crm schema migration');
  });

  it('of the precision, recall and f1 of a class adds up too', async () => {
    const model = 'classes';
    const next = random(6);
    const start = Date.now() - 4 * HOUR;
    const classes = ['a', 'b', 'c'];
    const events = Array.from({ length: 1_200 }, (_, i) => ({
      model,
      prediction_id: `c${i}`,
      ts: start + i * 10_000,
      tags: { shop: ['x', 'y'][i % 2]! },
      prediction: { class: classes[Math.floor(3 * next())]! },
    }));
    await client.predictions(events);
    await client.outcomes(
      events.map((e, i) => ({
        model,
        prediction_id: e.prediction_id,
        ts: e.ts + 1000,
        label: next() < (i < 600 || e.tags.shop === 'x' ? 0.8 : 0.4) ? e.prediction.class : classes[i % 3]!,
      })),
    );
    await client.joined(model, 1_200);
    const at = start + 600 * 10_000;
    const [now, before] = [
      { from: at, to: start + 4 * HOUR },
      { from: start, to: at },
    ];
    for (const metric of ['precision:a', 'recall:b', 'f1:c', 'precision:nosuch']) {
      const answer = await client.ask(model, 'attribution', { ...now, compare_with: before, metric });
      if (metric === 'precision:nosuch') {
        expect(answer).toMatchObject({ change: null });
        continue;
      }
      const of = async (range: object) =>
        (await client.ask(model, 'performance', { ...range, granularity: 'all', metrics: [metric] })).windows[0]
          .metrics[metric].value;
      expect(answer.now.value).toBeCloseTo(await of(now), 12);
      expect(answer.before.value).toBeCloseTo(await of(before), 12);
      for (const { rate, mix } of answer.fields) expect(rate + mix).toBeCloseTo(answer.change, 12);
      expect(answer.fields[0].field).toBe('tags.shop');
    }
  });

  it('is of the asked fields and rows alone', async () => {
    const filters = [{ field: 'tags.country', op: 'eq', value: 'BR' }];
    const { fields, now } = await attribution('accuracy', { fields: ['tags.platform'], filters });
    expect(fields.map((f: Json) => f.field)).toEqual(['tags.platform']);
    expect(fields[0].slices[0].text).toBe('platform = ios');
    expect(now.n).toBeLessThan(0.3 * 5 * PER_HOUR);
  });

  it('refuses what is no sum over rows, and what it does not know', async () => {
    const ask = async (model: string, body: object) => {
      const answer = await client.post(`/v1/models/${model}/attribution`, body);
      return [answer.status, answer.body.code];
    };
    expect(await ask(MODEL, { ...range(), metric: 'ece' })).toEqual([400, 'invalid_request']);
    expect(await ask(MODEL, { ...range(), metric: 'accuracy', fields: ['label'] })).toEqual([400, 'invalid_request']);
    expect((await ask(MODEL, { metric: 'accuracy', from: 0, to: 1 }))[0]).toBe(400);
    expect((await ask('nobody', { ...range(), metric: 'accuracy' }))[0]).toBe(404);
  });

  it('of an empty range says that there is nothing', async () => {
    const far = Date.parse('2020-01-01T00:00:00Z');
    const answer = await attribution('accuracy', { compare_with: { from: far, to: far + HOUR } });
    expect(answer).toMatchObject({ change: null, before: { value: null, n: 0 }, onset: null });
  });
});

describe('a model of many fields', () => {
  const WIDE = 'wide';
  const ROWS = 1_000;
  const start = Date.now() - 6 * HOUR;
  /** With this one there are 221 fields. */
  const important = 'z_income';
  beforeAll(async () => {
    await client.ok(
      client.put(`/v1/models/${WIDE}`, {
        task: 'binary',
        positive_class: '1',
        classes: ['0', '1'],
        features: { [important]: { type: 'numeric', importance: 1 } },
      }),
    );
    const next = random(11);
    const features = () =>
      Object.fromEntries(
        Array.from({ length: 218 }, (_, i) => [`f${String(i).padStart(3, '0')}`, Math.floor(3 * next())]),
      );
    const events = Array.from({ length: 2 * ROWS }, (_, i) => ({
      model: WIDE,
      prediction_id: `w${i}`,
      ts: start + i * Math.floor((4 * HOUR) / (2 * ROWS)),
      version: 'v1',
      features: { ...features(), [important]: Math.floor(3 * next()) },
      tags: { country: ['BR', 'DE', 'US', 'FR'][i % 4]! },
      prediction: { score: 0.9 },
    }));
    await client.predictions(events);
    await client.outcomes(
      events.map((e, i) => ({
        model: WIDE,
        prediction_id: e.prediction_id,
        ts: e.ts + 1000,
        label: i >= ROWS && e.tags.country === 'BR' && next() < 0.6 ? 0 : Number(next() < 0.95),
      })),
    );
    await client.joined(WIDE, 2 * ROWS);
  });
  const [before, now] = [
    { from: start, to: start + 2 * HOUR },
    { from: start + 2 * HOUR, to: start + 4 * HOUR },
  ];

  it('is searched by tags, the version and its important features, and says what it left out', async () => {
    const { slices, left_out } = await client.ask(WIDE, 'slices/search', { ...now, max_predicates: 1 });
    expect(text(slices[0])).toEqual(['tags.country eq BR']);
    expect(left_out).toEqual([...Array.from({ length: 21 }, (_, i) => `features.f${197 + i}`)]);
  });

  it('is attributed by them too', async () => {
    const answer = await client.ask(WIDE, 'attribution', { ...now, compare_with: before, metric: 'accuracy' });
    expect(answer.fields).toHaveLength(50);
    expect(answer.fields[0].field).toBe('tags.country');
    expect(answer.fields.map((f: Json) => f.field)).toEqual(
      expect.arrayContaining(['version', `features.${important}`]),
    );
    expect(answer.left_out).toHaveLength(171);
  });
});

describe('a model of few rows', () => {
  it('is searched by itself week by week', async () => {
    const model = 'rare';
    const DAY = 24 * HOUR;
    const PER_DAY = 30;
    await client.ok(
      client.put(`/v1/models/${model}`, {
        task: 'binary',
        positive_class: '1',
        classes: ['0', '1'],
        granularity: '1d',
      }),
    );
    const next = random(12);
    const start = Math.floor(Date.now() / DAY) * DAY - 21 * DAY;
    const events = Array.from({ length: 21 * PER_DAY }, (_, i) => ({
      model,
      prediction_id: `r${i}`,
      ts: start + Math.floor((i * DAY) / PER_DAY),
      tags: { shop: ['north', 'south', 'east'][i % 3]! },
      prediction: { score: 0.9 },
    }));
    await client.predictions(events);
    await client.outcomes(
      events.map((e) => ({
        model,
        prediction_id: e.prediction_id,
        ts: e.ts + 1000,
        label: Number(next() < (e.tags.shop === 'south' ? 0.4 : 0.97)),
      })),
    );
    const found = await eventually(
      async () => {
        const { items } = await client.ok(client.get(`/v1/models/${model}/slices`));
        return items.find((s: Json) => s.text === 'shop = south' && s.times_found >= 2) ?? null;
      },
      { what: 'the slice in two weeks', withinMs: 300_000, everyMs: 1_000 },
    );
    expect(found).toMatchObject({ kind: 'window', metric: null });
    for (const { start, end } of found.history.filter((h: Json) => h.found))
      expect([Date.parse(end) - Date.parse(start), new Date(start).getUTCDay()]).toEqual([7 * DAY, 1]);
  }, 320_000);
});
