import type { ChannelBody } from '@plumbline/contracts';
import { and, channelStates, createSecrets, type Db, eq, incidents, newId, outbox, storms } from '@plumbline/control';
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
import { createChannel } from '../channel/save.js';
import { createDeliverer, type DeliveryDeps } from './deliverDue.js';
import { resend } from './resend.js';

/** What the outbox does with rows, however they got there: order, storms, circuits, and workers that die. */

const secrets = createSecrets('a master of at least 32 characters');
const clock = manualClock();
let stores: Stores;
let db: Db;
let vendor: FakeVendor;
let projectId: string;
let number = 0;
beforeAll(async () => {
  stores = await openStores();
  db = stores.control.db;
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
  vendor = await startFakeVendor();
  clock.advance(60 * MINUTE_MS);
});
afterEach(() => vendor.close());

const CONFIGS = {
  webhook: () => ({ kind: 'webhook', config: { url: `${vendor.url}/hook` } }),
  slack: () => ({ kind: 'slack', config: { url: vendor.slackUrl } }),
  bot: () => ({ kind: 'slack', config: { token: 'xoxb-secret', channel: 'C0123456789', url: vendor.slackApiUrl } }),
  pagerduty: () => ({ kind: 'pagerduty', config: { routing_key: 'R', url: vendor.url } }),
};
const channel = async (kind: keyof typeof CONFIGS) =>
  (await createChannel(db, secrets, projectId, { ...CONFIGS[kind](), name: kind } as ChannelBody)).id;

/** An incident of a model of its own. */
async function incident(over: Partial<typeof incidents.$inferInsert> = {}): Promise<string> {
  const id = newId();
  const now = new Date(clock.now());
  number += 1;
  await db.insert(incidents).values({
    ...{ id, projectId, number, model: `model-${number}`, family: 'data', cause: 'data', state: 'open' },
    ...{ severity: 'warning', title: `model-${number}: no rows`, subjects: [], evidence: [] },
    ...{ since: now, openedAt: now, updatedAt: now, ...over },
  });
  return id;
}
type Event = 'open' | 'escalate' | 'acknowledge' | 'resolve';
const sequences = new Map<string, number>();
async function tell(channelId: string, incidentId: string, event: Event): Promise<string> {
  const id = newId();
  const sequence = (sequences.get(incidentId) ?? 0) + 1;
  sequences.set(incidentId, sequence);
  await db.insert(outbox).values({
    ...{ id, projectId, incidentId, channelId, event, sequence, state: 'pending', dueAt: new Date(clock.now()) },
  });
  if (event === 'resolve')
    await db
      .update(incidents)
      .set({ state: 'resolved', resolvedAt: new Date(clock.now()) })
      .where(eq(incidents.id, incidentId));
  return id;
}
const many = async (channelId: string, n: number) => {
  const ids: string[] = [];
  for (let i = 0; i < n; i++) {
    ids.push(await incident());
    await tell(channelId, ids.at(-1)!, 'open');
  }
  return ids;
};
const deliverer = (over: Partial<DeliveryDeps> = {}) =>
  createDeliverer({
    ...{ db, secrets, log: stores.log, consoleUrl: 'http://console', allowPrivate: ['127.0.0.1/32'] },
    ...{ nowMs: clock.now, random: () => 0.5, ...over },
  });
/** Delivers for so long, a second at a time. */
const deliverFor = async (ms: number, d = deliverer()) => {
  for (let passed = 0; passed <= ms; passed += 1000) {
    while ((await d.deliverDue()) > 0);
    clock.advance(1000);
  }
};
const states = async (channelId: string) => {
  const rows = await db.select().from(outbox).where(eq(outbox.channelId, channelId)).orderBy(outbox.id);
  return rows.map((r) => r.state);
};
const row = async (id: string) => (await db.select().from(outbox).where(eq(outbox.id, id)))[0]!;
type Body = { event: string; incident: { id: string } | null; storm?: { state: string; incidents: { id: string }[] } };
const bodies = () => vendor.requests.map((r) => r.body as Body);

