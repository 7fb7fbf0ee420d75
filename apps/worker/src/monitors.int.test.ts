import { type MonitorBody, monitorBody } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { calibrate, evaluateHistory, evaluateNow, gatherEvidence, type Probes } from '@plumbline/monitors';
import { DAY_MS, type Fault, HOUR_MS, MONDAY_MS, spread, type WatchedEvent, watchedStream } from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProbes } from './probes.js';
import { openWatch, type Watch } from './testing/watch.js';

const NOW = MONDAY_MS + 20 * DAY_MS;
let watch: Watch;
let probes: Probes;
beforeAll(async () => {
  watch = await openWatch(NOW);
  probes = watch.probes;
});
afterAll(() => watch?.close());

const monitor = (over: Partial<MonitorBody> & Pick<MonitorBody, 'kind'>): MonitorBody =>
  monitorBody.parse({ name: over.kind, model: 'fraud', window: '1d', ...over });
const look = (model: ModelContext, body: MonitorBody) => evaluateNow(model, body, probes, NOW);
const lastDay =
  (fault: Fault): Fault =>
  (e, random) =>
    e.ts >= NOW - DAY_MS ? fault(e, random) : e;
const feature =
  (name: string, value: (e: WatchedEvent) => unknown): Fault =>
  (e) => ({ ...e, features: { ...e.features, [name]: value(e) } });

const guessing = lastDay((e, random) => ({ ...e, label: random() < 0.3 ? 1 : 0 }));
const moved = lastDay(feature('amount', (e) => Number(e.features.amount) + 30));
const holes = lastDay((e, random) => (random() < 0.4 ? feature('age', () => null)(e, random) : e));
const withoutCountry = lastDay((e) => {
  const { country: _, ...features } = e.features;
  return { ...e, features: { ...features, extra: 1 } };
});

type Case = { what: string; body: MonitorBody; days: number; perHour: number; fault: Fault; subject: string };
const cases: Case[] = [
  {
    what: 'performance against the reference',
    body: monitor({ kind: 'performance' }),
    days: 1,
    perHour: 50,
    fault: guessing,
    subject: 'roc_auc',
  },
  {
    what: 'performance against a threshold',
    body: monitor({ kind: 'performance', target: { metric: 'accuracy' }, condition: { op: 'lt', value: 0.75 } }),
    days: 1,
    perHour: 50,
    fault: guessing,
    subject: 'accuracy',
  },
  {
    what: 'performance against the windows before',
    body: monitor({ kind: 'performance', compare: { to: 'previous' } }),
    days: 5,
    perHour: 30,
    fault: guessing,
    subject: 'roc_auc',
  },
  {
    what: 'performance of a group',
    body: monitor({ kind: 'performance', per: ['features.country'], compare: { to: 'previous' } }),
    days: 5,
    perHour: 60,
    fault: lastDay((e, random) => (e.features.country === 'BR' ? { ...e, label: random() < 0.3 ? 1 : 0 } : e)),
    subject: 'features.country = BR',
  },
  { what: 'drift', body: monitor({ kind: 'drift' }), days: 1, perHour: 50, fault: moved, subject: 'amount' },
  {
    what: 'drift against the days before',
    body: monitor({ kind: 'drift', compare: { to: 'trailing', span: '7d' } }),
    days: 9,
    perHour: 25,
    fault: moved,
    subject: 'amount',
  },
  {
    what: 'drift against a fixed range',
    body: monitor({
      kind: 'drift',
      compare: { to: 'reference', range: { from: NOW - 8 * DAY_MS, to: NOW - 3 * DAY_MS } },
    }),
    days: 9,
    perHour: 25,
    fault: moved,
    subject: 'amount',
  },
  {
    what: 'drift by ks',
    body: monitor({ kind: 'drift', target: { measure: 'ks' } }),
    days: 1,
    perHour: 50,
    fault: moved,
    subject: 'amount',
  },
  {
    what: 'drift from the same hours of last week',
    body: monitor({ kind: 'drift', compare: { to: 'previous' } }),
    days: 8,
    perHour: 50,
    fault: moved,
    subject: 'amount',
  },
  {
    what: 'skew',
    body: monitor({ kind: 'skew', target: { features: ['amount'] } }),
    days: 1,
    perHour: 50,
    fault: moved,
    subject: 'amount',
  },
  { what: 'missing', body: monitor({ kind: 'missing' }), days: 1, perHour: 50, fault: holes, subject: 'age' },
  {
    what: 'schema',
    body: monitor({ kind: 'schema' }),
    days: 1,
    perHour: 50,
    fault: withoutCountry,
    subject: 'country',
  },
  {
    what: 'volume',
    body: monitor({ kind: 'volume', window: '1h' }),
    days: 15,
    perHour: 20,
    fault: (e, random) => (e.ts >= NOW - HOUR_MS && random() < 0.9 ? null : e),
    subject: 'volume',
  },
  {
    what: 'volume of windows that do not divide a week',
    body: monitor({ kind: 'volume', window: '5h', every: '1h' }),
    days: 15,
    perHour: 10,
    fault: (e, random) => (e.ts >= NOW - 5 * HOUR_MS && random() < 0.9 ? null : e),
    subject: 'volume',
  },
  {
    what: 'freshness',
    body: monitor({ kind: 'freshness', window: '1h' }),
    days: 2,
    perHour: 30,
    fault: (e) => (e.ts >= NOW - 3 * HOUR_MS ? null : e),
    subject: 'freshness',
  },
  {
    what: 'latency',
    body: monitor({ kind: 'latency' }),
    days: 5,
    perHour: 10,
    fault: lastDay((e) => ({ ...e, latency_ms: 2 * Number(e.latency_ms) })),
    subject: 'latency_p95',
  },
  {
    what: 'label coverage',
    body: monitor({ kind: 'label_coverage' }),
    days: 2,
    perHour: 20,
    fault: lastDay((e, random) => (random() < 0.8 ? { ...e, label: null } : e)),
    subject: 'label coverage',
  },
];

