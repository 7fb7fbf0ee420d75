import { createChannel, getIncidentRow, listIncidents } from '@plumbline/alerts';
import { type MonitorBody, monitorBody, PlumblineError } from '@plumbline/contracts';
import {
  and,
  createSecrets,
  eq,
  incidents as incidentRows,
  models,
  monitors,
  outbox,
  putModel,
} from '@plumbline/control';
import { createMonitor, listEvaluations, type MonitorRow, type Probes, updateMonitor } from '@plumbline/monitors';
import type { Context } from '@plumbline/runtime';
import { freshProject, HOUR_MS, MINUTE_MS, MONDAY_MS, manualClock, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lookAt } from './evaluate.js';

const clock = manualClock();
let stores: Stores;
let projectId: string;
let context: Context;
/** What the worker told others, in order. */
let said: string[];
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  const { db } = stores.control;
  projectId = await freshProject(stores);
  clock.set(MONDAY_MS);
  said = [];
  const { config, log, store, control } = stores;
  const queue = { ask: async (name: string) => void said.push(`ask ${name}`) };
  const live = { publish: async ({ type }: { type: string }) => void said.push(`publish ${type}`) };
  context = { config, log, store, control, queue, live } as unknown as Context;
  await putModel(db, projectId, 'm', { task: 'binary' });
  await db
    .update(models)
    .set({ liveSince: new Date(0) })
    .where(and(eq(models.projectId, projectId), eq(models.name, 'm')));
  await createChannel(db, createSecrets('a master of at least 32 characters'), projectId, {
    kind: 'webhook',
    config: { url: 'http://127.0.0.1:1/' },
    default: true,
  });
});

/** The newest event is this old; the only thing that a freshness monitor asks for. */
const aged = (ms: number) =>
  ({
    freshness: async () => ({ lastEventMs: clock.now() - ms, gapP99Ms: MINUTE_MS, gapMaxMs: MINUTE_MS }),
  }) as unknown as Probes;
const broken = {
  freshness: async () => {
    throw Object.assign(new Error('x'), { detail: 'ClickHouse cannot be reached.' });
  },
} as unknown as Probes;

const create = (over: Partial<MonitorBody> = {}) =>
  createMonitor(
    stores.control.db,
    projectId,
    monitorBody.parse({ name: 'fresh', model: 'm', kind: 'freshness', window: '1h', every: '5m', ...over }),
  );
const rowOf = async (id: string): Promise<MonitorRow> =>
  (await stores.control.db.select().from(monitors).where(eq(monitors.id, id)))[0]!;
/** Looks as the worker does, five minutes after the last time; tells the state afterwards. */
const look = async (id: string, probes: Probes, row?: MonitorRow) => {
  clock.advance(5 * MINUTE_MS);
  await lookAt(context, probes, [row ?? (await rowOf(id))], clock.now());
  return (await rowOf(id)).state;
};
const incidents = async () =>
  (await listIncidents(stores.control.db, projectId, { limit: 10 })).items.map((i) => i.state);
const events = async () =>
  (await stores.control.db.select().from(outbox).where(eq(outbox.projectId, projectId)).orderBy(outbox.id)).map(
    (o) => o.event,
  );