describe('a storm', () => {
  it.each(['webhook', 'pagerduty', 'slack', 'bot'] as const)(
    'of 60 problems is ten pages and one message for %s, in which nothing is lost',
    async (kind) => {
      const to = await channel(kind);
      const ids = await many(to, 60);
      const numbers = (await db.select().from(incidents).where(eq(incidents.projectId, projectId))).map(
        (i) => i.number,
      );
      await deliverFor(5 * MINUTE_MS - 2000);
      expect(vendor.requests).toHaveLength(11);
      const said = vendor.requests.map((r) => r.raw).join('\n');
      for (const n of numbers)
        expect(said).toMatch(kind === 'webhook' ? new RegExp(`"number":${n},`) : new RegExp(`#${n}\\b`));
      expect(await states(to)).toEqual(Array(60).fill('sent'));

      // More of it goes into the same message, 45 s apart at the earliest.
      const late = await many(to, 5);
      await deliverFor(MINUTE_MS);
      expect(vendor.requests).toHaveLength(12);
      expect(await states(to)).toEqual(Array(65).fill('sent'));

      // All of it ends: the ten by themselves, the storm as one.
      for (const id of [...ids, ...late]) await tell(to, id, 'resolve');
      await deliverFor(8 * MINUTE_MS);
      expect(await states(to)).toEqual(Array(130).fill('sent'));
      const [storm] = await db.select().from(storms).where(eq(storms.channelId, to));
      expect(storm).toMatchObject({ state: 'resolved', dueAt: null });
      if (kind === 'bot') {
        expect(vendor.messages.filter((m) => m.thread_ts === undefined)).toHaveLength(11);
        expect(vendor.messages.every((m) => m.edited)).toBe(true);
      }
      if (kind === 'pagerduty') {
        const keys = vendor.requests.map((r) => r.body as { dedup_key: string; event_action: string });
        const triggered = new Set(keys.filter((k) => k.event_action === 'trigger').map((k) => k.dedup_key));
        expect(triggered.size).toBe(11);
        expect(new Set(keys.filter((k) => k.event_action === 'resolve').map((k) => k.dedup_key))).toEqual(triggered);
      }
    },
  );

  it('does not begin with what comes slowly', async () => {
    const to = await channel('webhook');
    for (let i = 0; i < 24; i++) {
      await many(to, 1);
      await deliverFor(40_000);
    }
    expect(vendor.requests).toHaveLength(24);
    expect(bodies().every((b) => b.event === 'open')).toBe(true);
  });

  it('counts worse news as pages, and tells it with the rest', async () => {
    const to = await channel('webhook');
    const ids = await many(to, 10);
    await deliverFor(2000);
    for (const id of ids) await tell(to, id, 'escalate');
    await deliverFor(2000);
    expect(vendor.requests).toHaveLength(11);
    expect(
      bodies()
        .at(-1)!
        .storm!.incidents.map((i) => i.id)
        .sort(),
    ).toEqual([...ids].sort());
  });

  it('is another one after five quiet minutes', async () => {
    const to = await channel('webhook');
    await many(to, 12);
    await deliverFor(6 * MINUTE_MS);
    await many(to, 12);
    await deliverFor(MINUTE_MS);
    expect(bodies().map((b) => b.event)).toEqual([
      ...Array(10).fill('open'),
      'storm',
      ...Array(10).fill('open'),
      'storm',
    ]);
    expect(new Set(await db.select({ id: storms.id }).from(storms).where(eq(storms.channelId, to))).size).toBe(2);
  });

  it('whose incidents were deleted is over without a word', async () => {
    const to = await channel('webhook');
    await many(to, 12);
    await deliverFor(2000);
    await db.delete(incidents).where(eq(incidents.projectId, projectId));
    await deliverFor(MINUTE_MS);
    expect(vendor.requests).toHaveLength(11);
    expect(await db.select().from(storms).where(eq(storms.channelId, to))).toMatchObject([{ state: 'resolved' }]);
  });

  it('whose message is refused is a dead letter of all it names; sent again by hand each is told alone', async () => {
    const to = await channel('webhook');
    vendor.script(...Array(10).fill('ok'), { status: 410, body: 'gone' });
    await many(to, 12);
    await deliverFor(2000);
    expect(await states(to)).toEqual([...Array(10).fill('sent'), 'failed', 'failed']);
    const [failed] = await db
      .select()
      .from(outbox)
      .where(and(eq(outbox.channelId, to), eq(outbox.state, 'failed')));
    expect(failed!.lastError).toContain('gone');
    expect(await resend(db, projectId, failed!.id, clock.now())).toBe(true);
    await deliverFor(1000);
    expect(await row(failed!.id)).toMatchObject({ state: 'sent', stormId: null });
  });

  it('is told through vendors that answer 429, 5xx, close, and trickle', async () => {
    const to = await channel('webhook');
    vendor.script('error', 'close', { rateLimited: 5 }, { trickle: 'body', everyMs: 1 }, 'error', 'close', 'swallow');
    const quick = deliverer({
      post: async (request, options) => (await import('../send/post.js')).post(request, { ...options, timeoutMs: 200 }),
    });
    const ids = await many(to, 40);
    await deliverFor(10 * MINUTE_MS, quick);
    expect(await states(to)).toEqual(Array(40).fill('sent'));
    const told = new Set(bodies().flatMap((b) => b.storm?.incidents.map((i) => i.id) ?? [b.incident!.id]));
    expect(told).toEqual(new Set(ids));
  });
});