describe('a monitor on real rows', () => {
  it.each(cases)(
    'of $what rings on its fault, and is quiet without',
    async ({ body, days, perHour, fault, subject }) => {
      const well = await evaluateNow(await watch.world({ days, perHour }), body, probes, NOW);
      expect(well, well.message).toMatchObject({ verdict: 'ok' });
      const ill = await evaluateNow(await watch.world({ days, perHour, fault }), body, probes, NOW);
      expect(ill, ill.message).toMatchObject({ verdict: 'bad' });
      expect(ill.findings.filter((f) => f.state === 'bad').map((f) => f.subject)).toContain(subject);
      expect(ill.message.length).toBeGreaterThan(10);
    },
  );

  it('of performance judges a model of few labels when no more will come, and waits when they stay away', async () => {
    const few: Fault = (e, random) => (random() < 0.85 ? { ...e, label: null } : e);
    const often = monitor({ kind: 'performance' });
    const looked = async (fault: Fault, body = often) =>
      evaluateNow(await watch.world({ days: 5, perHour: 50, fault }), body, probes, NOW);
    expect(await looked(few)).toMatchObject({ verdict: 'ok' });
    expect(await looked((e, random) => few(guessing(e, random)!, random))).toMatchObject({ verdict: 'bad' });
    expect(await looked(few, { ...often, min_coverage: 0.25 })).toMatchObject({ verdict: 'no_data' });
    const stopped = lastDay((e, random) => (random() < 0.95 ? { ...e, label: null } : guessing(e, random)));
    expect(await looked(stopped)).toMatchObject({ verdict: 'no_data' });
  });

  it('of age rings when the newest version is older than it may be', async () => {
    const model = await watch.world({ days: 3, perHour: 1, trained: 0 });
    const of = (value: number) => monitor({ kind: 'staleness', condition: { op: 'gt', value } });
    expect((await evaluateNow(model, of(4 * DAY_MS), probes, NOW)).verdict).toBe('ok');
    const old = await evaluateNow(model, of(2 * DAY_MS), probes, NOW);
    expect(old.verdict).toBe('bad');
    expect((await evaluateNow(model, monitor({ kind: 'staleness' }), probes, NOW)).verdict).toBe('ok');
    // Worst first would leave out the rows without a label.
    const at = { nowMs: NOW, knownAt: NOW };
    const { rows_query } = await gatherEvidence({ id: 'm', body: of(2 * DAY_MS) }, model, old, probes, at, []);
    expect(rows_query.order).toBe('ts');
  });

  it('that compares two versions judges the one in its slice', async () => {
    const model = await watch.world({
      days: 1,
      perHour: 100,
      fault: (e, random) => (random() < 0.5 ? { ...e, version: 'v2', label: random() < 0.3 ? 1 : 0 } : e),
    });
    const of = (judged: string, against: string) =>
      monitor({
        kind: 'performance',
        slice: [{ field: 'version', op: 'eq', value: judged }],
        compare: { to: 'version', version: against },
      });
    expect((await evaluateNow(model, of('v2', 'v1'), probes, NOW)).verdict).toBe('bad');
    expect((await evaluateNow(model, of('v1', 'v2'), probes, NOW)).verdict).toBe('ok');
  });

  it('says nothing of what it cannot know', async () => {
    const empty = await watch.world({ days: 0, perHour: 0, trained: 0 });
    const unlabelled = await watch.world({ days: 1, perHour: 10, trained: 0, fault: (e) => ({ ...e, label: null }) });
    for (const kind of [
      'performance',
      'drift',
      'freshness',
      'volume',
      'schema',
      'missing',
      'skew',
      'latency',
      'staleness',
      'label_coverage',
    ] as const)
      expect(await evaluateNow(empty, monitor({ kind }), probes, NOW), kind).toMatchObject({ verdict: 'no_data' });
    for (const kind of ['performance', 'drift', 'schema', 'missing'] as const)
      expect(await evaluateNow(unlabelled, monitor({ kind }), probes, NOW), kind).toMatchObject({ verdict: 'no_data' });
    const backfilled = { ...unlabelled, liveSince: null };
    for (const kind of ['volume', 'freshness'] as const)
      expect(await evaluateNow(backfilled, monitor({ kind }), probes, NOW), kind).toMatchObject({ verdict: 'no_data' });
  });
});

