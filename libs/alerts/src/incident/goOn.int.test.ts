import type { Evidence, Finding } from '@plumbline/contracts';
import { createSecrets } from '@plumbline/control';
import { freshProject, MINUTE_MS, manualClock, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChannel } from '../channel/save.js';
import { acknowledge, attachedTo, calm, type Family, fire, goOn, resolve } from './change.js';
import { createMute } from './mutes.js';
import { getIncidentRow, incidentView, listIncidents } from './view.js';

const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;
const clock = manualClock();
let stores: Stores;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
  const secrets = createSecrets('a master of at least 32 characters');
  const config = { url: 'http://127.0.0.1:1/' };
  await createChannel(stores.control.db, secrets, projectId, { kind: 'webhook', config, default: true });
});

const iso = (ms: number) => new Date(ms).toISOString();
type Fires = {
  kind: string;
  family: Family;
  findings?: Partial<Finding>[];
  severity?: Evidence['severity'];
  adds?: boolean;
  /** Channels that its monitor names. */
  channels?: string[];
};
const fires = (
  monitor: string,
  { kind, family, findings = [{}], severity = 'warning', adds, channels = [] }: Fires,
) => {
  const now = clock.now();
  const evidence: Evidence = {
    monitor_id: monitor,
    monitor,
    kind,
    severity,
    window: { start: iso(now - HOUR), end: iso(now) },
    known_at: iso(now),
    since: iso(now - HOUR),
    headline: `${monitor} is bad.`,
    findings: findings.map((f) => ({
      subject: monitor,
      state: 'bad',
      value: 1,
      threshold: 0,
      n: 9,
      message: '',
      ...f,
    })),
    slices: [],
    history: [],
    threshold: null,
    baseline: null,
    rows_query: {},
  };
  return stores.control.db.transaction((tx) => fire(tx, { ...about(monitor, channels), family, evidence, adds }));
};
const about = (monitor: string, channels: string[] = []) => ({
  projectId,
  model: 'fraud',
  owner: null,
  monitor: { id: monitor, name: monitor, channels },
  nowMs: clock.now(),
});
const goesOn = (monitor: string, escalateAfterMs: number | null = null) =>
  stores.control.db.transaction((tx) => goOn(tx, about(monitor), escalateAfterMs));
const calms = (monitor: string, part?: Parameters<typeof calm>[5]) =>
  stores.control.db.transaction((tx) => calm(tx, projectId, monitor, 'well again', clock.now(), part));
const all = async () => (await listIncidents(stores.control.db, projectId, { limit: 50 })).items.reverse();
const view = async (id: string) =>
  incidentView(stores.control.db, await getIncidentRow(stores.control.db, projectId, id));
const told = async (id: string) => (await view(id)).deliveries.map((d) => `${d.event} ${d.state}`);

const volume: Fires = { kind: 'volume', family: 'data', findings: [{ value: 1, baseline: 90 }] };
const drift: Fires = { kind: 'drift', family: 'drift' };

describe('what follows from another problem', () => {
  it('is in its timeline and tells nobody; it is told when that is over and it still fires', async () => {
    const { id } = await fires('volume', volume);
    expect(await fires('drift', drift)).toEqual({ id, opened: false });
    expect(await told(id)).toEqual(['open pending']);
    expect((await view(id)).timeline.at(-1)).toMatchObject({
      kind: 'silenced',
      text: 'drift: drift is bad. Nobody was told: it follows from volume: volume is bad.',
    });
    expect(await goesOn('drift')).toBe(false);
    await calms('volume');
    expect((await view(id)).state).toBe('open');
    expect(await goesOn('drift')).toBe(true);
    expect(await goesOn('drift')).toBe(false);
    expect(await told(id)).toEqual(['open pending', 'update pending']);
    await calms('drift');
    expect(await told(id)).toEqual(['open pending', 'update pending', 'resolve pending']);
  });

  it('that ends with it pages nobody at all', async () => {
    const { id } = await fires('volume', volume);
    await fires('drift', drift);
    await calms('drift');
    await calms('volume');
    expect([(await view(id)).state, await told(id)]).toEqual(['resolved', ['open pending', 'resolve pending']]);
  });

  it('is told to those who have not heard of that', async () => {
    const secrets = createSecrets('a master of at least 32 characters');
    const body = { kind: 'webhook' as const, name: 'own', config: { url: 'http://127.0.0.1:2/' } };
    const own = await createChannel(stores.control.db, secrets, projectId, body);
    const { id } = await fires('volume', volume);
    expect(await fires('drift', { ...drift, channels: [own.id] })).toEqual({ id, opened: false });
    expect((await view(id)).deliveries.map((d) => [d.channel, d.event])).toEqual([
      ['webhook', 'open'],
      ['own', 'open'],
    ]);
    expect(await fires('skew', { ...drift, kind: 'skew', channels: [own.id] })).toEqual({ id, opened: false });
    expect((await view(id)).deliveries).toHaveLength(2);
    expect((await view(id)).timeline.at(-1)).toMatchObject({ kind: 'silenced' });
  });

  it('is told at once when it is worse', async () => {
    const { id } = await fires('volume', volume);
    await fires('quality', { kind: 'performance', family: 'performance', severity: 'critical' });
    expect(await told(id)).toEqual(['open pending', 'escalate pending']);
  });
});

