import type { ChannelBody, Evidence, Severity } from '@plumbline/contracts';
import { channels, createSecrets, type Db, eq, incidentEvents, incidents, outbox } from '@plumbline/control';
import {
  type FakeVendor,
  freshProject,
  MINUTE_MS,
  manualClock,
  openStores,
  type Stores,
  startFakeVendor,
} from '@plumbline/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteChannel } from './channel/channels.js';
import { createChannel } from './channel/save.js';
import { acknowledge, calm, type Firing, fire, resolve } from './incident/change.js';
import { createMute } from './incident/mutes.js';
import { title } from './incident/sources.js';
import { getIncidentRow, incidentView, listIncidents } from './incident/view.js';
import { createDeliverer } from './outbox/deliverDue.js';
import { listDeliveries } from './outbox/list.js';
import { resend } from './outbox/resend.js';

const secrets = createSecrets('a master of at least 32 characters');
const clock = manualClock();
let stores: Stores;
let db: Db;
let vendor: FakeVendor;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
  db = stores.control.db;
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
  vendor = await startFakeVendor();
});
afterEach(() => vendor.close());

const evidence = (monitor: string, over: Partial<Evidence> = {}): Evidence => ({
  monitor_id: monitor,
  monitor,
  kind: 'drift',
  severity: 'warning',
  window: { start: new Date(clock.now() - MINUTE_MS).toISOString(), end: new Date(clock.now()).toISOString() },
  known_at: new Date(clock.now()).toISOString(),
  since: new Date(clock.now() - MINUTE_MS).toISOString(),
  headline: `${monitor} is bad.`,
  findings: [{ subject: 'age', state: 'bad', value: 1, threshold: 0, n: 100, message: 'bad' }],
  slices: [],
  history: [],
  threshold: 0,
  baseline: null,
  rows_query: {},
  ...over,
});
type Over = Partial<Omit<Firing, 'monitor' | 'evidence'>> & { channels?: string[]; evidence?: Partial<Evidence> };
const fires = (monitor: string, { channels = [], evidence: more, ...over }: Over = {}) =>
  db.transaction((tx) =>
    fire(tx, {
      projectId,
      model: 'fraud',
      owner: null,
      family: 'drift',
      monitor: { id: monitor, name: monitor, channels },
      evidence: evidence(monitor, more),
      nowMs: clock.now(),
      ...over,
    }),
  );
const calms = (monitor: string) => db.transaction((tx) => calm(tx, projectId, monitor, 'well again', clock.now()));
const channel = (kind: 'webhook' | 'slack' | 'pagerduty', over: Partial<ChannelBody> = {}) => {
  const url = kind === 'slack' ? vendor.slackUrl : vendor.url;
  const config = kind === 'pagerduty' ? { routing_key: 'R', url } : { url: kind === 'webhook' ? `${url}/hook` : url };
  return createChannel(db, secrets, projectId, { kind, config, default: true, ...over } as ChannelBody);
};
const view = async (id: string) => incidentView(db, await getIncidentRow(db, projectId, id));
const told = async (id: string) => (await view(id)).deliveries.map((d) => `${d.channel} ${d.event} ${d.state}`);
const deliverer = () =>
  createDeliverer({
    db,
    secrets,
    log: stores.log,
    consoleUrl: 'http://console',
    allowPrivate: ['127.0.0.1/32'],
    nowMs: clock.now,
    random: () => 0.5,
  });
/** Delivers what is due now, and what becomes due by that. */
const deliverAll = async (d = deliverer()) => {
  while ((await d.deliverDue()) > 0);
};