describe('the history of a monitor', () => {
  it('is the same rule over the days before: quiet while all is well, bad since the fault', async () => {
    const since = NOW - 3 * DAY_MS;
    const model = await watch.world({
      days: 9,
      perHour: 25,
      fault: (e, random) => (e.ts >= since ? feature('amount', (x) => Number(x.features.amount) + 30)(e, random) : e),
    });
    const body = monitor({ kind: 'drift' });
    const history = await evaluateHistory(model, body, probes, NOW, 10);
    expect(history.map((h) => h.verdict)).toEqual(['no_data', ...Array(6).fill('ok'), 'bad', 'bad', 'bad']);
    const evidence = await gatherEvidence(
      { id: 'm', body },
      model,
      await evaluateNow(model, body, probes, NOW),
      probes,
      { nowMs: NOW, knownAt: NOW },
      history,
    );
    expect(evidence).toMatchObject({
      since: new Date(since).toISOString(),
      findings: [{ subject: 'amount', state: 'bad' }, ...Array(5).fill({})],
    });
    expect(evidence.history).toHaveLength(10);
    for (const kind of ['performance', 'missing'] as const)
      expect(
        (await evaluateHistory(model, monitor({ kind }), probes, NOW, 9)).map((h) => h.verdict),
        kind,
      ).toEqual(Array(9).fill('ok'));
  });
});

describe('the evidence', () => {
  const inBrazil =
    (fault: Fault): Fault =>
    (e, random) =>
      e.features.country === 'BR' ? fault(e, random) : e;
  it.each<[string, MonitorBody, Fault, string]>([
    ['errors', monitor({ kind: 'performance' }), inBrazil((e) => ({ ...e, label: 1 - e.label! })), 'mean error'],
    ['missing values', monitor({ kind: 'missing' }), inBrazil(feature('age', () => null)), 'share of rows without age'],
    [
      'values out of range',
      monitor({ kind: 'drift' }),
      inBrazil(feature('amount', () => 500)),
      "share of amount outside the reference's 1–99 % range",
    ],
  ])('says where the %s sit', async (_, body, fault, what) => {
    const model = await watch.world({ days: 1, perHour: 60, fault });
    const looked = await evaluateNow(model, body, probes, NOW);
    const evidence = await gatherEvidence({ id: 'm', body }, model, looked, probes, { nowMs: NOW, knownAt: NOW }, []);
    expect(evidence.slices[0]).toMatchObject({ field: 'features.country', value: 'BR', what });
    expect(evidence.slices[0]!.explains).toBeGreaterThan(0.25);
  });
});