describe('a mute', () => {
  it('that ends while the problem goes on lets it be told', async () => {
    await createMute(
      stores.control.db,
      projectId,
      'ann',
      {
        matchers: { monitor: 'drift' },
        until: clock.now() + MINUTE_MS,
        reason: 'a deploy',
      },
      clock.now(),
    );
    const { id } = await fires('drift', drift);
    expect([await goesOn('drift'), await goesOn('drift')]).toEqual([false, false]);
    expect(await told(id)).toEqual(['open muted']);
    clock.advance(2 * MINUTE_MS);
    expect([await goesOn('drift'), await goesOn('drift')]).toEqual([true, false]);
    expect(await told(id)).toEqual(['open muted', 'open pending']);
    expect((await view(id)).timeline.map((e) => e.kind)).toEqual(['opened', 'muted', 'told']);
    await calms('drift');
    expect((await told(id)).at(-1)).toBe('resolve pending');
  });
});

describe('a mute by feature', () => {
  const inGroups = (...features: string[]): Fires => ({
    ...drift,
    findings: features.map((feature) => ({
      subject: `tags.platform = ios: ${feature}`,
      details: { group: { 'tags.platform': 'ios' }, feature },
    })),
  });
  it.each([
    [['age'], ['open muted']],
    [['age', 'income'], ['open pending']],
  ])('covers %j in a group: %j', async (features, expected) => {
    await createMute(
      stores.control.db,
      projectId,
      'ann',
      {
        matchers: { feature: 'age' },
        until: clock.now() + MINUTE_MS,
        reason: 'a deploy',
      },
      clock.now(),
    );
    const { id } = await fires('drift', inGroups(...features));
    expect(await told(id)).toEqual(expected);
  });
});