describe('the end of an incident', () => {
  it('waits for its beginning, and is not sent where that never arrived', async () => {
    const to = await channel('pagerduty');
    const id = await incident();
    vendor.script({ status: 400, body: 'no' });
    const open = await tell(to, id, 'open');
    const end = await tell(to, id, 'resolve');
    await deliverFor(3000);
    expect(vendor.requests).toHaveLength(1);
    expect(await row(end)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('beginning') });
    // By hand the beginning goes again, whichever of the two is asked for, and its end follows.
    await resend(db, projectId, end, clock.now());
    expect((await row(open)).state).toBe('pending');
    await deliverFor(3000);
    expect(vendor.requests.slice(1).map((r) => (r.body as { event_action: string }).event_action)).toEqual([
      'trigger',
      'resolve',
    ]);
    expect(await states(to)).toEqual(['sent', 'sent']);
  });

  it('goes with the storm that told the beginning, never before it', async () => {
    const to = await channel('pagerduty');
    const ids = await many(to, 12);
    for (const id of ids) await tell(to, id, 'resolve');
    vendor.otherwise('error');
    await deliverFor(2000);
    vendor.otherwise('ok');
    vendor.requests.length = 0;
    await deliverFor(15 * MINUTE_MS);
    expect(await states(to)).toEqual(Array(24).fill('sent'));
    const actions = new Map<string, string[]>();
    for (const r of vendor.requests) {
      const { dedup_key: key, event_action: action } = r.body as { dedup_key: string; event_action: string };
      actions.set(key, [...(actions.get(key) ?? []), action]);
    }
    expect(actions.size).toBe(11);
    for (const list of actions.values()) {
      expect(list[0]).toBe('trigger');
      expect(list.at(-1)).toBe('resolve');
      expect(list.lastIndexOf('trigger')).toBeLessThan(list.indexOf('resolve'));
    }
  });
});

describe('a vendor that fails', () => {
  it('is left alone after five failures, then asked with one message, and nothing is lost', async () => {
    const to = await channel('webhook');
    vendor.otherwise('error');
    await many(to, 8);
    await deliverFor(10_000);
    const [state] = await db.select().from(channelStates).where(eq(channelStates.channelId, to));
    expect(state).toMatchObject({ lastError: expect.stringContaining('500') });
    expect(state!.failures).toBeGreaterThanOrEqual(5);
    expect(state!.pausedUntil!.getTime()).toBeGreaterThan(clock.now());
    const before = vendor.requests.length;
    clock.set(state!.pausedUntil!.getTime());
    while ((await deliverer().deliverDue()) > 0);
    expect(vendor.requests.length).toBe(before + 1);
    vendor.otherwise('ok');
    await deliverFor(10 * MINUTE_MS);
    expect(await states(to)).toEqual(Array(8).fill('sent'));
  });

  it('and says for how long is not asked before that, for any message', async () => {
    const to = await channel('webhook');
    vendor.script({ rateLimited: 90 });
    await many(to, 1);
    await deliverFor(0);
    await many(to, 3);
    await deliverFor(85_000);
    expect(vendor.requests).toHaveLength(1);
    await deliverFor(15_000);
    expect(vendor.requests).toHaveLength(5);
  });

  it('slowly holds up no other', async () => {
    const slow = await channel('webhook');
    const well = await channel('pagerduty');
    let release: (() => void) | undefined;
    const post: DeliveryDeps['post'] = async ({ url }) => {
      if (url.endsWith('/hook')) await new Promise<void>((resolve) => (release = resolve));
      return { outcome: 'sent', status: 200, answer: 'ok' };
    };
    const d = deliverer({ post });
    await many(slow, 1);
    await many(well, 1);
    await d.startDue(10);
    await expect.poll(() => states(well)).toEqual(['sent']);
    await many(well, 1);
    await d.startDue(10);
    await expect.poll(() => states(well)).toEqual(['sent', 'sent']);
    expect(await states(slow)).toEqual(['pending']);
    release!();
    await expect.poll(() => states(slow)).toEqual(['sent']);
  });
});

describe('a worker that dies', () => {
  /** Reaches the vendor, and never hears of it. */
  const dies: DeliveryDeps['post'] = async (request, options) => {
    await (await import('../send/post.js')).post(request, options);
    return new Promise(() => {});
  };

  it('after the vendor had it: the next one repeats it under the same key and number', async () => {
    const to = await channel('webhook');
    await many(to, 1);
    void deliverer({ post: dies }).deliverDue();
    await vendor.waitFor((r) => r.length === 1);
    await deliverFor(5000);
    expect(vendor.requests).toHaveLength(1);
    await deliverFor(20_000);
    expect(vendor.requests).toHaveLength(2);
    const [a, b] = vendor.requests.map((r) => r.body as { dedup_key: string; sequence: number });
    expect([a!.dedup_key, a!.sequence]).toEqual([b!.dedup_key, b!.sequence]);
    expect(await states(to)).toEqual(['sent']);
  });

  it('Slack with a token has the message once; a webhook there says that it is a repetition', async () => {
    const bot = await channel('bot');
    const hook = await channel('slack');
    await many(bot, 1);
    await many(hook, 1);
    void deliverer({ post: dies }).deliverDue();
    await vendor.waitFor((r) => r.length === 2);
    await deliverFor(20_000);
    expect(vendor.messages).toHaveLength(1);
    const slack = vendor.requests.filter((r) => r.path.startsWith('/services'));
    expect(slack.map((r) => r.raw.includes('sent again'))).toEqual([false, true]);
    expect([await states(bot), await states(hook)]).toEqual([['sent'], ['sent']]);
  });
});