describe('what a slice or a group is compared with', () => {
  const guessingIn =
    (...countries: string[]): Fault =>
    (e, random) =>
      countries.includes(String(e.features.country)) ? { ...e, label: random() < 0.3 ? 1 : 0 } : e;
  /** A model that always guessed in one country, and was trained on rows where it did. */
  const trainedOn = async (trained: Fault, fault: Fault = trained, perHour = 100) => {
    const model = await watch.world({ days: 1, perHour, trained: 0, fault });
    await watch.upload(model, watchedStream(spread(3000, MONDAY_MS - 5 * DAY_MS, MONDAY_MS), 1, trained));
    return model;
  };
  const slice: MonitorBody['slice'] = [{ field: 'features.country', op: 'eq', value: 'BR' }];

  it('is the same of the reference, for a metric', async () => {
    const usual = await trainedOn(guessingIn('BR'));
    const inBrazil = await look(usual, monitor({ kind: 'performance', slice }));
    expect(inBrazil, inBrazil.message).toMatchObject({ verdict: 'ok' });
    expect(inBrazil.findings[0]!.baseline).toBeLessThan(0.6);
    const per = monitor({ kind: 'performance', per: ['features.country'] });
    const groups = await look(usual, per);
    expect(groups, groups.message).toMatchObject({ verdict: 'ok' });
    expect(groups.findings).toHaveLength(4);
    const worse = await look(await trainedOn(guessingIn('BR'), guessingIn('BR', 'US')), per);
    expect(worse.findings.map((f) => [f.subject, f.state])[0]).toEqual(['features.country = US', 'bad']);
    expect(worse.findings.filter((f) => f.state === 'bad')).toHaveLength(1);
    expect(worse.message).toContain("reference 'training'");
  });

  it.each<[MonitorBody['kind'], Fault, Fault, string]>([
    ['drift', feature('amount', (e) => Number(e.features.amount) + 100), (e) => e, 'amount'],
    ['skew', feature('amount', (e) => Number(e.features.amount) + 100), (e) => e, 'amount'],
    ['missing', feature('age', () => null), holes, 'age'],
  ])('is the same of the reference, for %s', async (kind, inBrazil, otherwise, subject) => {
    const usual: Fault = (e, random) => (e.features.country === 'BR' ? inBrazil(e, random) : e);
    const reversed: Fault = (e, random) => (e.features.country === 'BR' ? e : inBrazil(e, random));
    const body = monitor({ kind, slice });
    const well = await look(await trainedOn(usual), body);
    expect(well, well.message).toMatchObject({ verdict: 'ok' });
    const per = await look(await trainedOn(usual), { ...body, slice: [], per: ['features.country'] });
    expect(per, per.message).toMatchObject({ verdict: 'ok' });
    const ill = await look(await trainedOn(otherwise, kind === 'missing' ? usual : reversed), {
      ...body,
      slice: [{ ...slice[0]!, op: kind === 'missing' ? 'eq' : 'ne' }],
    });
    expect(ill.findings.filter((f) => f.state === 'bad').map((f) => f.subject)).toEqual([subject]);
    const rare = await look(
      await trainedOn(
        usual,
        feature('country', () => 'XX'),
      ),
      {
        ...body,
        slice: [{ ...slice[0]!, value: 'XX' }],
      },
    );
    expect(rare).toMatchObject({ verdict: 'no_data' });
    expect(rare.message).toContain("the reference 'training' has 0 rows of this slice, fewer than 30");
  });

  it.each<[MonitorBody['kind'], Fault, string]>([
    ['drift', feature('amount', (e) => Number(e.features.amount) + 30), 'amount'],
    ['missing', (e, random) => (random() < 0.4 ? feature('age', () => null)(e, random) : e), 'age'],
    ['schema', feature('extra', () => 1), 'extra'],
    ['schema', feature('plan', () => 3), 'plan'],
    ['schema', feature('age', () => 'old'), 'age'],
    ['label_coverage', (e, random) => (random() < 0.8 ? { ...e, label: null } : e), 'label coverage'],
  ])('is another version, or the time before, for %s', async (kind, fault, subject) => {
    const compare = { to: 'version' as const, version: 'v2' };
    const body = monitor({ kind, compare, slice: [{ field: 'version', op: 'eq', value: 'v1' }] });
    const split =
      (of: Fault): Fault =>
      (e, random) =>
        random() < 0.5 ? of(e, random) : { ...e, version: 'v2' };
    const untrained = { days: 1, perHour: 60, trained: 0 };
    const well = await look(await watch.world({ ...untrained, fault: split((e) => e) }), body);
    expect(well, well.message).toMatchObject({ verdict: 'ok' });
    const ill = await look(await watch.world({ ...untrained, fault: split(fault) }), body);
    expect(ill.findings.filter((f) => f.state === 'bad').map((f) => f.subject)).toEqual([subject]);
    const alone = await look(await watch.world(untrained), body);
    expect(alone, alone.message).toMatchObject({ verdict: 'no_data' });
    const previous = { ...body, slice: [], compare: { to: 'previous' as const } };
    const before = await look(await watch.world({ days: 8, perHour: 40, trained: 0, fault: lastDay(fault) }), previous);
    expect(before.findings.filter((f) => f.state === 'bad').map((f) => f.subject)).toEqual([subject]);
  });

  it('are the windows before where the reference has no such rows, which is said', async () => {
    const model = await watch.world({
      days: 3,
      perHour: 60,
      fault: (e) => ({ ...e, tags: { shop: 'new' } }) as WatchedEvent,
    });
    const looked = await look(model, monitor({ kind: 'performance', per: ['tags.shop'] }));
    expect(looked).toMatchObject({ verdict: 'ok' });
    expect(looked.message).toContain("the 2 windows before; reference 'training' has too few such rows");
  });

  it('are the labels of the other version, and nothing is said while it has none', async () => {
    const versions = (labelled: number): Fault => {
      let left = labelled;
      return (e, random) => (random() < 0.5 ? e : { ...e, version: 'v2', label: left-- > 0 ? e.label : null });
    };
    const body = monitor({
      kind: 'performance',
      slice: [{ field: 'version', op: 'eq', value: 'v1' }],
      compare: { to: 'version', version: 'v2' },
    });
    for (const [labelled, says] of [
      [0, "version 'v2' has no labelled rows to compare with"],
      [5, "version 'v2' has 5 labelled rows to compare with, 30 are needed"],
      [60, "of the labels of version 'v2' have come, 25.0 % are needed"],
    ] as const) {
      const model = await watch.world({ days: 1, perHour: 50, trained: 0, fault: versions(labelled) });
      const looked = await look(model, body);
      expect(looked, looked.message).toMatchObject({ verdict: 'no_data' });
      expect(looked.message).toContain(says);
    }
    const absent = await look(await watch.world({ days: 1, perHour: 50, trained: 0 }), body);
    expect(absent).toMatchObject({ verdict: 'no_data' });
    expect(absent.message).toContain("version 'v2' has no labelled rows");
  });

  it('does not switch off a number for the metric itself', async () => {
    const model = await watch.world({ days: 1, perHour: 50 });
    const of = (compare: object | undefined, value: number) =>
      look(
        model,
        monitorBody.parse({
          ...monitor({ kind: 'performance', target: { metric: 'accuracy' } }),
          condition: { op: 'lt', value },
          compare,
        }),
      );
    for (const compare of [undefined, { tolerance: 0.05 }, { to: 'reference' }, { to: 'previous' }]) {
      expect((await of(compare, 0.99)).verdict, JSON.stringify(compare)).toBe('bad');
      expect((await of(compare, 0.5)).verdict, JSON.stringify(compare)).toBe('ok');
    }
  });
});