describe('nobody takes it', () => {
  it('in the time that the monitor gives: it becomes critical and is told again, once', async () => {
    const { id } = await fires('drift', drift);
    expect(await goesOn('drift', HOUR)).toBe(false);
    clock.advance(HOUR);
    expect([await goesOn('drift', HOUR), await goesOn('drift', HOUR)]).toEqual([true, false]);
    expect(await view(id)).toMatchObject({ severity: 'critical', state: 'open' });
    expect(await told(id)).toEqual(['open pending', 'escalate pending']);
  });

  it('in time: who hears only of what is critical is told then', async () => {
    const secrets = createSecrets('a master of at least 32 characters');
    const config = { url: 'http://127.0.0.1:2/' };
    const body = { kind: 'webhook' as const, name: 'on call', match: { severity: 'critical' as const }, config };
    await createChannel(stores.control.db, secrets, projectId, body);
    const { id } = await fires('drift', drift);
    clock.advance(HOUR);
    await goesOn('drift', HOUR);
    expect((await view(id)).deliveries.map((d) => [d.channel, d.event])).toEqual([
      ['webhook', 'open'],
      ['webhook', 'escalate'],
      ['on call', 'escalate'],
    ]);
  });

  it('while it is muted: it becomes critical, and is told again when the mute ends', async () => {
    const { id } = await fires('drift', drift);
    await createMute(
      stores.control.db,
      projectId,
      'ann',
      {
        matchers: { monitor: 'drift' },
        until: clock.now() + 2 * HOUR,
        reason: 'a deploy',
      },
      clock.now(),
    );
    clock.advance(HOUR);
    expect([await goesOn('drift', HOUR), await goesOn('drift', HOUR)]).toEqual([false, false]);
    expect(await told(id)).toEqual(['open pending', 'escalate muted']);
    expect(await view(id)).toMatchObject({ severity: 'critical', state: 'open' });
    expect((await view(id)).timeline.map((e) => e.kind)).toEqual(['opened', 'escalated', 'muted']);
    clock.advance(HOUR);
    expect([await goesOn('drift', HOUR), await goesOn('drift', HOUR)]).toEqual([true, false]);
    expect(await told(id)).toEqual(['open pending', 'escalate muted', 'escalate pending']);
  });

  it('while it is worse and muted: it is told when the mute ends', async () => {
    const { id } = await fires('drift', drift);
    const mute = { matchers: { severity: 'critical' as const }, until: clock.now() + MINUTE_MS, reason: 'a deploy' };
    await createMute(stores.control.db, projectId, 'ann', mute, clock.now());
    await fires('drift', { ...drift, severity: 'critical' });
    expect([await goesOn('drift'), await told(id)]).toEqual([false, ['open pending', 'escalate muted']]);
    clock.advance(MINUTE_MS);
    expect(await goesOn('drift')).toBe(true);
    expect((await told(id)).slice(2)).toEqual(['escalate pending']);
  });

  it('but not when somebody has', async () => {
    const { id } = await fires('drift', drift);
    const { db } = stores.control;
    await db.transaction(async (tx) =>
      acknowledge(tx, await getIncidentRow(tx, projectId, id), 'ann', undefined, clock.now()),
    );
    clock.advance(DAY);
    expect([await goesOn('drift', HOUR), (await view(id)).severity]).toEqual([false, 'warning']);
  });
});

describe('a monitor that fires on', () => {
  const group = (value: string): Partial<Finding> => ({
    subject: value,
    details: { group: { 'tags.country': value } },
  });
  const quality = (value: string, adds?: boolean): Fires => ({
    kind: 'performance',
    family: 'performance',
    findings: [group(value)],
    adds,
  });

  it('about another slice, days later, opens another incident; each ends by itself', async () => {
    const first = await fires('quality', quality('BR'));
    clock.advance(3 * DAY);
    const second = await fires('quality', quality('DE', true));
    expect(second.opened).toBe(true);
    expect((await attachedTo(stores.control.db, projectId, 'quality')).map((a) => a.subjects)).toEqual([
      ['BR'],
      ['DE'],
    ]);
    await calms('quality', { incidentId: first.id });
    expect((await all()).map((i) => i.state)).toEqual(['resolved', 'open']);
    await calms('quality');
    expect((await all()).map((i) => i.state)).toEqual(['resolved', 'resolved']);
  });

  it('about another slice, soon after, adds to the same one and keeps what was seen before', async () => {
    const first = await fires('quality', quality('BR'));
    clock.advance(MINUTE_MS);
    expect(await fires('quality', quality('DE', true))).toEqual({ id: first.id, opened: false });
    const { evidence, subjects } = await view(first.id);
    expect([evidence.length, subjects]).toEqual([2, ['BR', 'DE']]);
    expect(await told(first.id)).toEqual(['open pending']);
  });

  it('knows what a person resolved, until it was well', async () => {
    const { id } = await fires('quality', quality('BR'));
    const { db } = stores.control;
    await db.transaction(async (tx) =>
      resolve(tx, await getIncidentRow(tx, projectId, id), 'ann', undefined, clock.now()),
    );
    expect(await attachedTo(db, projectId, 'quality')).toMatchObject([{ state: 'resolved', subjects: ['BR'] }]);
    await calms('quality');
    expect(await attachedTo(db, projectId, 'quality')).toEqual([]);
  });

  it('its own health is another incident', async () => {
    await fires('drift', drift);
    await fires('drift', { kind: 'drift', family: 'monitoring' });
    expect((await all()).map((i) => i.family)).toEqual(['drift', 'monitoring']);
    await calms('drift', 'health');
    expect((await all()).map((i) => i.state)).toEqual(['open', 'resolved']);
    await calms('drift', 'watched');
    expect((await all()).map((i) => i.state)).toEqual(['resolved', 'resolved']);
  });
});