describe('a look', () => {
  it('that finds a problem opens its incident, its notification and tells who watches; its end closes it', async () => {
    const { id } = await create();
    expect(await look(id, aged(0))).toBe('ok');
    expect([await incidents(), said]).toEqual([[], []]);
    expect(await look(id, aged(HOUR_MS))).toBe('firing');
    expect([await incidents(), await events(), said]).toEqual([
      ['open'],
      ['open'],
      ['ask deliver', 'publish incident'],
    ]);
    expect(await look(id, aged(HOUR_MS))).toBe('firing');
    expect(await look(id, aged(0))).toBe('ok');
    expect([await incidents(), await events()]).toEqual([['resolved'], ['open', 'resolve']]);
  });

  it('freezes the rows as they were known when it had asked: some came while it looked', async () => {
    const { id } = await create();
    let tookMs = 0;
    const slow = {
      freshness: async () => {
        const startedMs = performance.now();
        await new Promise((done) => setTimeout(done, 100));
        tookMs = performance.now() - startedMs;
        return { lastEventMs: clock.now() - HOUR_MS, gapP99Ms: MINUTE_MS, gapMaxMs: MINUTE_MS };
      },
    } as unknown as Probes;
    await look(id, slow);
    const { items } = await listIncidents(stores.control.db, projectId, { limit: 10 });
    const [evidence] = (await getIncidentRow(stores.control.db, projectId, items[0]!.id)).evidence;
    expect(Date.parse(evidence!.known_at)).toBeGreaterThanOrEqual(clock.now() + tookMs);
    expect(evidence!.rows_query.known_at).toBe(evidence!.known_at);
  });

  it('waits for as many bad windows as the monitor wants', async () => {
    const { id } = await create({ for: 3 });
    expect([await look(id, aged(HOUR_MS)), await look(id, aged(HOUR_MS)), await incidents()]).toEqual([
      'pending',
      'pending',
      [],
    ]);
    expect([await look(id, aged(HOUR_MS)), await incidents()]).toEqual(['firing', ['open']]);
  });

  it('that fails is shown, repeated soon, and neither opens nor closes anything', async () => {
    const { id } = await create();
    expect(await look(id, broken)).toBe('error');
    expect(await rowOf(id)).toMatchObject({
      stateDetail: 'It could not be evaluated: ClickHouse cannot be reached.',
      dueAt: new Date(clock.now() + 15_000),
    });
    await look(id, aged(HOUR_MS));
    expect(await look(id, broken)).toBe('firing');
    expect(await incidents()).toEqual(['open']);
  });

  it('is kept, and due again when the window moves', async () => {
    const { id } = await create();
    await look(id, aged(0));
    await look(id, aged(HOUR_MS));
    const kept = await listEvaluations(stores.store, projectId, id, { limit: 10 });
    expect(kept.items.map((e) => [e.verdict, e.historical])).toEqual([
      ['bad', false],
      ['ok', false],
    ]);
    expect((await rowOf(id)).dueAt.getTime()).toBe(clock.now() + stores.config.PLUMBLINE_EVALUATION_OFFSET_MS);
  });

  it('at a monitor that was switched off meanwhile, or whose model is gone, changes nothing', async () => {
    const row = await create();
    await stores.control.db.update(monitors).set({ enabled: false }).where(eq(monitors.id, row.id));
    expect([await look(row.id, aged(HOUR_MS), row), await incidents()]).toEqual(['unknown', []]);
    await stores.control.db.delete(models).where(eq(models.projectId, projectId));
    expect(await look(row.id, aged(HOUR_MS), row)).toBe('unknown');
  });

  it('at a monitor that was edited meanwhile is of another rule: it changes nothing, and the new one is due', async () => {
    const row = await create();
    await look(row.id, aged(0));
    const before = await rowOf(row.id);
    const body = monitorBody.parse({ ...before.body, window: '6h' });
    await updateMonitor(stores.control.db, projectId, row.id, body);
    const edited = await rowOf(row.id);
    await look(row.id, aged(HOUR_MS), before);
    expect([await rowOf(row.id), await incidents()]).toEqual([edited, []]);
    expect(await look(row.id, aged(7 * HOUR_MS))).toBe('firing');
  });

  it('twice at the same moment opens one incident and one notification', async () => {
    const row = await create();
    clock.advance(5 * MINUTE_MS);
    await Promise.all([1, 2, 3].map(() => lookAt(context, aged(HOUR_MS), [row], clock.now())));
    expect([await incidents(), await events()]).toEqual([['open'], ['open']]);
  });
});

describe('a monitor that cannot be evaluated', () => {
  it('is told when it lasts, beside what it watches, and so is its end', async () => {
    const { id } = await create();
    await look(id, broken);
    expect([(await rowOf(id)).failingSince, await incidents()]).toEqual([new Date(clock.now()), []]);
    expect([await look(id, broken), await incidents()]).toEqual(['error', ['open']]);
    const [failing] = (await listIncidents(stores.control.db, projectId, { limit: 1 })).items;
    expect(failing).toMatchObject({
      family: 'monitoring',
      title: expect.stringContaining("'fresh' sees nothing since"),
    });
    await look(id, broken);
    expect([await look(id, aged(0)), await incidents(), await events()]).toEqual([
      'ok',
      ['resolved'],
      ['open', 'resolve'],
    ]);
    expect((await rowOf(id)).failingSince).toBeNull();
  });

  it('because a store is away is given longer, and fires on meanwhile', async () => {
    const { id } = await create();
    await look(id, aged(HOUR_MS));
    const away = {
      freshness: async () => {
        throw new PlumblineError('store_unavailable', 'ClickHouse cannot be reached.');
      },
    } as unknown as Probes;
    for (const told of [1, 1, 1, 2])
      expect([await look(id, away), (await incidents()).length]).toEqual(['firing', told]);
    expect(await look(id, aged(0))).toBe('ok');
    expect(await incidents()).toEqual(['resolved', 'resolved']);
  });
});