describe('more groups than can be looked at', () => {
  it('are left out, the smallest first; what is bad is said first', async () => {
    let i = 0;
    const model = await watch.world({
      days: 1,
      perHour: 700,
      trained: 0,
      // Half of the rows are of sixty shops, every other one is of a shop of its own.
      fault: (e) => {
        const shop = i++ % 4 === 0 ? `big ${(i >> 2) % 60}` : `small ${i}`;
        const slow = shop === 'big 7' ? 500 : 0;
        return { ...e, tags: { shop }, latency_ms: Number(e.latency_ms) + slow } as WatchedEvent;
      },
    });
    const condition = { op: 'gt' as const, value: 200 };
    const latency = monitor({ kind: 'latency', per: ['tags.shop'], condition, min_samples: 20 });
    const looked = await look(model, latency);
    expect(looked.findings.map((f) => f.subject).filter((s) => s.startsWith('tags.shop = big'))).toHaveLength(50);
    const both = await look(model, { ...latency, per: ['tags.shop', 'features.plan'], min_samples: 10 });
    expect(both.findings).toHaveLength(50);
    const volume = await look(
      model,
      monitor({ kind: 'volume', per: ['tags.shop'], condition: { op: 'lt', value: 60 } }),
    );
    expect(volume.findings).toHaveLength(20);
    expect(volume.message).toMatch(/\d+ smaller groups were not looked at/);
  });

  it('puts the bad ones first', async () => {
    const slow: Fault = (e) =>
      e.features.country === 'US' ? { ...e, latency_ms: Number(e.latency_ms) + 500, features: e.features } : e;
    const model = await watch.world({ days: 1, perHour: 60, trained: 0, fault: slow });
    const condition = { op: 'gt' as const, value: 200 };
    const latency = await look(model, monitor({ kind: 'latency', per: ['features.country'], condition }));
    expect(latency.findings.map((f) => f.state)).toEqual(['bad', 'ok', 'ok', 'ok']);
    expect(latency.findings[0]!.subject).toBe('features.country = US');
    const few: Fault = (e, random) => (e.features.country === 'IN' && random() < 0.9 ? null : e);
    const volume = await look(
      await watch.world({ days: 1, perHour: 60, trained: 0, fault: few }),
      monitor({ kind: 'volume', per: ['features.country'], condition: { op: 'lt', value: 100 } }),
    );
    expect(volume.findings.map((f) => f.state)).toEqual(['bad', 'ok', 'ok', 'ok']);
  });
});