describe('an incident', () => {
  it('is one for one cause, however many monitors see it, and ends with the last of them', async () => {
    const { id, opened } = await fires('a');
    expect(opened).toBe(true);
    clock.advance(MINUTE_MS);
    expect(await fires('b', { evidence: { since: new Date(0).toISOString() } })).toEqual({ id, opened: false });
    expect(await view(id)).toMatchObject({
      state: 'open',
      number: 1,
      severity: 'warning',
      title: 'fraud: a is bad (+ 1 more finding)',
      subjects: ['age'],
      since: '1970-01-01T00:00:00.000Z',
    });
    await calms('a');
    expect((await view(id)).state).toBe('open');
    await fires('a');
    await calms('b');
    await calms('b');
    expect((await view(id)).state).toBe('open');
    await calms('a');
    const resolved = await view(id);
    expect([resolved.state, resolved.resolved_at]).toEqual(['resolved', new Date(clock.now()).toISOString()]);
    expect(resolved.timeline.map((e) => e.kind)).toEqual([
      'opened',
      'untold',
      'joined',
      'recovered',
      'joined',
      'recovered',
      'recovered',
      'recovered',
      'resolved',
    ]);
    expect((await fires('a')).opened).toBe(true);
  });

  it('of another family, model or project is another', async () => {
    const other = await freshProject(stores);
    const ids = [
      await fires('a'),
      await fires('b', { family: 'performance' }),
      await fires('c', { model: 'churn' }),
      await fires('d', { projectId: other }),
    ];
    expect(new Set(ids.map((i) => i.id)).size).toBe(4);
    const page = await listIncidents(db, projectId, { limit: 2, state: 'unresolved' });
    expect(page.items.map((i) => i.number)).toEqual([3, 2]);
    const rest = await listIncidents(db, projectId, { limit: 2, cursor: page.next_cursor! });
    expect([rest.items.map((i) => i.number), rest.next_cursor]).toEqual([[1], null]);
  });

  it('is one, with one page, when ten monitors fire at the same moment', async () => {
    await channel('webhook');
    const ids = await Promise.all(Array.from({ length: 10 }, (_, i) => fires(`m${i}`)));
    expect(new Set(ids.map((i) => i.id)).size).toBe(1);
    expect(ids.filter((i) => i.opened)).toHaveLength(1);
    expect((await view(ids[0]!.id)).evidence).toHaveLength(10);
    expect(await told(ids[0]!.id)).toEqual(['webhook open pending']);
  });

  it('changes in the transaction of its cause or not at all', async () => {
    await channel('webhook');
    const failed = db.transaction(async (tx) => {
      await fire(tx, {
        projectId,
        model: 'fraud',
        owner: null,
        family: 'drift',
        monitor: { id: 'a', name: 'a', channels: [] },
        evidence: evidence('a'),
        nowMs: clock.now(),
      });
      throw new Error('killed');
    });
    await expect(failed).rejects.toThrow('killed');
    for (const table of [incidents, outbox])
      expect(await db.select().from(table).where(eq(table.projectId, projectId))).toEqual([]);
  });

  it('keeps one evidence of each monitor, the newest', async () => {
    const { id } = await fires('a', { evidence: { headline: 'old.' } });
    await fires('a', { evidence: { headline: 'new.' } });
    expect((await view(id)).evidence.map((e) => e.headline)).toEqual(['new.']);
  });

  it('resolved by hand stays so until a monitor was well and fires anew', async () => {
    const { id } = await fires('a');
    await db.transaction(async (tx) =>
      resolve(tx, await getIncidentRow(tx, projectId, id), 'ann', undefined, clock.now()),
    );
    await calms('a');
    expect((await view(id)).timeline.map((e) => e.kind)).toEqual(['opened', 'untold', 'resolved']);
    expect((await fires('a')).opened).toBe(true);
  });

  it('says of a monitor that was deleted what kind it was', async () => {
    const { id } = await fires('a');
    expect((await view(id)).monitors).toEqual([{ id: 'a', name: 'deleted monitor', kind: 'drift', firing: true }]);
  });

  it('is not found from another project', async () => {
    const { id } = await fires('a');
    await expect(getIncidentRow(db, await freshProject(stores), id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('who is told', () => {
  it('of the opening, of worse, of the end; not of every finding', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    await fires('b');
    await fires('c', { evidence: { severity: 'critical' } });
    await fires('d', { evidence: { severity: 'info' } });
    await db.transaction(async (tx) =>
      acknowledge(tx, await getIncidentRow(tx, projectId, id), 'ann', undefined, clock.now()),
    );
    for (const m of ['a', 'b', 'c', 'd']) await calms(m);
    expect(await told(id)).toEqual(['open', 'escalate', 'acknowledge', 'resolve'].map((e) => `webhook ${e} pending`));
    expect(await view(id)).toMatchObject({ severity: 'critical', acknowledged_by: 'ann', state: 'resolved' });
  });

  it('a monitor that joins tells its own channels, if they do not know yet', async () => {
    await channel('webhook', { name: 'all' });
    const mine = await channel('webhook', { name: 'mine', default: false });
    const { id } = await fires('a');
    await fires('b', { channels: [mine.id] });
    await fires('b', { channels: [mine.id] });
    expect(await told(id)).toEqual(['all open pending', 'mine open pending']);
    await calms('a');
    await calms('b');
    expect((await told(id)).slice(2).sort()).toEqual(['all resolve pending', 'mine resolve pending']);
  });

  it('whoever the rules say, when the channel that the monitor names is gone', async () => {
    await channel('webhook', { name: 'fallback' });
    const gone = await channel('webhook', { name: 'gone', default: false });
    await deleteChannel(db, projectId, gone.id);
    expect(await told((await fires('a', { channels: [gone.id] })).id)).toEqual(['fallback open pending']);
  });

  it('nobody, where there is nobody: the incident says so, once', async () => {
    await channel('webhook', { default: false, match: { model: 'churn' } });
    const { id } = await fires('a', { channels: ['gone'] });
    await fires('b');
    const untold = async () => (await view(id)).timeline.filter((e) => e.kind === 'untold').map((e) => e.text);
    expect(await untold()).toEqual([
      'Nobody was told: the channels that it names are gone, no channel matches, and none is the default.',
    ]);
    await fires('c', { evidence: { severity: 'critical' } });
    expect(await untold()).toHaveLength(2);
  });

  it('nobody while it is muted, which is written down; the end is told to nobody who was not told the beginning', async () => {
    await channel('webhook');
    const mute = { matchers: { model: 'fraud' }, until: clock.now() + MINUTE_MS, reason: 'a deploy' };
    await createMute(db, projectId, 'ann', mute, clock.now());
    const { id } = await fires('a');
    expect(await told(id)).toEqual(['webhook open muted']);
    const [note] = await db.select().from(incidentEvents).where(eq(incidentEvents.kind, 'muted'));
    expect(note).toMatchObject({ incidentId: id, actor: 'ann', text: expect.stringContaining('a deploy') });
    await calms('a');
    expect(await told(id)).toEqual(['webhook open muted']);
    await deliverAll();
    expect(vendor.requests).toEqual([]);
    clock.advance(MINUTE_MS);
    expect(await told((await fires('a')).id)).toEqual(['webhook open pending']);
  });
});

describe('delivery', () => {
  it('sends each notification once, in order, with one key', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    await calms('a');
    await Promise.all([deliverAll(), deliverAll(), deliverAll()]);
    expect(vendor.requests.map((r) => (r.body as { event: string }).event)).toEqual(['open', 'resolve']);
    expect(await told(id)).toEqual(['webhook open sent', 'webhook resolve sent']);
    await deliverAll();
    expect(vendor.requests).toHaveLength(2);
  });

  it('tries again after a failure; the end is never sent before the beginning', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    vendor.script('error', 'close');
    await deliverAll();
    await calms('a');
    await deliverAll();
    expect(vendor.requests).toHaveLength(1);
    expect((await view(id)).deliveries[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_error: expect.stringContaining('500'),
    });
    clock.advance(5_000);
    await deliverAll();
    expect(vendor.requests).toHaveLength(2);
    clock.advance(10_000);
    await deliverAll();
    expect(vendor.requests.map((r) => (r.body as { event: string }).event)).toEqual([
      'open',
      'open',
      'open',
      'resolve',
    ]);
    expect((await view(id)).deliveries).toMatchObject([
      { state: 'sent', attempts: 3, last_error: null },
      { state: 'sent', attempts: 1 },
    ]);
  });

  it('waits as long as the vendor asks', async () => {
    await channel('slack');
    await fires('a');
    vendor.script({ rateLimited: 120 });
    await deliverAll();
    clock.advance(119_000);
    await deliverAll();
    expect(vendor.requests).toHaveLength(1);
    clock.advance(2_000);
    await deliverAll();
    expect(vendor.requests).toHaveLength(2);
  });

  it('gives up at once where no retry can help, shows it, and sends again by hand', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    vendor.script({ status: 404, body: 'no such hook' });
    await deliverAll();
    const [failed] = (await view(id)).deliveries;
    expect(failed).toMatchObject({ state: 'failed', attempts: 1, last_error: expect.stringContaining('404') });
    expect(await resend(db, await freshProject(stores), failed!.id, clock.now())).toBe(false);
    expect(await resend(db, projectId, failed!.id, clock.now())).toBe(true);
    await deliverAll();
    expect(await told(id)).toEqual(['webhook open sent']);
  });

  it('gives up after a day, and shows it', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    await db
      .update(outbox)
      .set({ admittedAt: new Date(clock.now() - 24 * 60 * MINUTE_MS) })
      .where(eq(outbox.incidentId, id));
    vendor.otherwise('error');
    await deliverAll();
    expect(await told(id)).toEqual(['webhook open failed']);
  });

  it('of one channel that hangs or fails holds up no other', async () => {
    await channel('webhook', { name: 'bad', config: { url: 'http://127.0.0.1:1/closed' } });
    await channel('pagerduty', { name: 'good' });
    const { id } = await fires('a');
    await deliverAll();
    expect((await told(id)).sort()).toEqual(['bad open pending', 'good open sent']);
  });

  it('keeps to the pace of a vendor, and loses nothing by it', async () => {
    await channel('slack');
    for (let i = 0; i < 3; i++) await fires('a', { model: `m${i}` });
    const d = deliverer();
    await deliverAll(d);
    expect(vendor.requests).toHaveLength(1);
    for (let s = 1; s <= 3; s++) {
      clock.advance(1_001);
      await deliverAll(d);
    }
    expect(vendor.requests).toHaveLength(3);
  });

  it('of a worker that died is taken up by the next when its hold ends', async () => {
    await channel('webhook');
    await fires('a');
    await db
      .update(outbox)
      .set({ dueAt: new Date(clock.now() + 60_000) })
      .where(eq(outbox.projectId, projectId));
    await deliverAll();
    expect(vendor.requests).toEqual([]);
    clock.advance(60_000);
    await deliverAll();
    expect(vendor.requests).toHaveLength(1);
  });

  it('to a channel whose secret cannot be read is shown and tried again, not lost', async () => {
    await channel('webhook');
    const { id } = await fires('a');
    const stranger = createDeliverer({
      db,
      secrets: createSecrets('another master of 32 characters!'),
      log: stores.log,
      consoleUrl: 'http://console',
      allowPrivate: [],
      nowMs: clock.now,
    });
    await deliverAll(stranger);
    expect((await view(id)).deliveries).toMatchObject([
      { state: 'pending', attempts: 1, last_error: expect.stringContaining('PLUMBLINE_SECRET_KEY') },
    ]);
    clock.advance(MINUTE_MS);
    await deliverAll();
    expect(await told(id)).toEqual(['webhook open sent']);
  });

  it('to a channel that was deleted stays visible; what waited for it has failed and cannot be sent again', async () => {
    const { id: gone } = await channel('webhook', { name: 'old' });
    const { id } = await fires('a');
    await deliverAll();
    await fires('b', { evidence: { severity: 'critical' } });
    await deleteChannel(db, projectId, gone);
    await calms('a');
    await calms('b');
    await deliverAll();
    expect(await told(id)).toEqual(['old (deleted) open sent', 'old (deleted) escalate failed']);
    const { items } = await listDeliveries(db, projectId, { limit: 10, state: 'failed' });
    expect(items).toMatchObject([
      { channel_id: gone, kind: 'webhook', last_error: expect.stringContaining('deleted'), incident: { id } },
    ]);
    await expect(resend(db, projectId, items[0]!.id, clock.now())).rejects.toMatchObject({ code: 'conflict' });
    expect(vendor.requests).toHaveLength(1);
  });

  it('put into the outbox while its channel was being deleted fails too', async () => {
    const { id: gone } = await channel('webhook');
    const { id } = await fires('a');
    await db.delete(channels).where(eq(channels.id, gone));
    await deliverAll();
    expect(await told(id)).toEqual(['deleted channel open failed']);
  });
});

describe('title', () => {
  it.each<[Severity[], string]>([
    [['warning'], 'fraud: 0 is bad'],
    [['info', 'critical', 'warning'], 'fraud: 1 is bad (+ 2 more findings)'],
    [['warning', 'warning'], 'fraud: 0 is bad (+ 1 more finding)'],
    [[], 'fraud: has a problem'],
  ])('of %j is %s', (severities, expected) => {
    expect(
      title(
        'fraud',
        severities.map((severity, i) => evidence(String(i), { severity })),
      ),
    ).toBe(expected);
  });

  it('is never too long to be shown', () => {
    expect(title('fraud', [evidence('x'.repeat(1000))]).length).toBe(300);
  });
});