describe('the choices of a monitor', () => {
  /** Nothing came yet, so there is no data. */
  const nothing = {
    freshness: async () => ({ lastEventMs: null, gapP99Ms: null, gapMaxMs: null }),
  } as unknown as Probes;

  it.each([
    ['keep', ['firing', 'firing'], ['open']],
    ['ok', ['ok', 'ok'], ['resolved']],
    ['alert', ['firing', 'firing'], ['open']],
  ] as const)('no_data: %s while it fires', async (no_data, states, expected) => {
    const { id } = await create({ no_data });
    await look(id, aged(HOUR_MS));
    expect([await look(id, nothing), await look(id, nothing)]).toEqual(states);
    expect(await incidents()).toEqual(expected);
  });

  it('no_data: alert rings when data never came', async () => {
    const { id } = await create({ no_data: 'alert', for: 2 });
    expect([await look(id, nothing), await look(id, nothing)]).toEqual(['pending', 'firing']);
    const [incident] = (await listIncidents(stores.control.db, projectId, { limit: 1 })).items;
    expect(incident?.title).toMatch(/^m: No data: /);
  });

  it('resolve_for: one good look in between is not the end of it', async () => {
    const { id } = await create({ resolve_for: 2 });
    await look(id, aged(HOUR_MS));
    expect([await look(id, aged(0)), await look(id, aged(HOUR_MS)), await look(id, aged(0))]).toEqual(
      Array(3).fill('firing'),
    );
    expect([await look(id, aged(0)), await events()]).toEqual(['ok', ['open', 'resolve']]);
  });

  it('clear: what hovers at the threshold rings once', async () => {
    const condition = { op: 'gt' as const, value: HOUR_MS, clear: HOUR_MS / 2 };
    const { id } = await create({ condition });
    const seen = [];
    for (const minutes of [50, 61, 59, 61, 59, 40, 29]) seen.push(await look(id, aged(minutes * MINUTE_MS)));
    expect(seen).toEqual(['ok', ...Array(5).fill('firing'), 'ok']);
    expect(await events()).toEqual(['open', 'resolve']);
  });

  it('escalate_after: nobody took it', async () => {
    const { id } = await create({ escalate_after: '10m' });
    for (let i = 0; i < 4; i++) await look(id, aged(HOUR_MS));
    expect(await events()).toEqual(['open', 'escalate']);
  });
});

describe('a monitor that fans out', () => {
  const bad = new Set<string>();
  /** Accuracy by country, well or not. */
  const countries = ['BR', 'DE', 'US'];
  const grouped = {
    groups: async () => ({ groups: countries.map((c) => ({ 'tags.country': c })), all: countries.length }),
    performance: async (_: unknown, windows: { from: number; to: number; stepMs: number }) =>
      Array.from({ length: Math.round((windows.to - windows.from) / windows.stepMs) }, (_, i) => i).flatMap((i) =>
        countries.map((country) => ({
          start: new Date(windows.from + i * windows.stepMs).toISOString(),
          end: new Date(windows.from + (i + 1) * windows.stepMs).toISOString(),
          group: { 'tags.country': country },
          predictions: 500,
          labelled: 500,
          coverage: 1,
          maturity: 1,
          metrics: { accuracy: bad.has(country) ? at(0.5) : at(0.9) },
        })),
      ),
    concentrate: async () => [],
    newestVersion: async () => null,
  } as unknown as Probes;
  const at = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, kind: 'realized' });
  const days = async (n: number, id: string) => {
    for (let i = 0; i < n; i++) {
      clock.advance(24 * HOUR_MS - 5 * MINUTE_MS);
      await look(id, grouped);
    }
  };
  const open = async () =>
    (await listIncidents(stores.control.db, projectId, { limit: 10 })).items
      .map((i) => `${i.state} ${i.subjects.join(', ')}`)
      .reverse();

  it('opens an incident for what fails together, another for what fails later, and ends each by itself', async () => {
    const { id } = await create({
      kind: 'performance',
      target: { metric: 'accuracy' },
      per: ['tags.country'],
      window: '1d',
      every: '1h',
      condition: { op: 'lt', value: 0.8 },
    });
    await days(1, id);
    bad.add('BR');
    await days(1, id);
    expect(await open()).toEqual(['open tags.country = BR']);
    const [row] = await stores.control.db.select().from(incidentRows).where(eq(incidentRows.projectId, projectId));
    expect(row!.evidence[0]!.rows_query.filters).toEqual([{ field: 'tags.country', op: 'eq', value: 'BR' }]);
    await days(3, id);
    bad.add('DE');
    await days(1, id);
    expect(await open()).toHaveLength(1);
    await days(1, id);
    expect(await open()).toEqual(['open tags.country = BR', 'open tags.country = DE']);
    bad.delete('BR');
    await days(2, id);
    expect(await open()).toEqual(['resolved tags.country = BR', 'open tags.country = DE']);
    bad.delete('DE');
    await days(1, id);
    expect(await open()).toEqual(['resolved tags.country = BR', 'resolved tags.country = DE']);
    expect(await events()).toEqual(['open', 'open', 'resolve', 'resolve']);
  });
});