describe('what a monitor names and nobody knows', () => {
  it.each<[MonitorBody['kind'], MonitorBody['target']]>([
    ['drift', { features: ['amuont'] }],
    ['drift', { features: ['plan'], measure: 'ks' }],
    ['skew', { features: ['amuont'] }],
    ['missing', { features: ['amuont'] }],
    ['schema', { features: ['amuont'] }],
    ['schema', { features: ['amuont'], measure: 'values' }],
  ])('is said by %s of %o', async (kind, target) => {
    const model = await watch.world({ days: 1, perHour: 20 });
    const looked = await look(model, monitor({ kind, target }));
    expect(looked, looked.message).toMatchObject({ verdict: 'no_data' });
    expect(looked.message).toContain(target.features![0]);
    expect(looked.findings.map((f) => f.state)).toEqual(['no_data']);
  });

  it.each<MonitorBody['kind']>(['drift', 'skew', 'missing', 'schema', 'performance'])(
    'is said by %s of a reference',
    async (kind) => {
      const model = await watch.world({ days: 1, perHour: 20 });
      const looked = await look(model, monitor({ kind, compare: { to: 'reference', reference: 'oops' } }));
      expect(looked, looked.message).toMatchObject({ verdict: 'no_data' });
      expect(looked.message).toContain("'oops'");
    },
  );

  it('is none of the outputs, which stand among the features', async () => {
    const model = await watch.world({
      days: 1,
      perHour: 40,
      fault: lastDay((e) => ({ ...e, prediction: { score: 0.9 } })),
    });
    const looked = await look(model, monitor({ kind: 'drift', target: { features: ['prediction.score', 'plan'] } }));
    expect(looked.findings.map((f) => [f.subject, f.state])).toEqual([
      ['prediction.score', 'bad'],
      ['plan', 'ok'],
    ]);
  });
});

describe('a rule at its very number', () => {
  it.each<[MonitorBody['kind'], MonitorBody['target'], number]>([
    ['volume', {}, 24],
    ['label_coverage', {}, 1],
    ['drift', { features: ['plan'], measure: 'psi' }, 0],
    ['missing', { features: ['age'] }, 1],
    ['missing', { features: ['plan'] }, 0],
  ])('of %s is bad where it says so', async (kind, target, value) => {
    // The same rows on both sides: their distance is zero.
    const model = await watch.world({ days: 1, perHour: 24, trained: 0, fault: feature('age', () => null) });
    const rows = watchedStream(
      spread(576, NOW - DAY_MS, NOW),
      2,
      feature('age', () => null),
    );
    await watch.upload(
      model,
      rows.map((e) => ({ ...e, features: { ...e.features, age: 1 } })),
    );
    const of = async (op: 'gt' | 'gte' | 'lt' | 'lte') =>
      (await look(model, monitor({ kind, target, window: kind === 'volume' ? '1h' : '1d', condition: { op, value } })))
        .verdict;
    expect(await Promise.all([of('gt'), of('gte'), of('lt'), of('lte')])).toEqual(['ok', 'bad', 'ok', 'bad']);
  });

  it('of age is', async () => {
    const model = await watch.world({ days: 1, perHour: 1, trained: 0 });
    const { findings } = await look(model, monitor({ kind: 'staleness' }));
    const age = findings[0]!.value!;
    for (const [op, verdict] of [
      ['gt', 'ok'],
      ['gte', 'bad'],
    ] as const)
      expect((await look(model, monitor({ kind: 'staleness', condition: { op, value: age } }))).verdict).toBe(verdict);
  });
});

describe('freshness of a slice', () => {
  it('sees that one country stays away', async () => {
    const fault: Fault = (e) => (e.features.country === 'BR' && e.ts >= NOW - 6 * HOUR_MS ? null : e);
    const model = await watch.world({ days: 2, perHour: 30, trained: 0, fault });
    const of = (value: string): MonitorBody =>
      monitor({ kind: 'freshness', window: '1h', slice: [{ field: 'features.country', op: 'eq', value }] });
    expect((await look(model, monitor({ kind: 'freshness', window: '1h' }))).verdict).toBe('ok');
    expect((await look(model, of('DE'))).verdict).toBe('ok');
    expect((await look(model, of('BR'))).verdict).toBe('bad');
    expect((await look(model, of('XX'))).verdict).toBe('no_data');
  });
});

describe('a threshold that is found', () => {
  const found = async (kind: MonitorBody['kind'], fault?: Fault, over: Partial<MonitorBody> = {}) => {
    const model = await watch.world({ days: 10, perHour: 30, fault });
    const body = monitor({
      kind,
      window: '1h',
      compare: { to: 'threshold' },
      condition: { auto: { false_alarms: '1 per 30d' } },
      ...over,
    });
    const { store, control } = watch.stores;
    const probesAt = (nowMs: number) => createProbes(store, control.db, () => nowMs);
    return (await calibrate(model, body, probesAt, NOW))!;
  };

  it('is one that a value can be beyond', async () => {
    expect((await found('freshness')).value).toBe(15 * 60_000);
    const nights: Fault = (e) => (e.ts % DAY_MS < 5 * HOUR_MS ? null : e);
    expect((await found('freshness', nights)).value).toBeGreaterThan(4 * HOUR_MS);
    expect((await found('missing', undefined, { window: '6h' })).value).toBe(0.02);
    const steady = await found('volume');
    expect(steady.value).toBeGreaterThan(20);
    // Six looks an hour for ten days, none of the four days before the first prediction.
    expect(steady.windows).toBeLessThanOrEqual(10 * 24 * 6);
    const rarely: Fault = (e, random) => (random() < 0.9 ? null : e);
    expect((await found('volume', rarely)).value).toBeGreaterThanOrEqual(0);
  });
});
