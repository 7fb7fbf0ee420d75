import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChannel, createDeliverer, fire } from '@plumbline/alerts';
import { createLogger, loadConfig } from '@plumbline/config';
import type { ChannelBody, Evidence, Severity } from '@plumbline/contracts';
import { createSecrets, type Db, eq, incidents, openControl, outbox, projects } from '@plumbline/control';
import { type Behaviour, type FakeVendor, startFakeVendor } from '@plumbline/testkit';
import { Dice } from '../fuzz/dice.js';

const PROJECT = 'failures';
const WINDOW_MS = 5 * 60_000;
const FAMILIES = ['performance', 'drift', 'data'] as const;
const KINDS = ['pagerduty', 'slack', 'bot', 'webhook', 'alertmanager'] as const;
type Kind = (typeof KINDS)[number];
/** Share of requests that a vendor treats badly. */
const BAD = 0.3;

export type Told = {
  incidents: number;
  /** Of the channel that was told most often: messages that its vendor took in the worst five minutes. */
  notifications: number;
  /** The same of requests, with those that the vendor refused, left or cut. */
  requests: number;
  /** Unresolved incidents of one model and family beyond the first, and pages under one key and number with another content. */
  duplicates: number;
  /** Incidents named in no message that was taken, of the worst channel. */
  lost: number;
  firedS: number;
  namedS: number;
};

/**
 * So many monitors fail at the same moment, evenly over the models and the families of incidents; five channels, each with a vendor that
 * answers 429, 5xx, closes, trickles or goes silent three times of ten. Ends when every incident is named everywhere.
 */
export async function failures(
  count: number,
  models: number,
  seed: number,
  progress: (line: string) => void,
): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-failures-'));
  const control = await openControl(loadConfig({}, { PLUMBLINE_DATA_DIR: folder }));
  const { db } = control;
  const secrets = createSecrets('a master of at least 32 characters');
  const vendors = new Map<Kind, FakeVendor>();
  const log = createLogger({ level: 'silent', pretty: false });
  const deliverer = createDeliverer({ db, secrets, log, consoleUrl: 'http://console', allowPrivate: ['127.0.0.1/32'] });
  let going = true;
  try {
    await db.insert(projects).values({ id: PROJECT, name: PROJECT });
    for (const [i, kind] of KINDS.entries()) {
      const vendor = await startFakeVendor();
      vendors.set(kind, vendor);
      misbehave(vendor, new Dice(seed + i));
      await createChannel(db, secrets, PROJECT, {
        name: kind,
        default: true,
        ...configOf(kind, vendor),
      } as ChannelBody);
    }
    const startedMs = Date.now();
    const delivering = (async () => {
      while (going) {
        await deliverer.startDue(500);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    })();
    let next = 0;
    const worker = async () => {
      for (let i = next++; i < count; i = next++) {
        await fireOne(db, i, models);
        if ((i + 1) % 1000 === 0) progress(`  ${i + 1} of ${count} failures are written down`);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    const firedS = (Date.now() - startedMs) / 1000;
    const ids = await db.select({ id: incidents.id, number: incidents.number }).from(incidents);
    // Until everything is told, or a storm's slowest vendor had all the time it may need.
    const endMs = Date.now() + 2 * WINDOW_MS;
    while (Date.now() < endMs && ((await waiting(db)) > 0 || Date.now() - startedMs < WINDOW_MS))
      await new Promise((resolve) => setTimeout(resolve, 1000));
    const namedS = (Date.now() - startedMs) / 1000;
    going = false;
    await delivering;
    await deliverer.deliverDue();
    const per = KINDS.map((kind) => judge(kind, vendors.get(kind)!, ids));
    for (const [i, p] of per.entries()) progress(`  ${KINDS[i]}: ${JSON.stringify(p)}`);
    const open = await db.select({ model: incidents.model, family: incidents.family }).from(incidents);
    const most = (of: (p: (typeof per)[number]) => number) => Math.max(...per.map(of));
    return {
      incidents: ids.length,
      notifications: most((p) => p.taken),
      requests: most((p) => p.requests),
      duplicates: open.length - new Set(open.map((o) => `${o.model} ${o.family}`)).size + most((p) => p.duplicates),
      lost: most((p) => p.lost),
      firedS,
      namedS,
    };
  } finally {
    going = false;
    for (const vendor of vendors.values()) await vendor.close();
    await control.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every request draws how it is treated: seven of ten well, the others each in another way. */
function misbehave(vendor: FakeVendor, dice: Dice): void {
  const bad: Behaviour[] = [
    { rateLimited: 1 + dice.below(3) },
    { status: 503, body: 'unavailable' },
    'error',
    'close',
    'swallow',
    'silent',
    { trickle: 'head' },
  ];
  vendor.treat(() => (dice.chance(BAD) ? bad[dice.below(bad.length)]! : 'ok'));
}

const configOf = (kind: Kind, vendor: FakeVendor): object => {
  if (kind === 'pagerduty') return { kind, config: { routing_key: 'R', url: vendor.url } };
  if (kind === 'slack') return { kind, config: { url: vendor.slackUrl } };
  if (kind === 'bot')
    return { kind: 'slack', config: { token: 'xoxb-0', channel: 'C0123456789', url: vendor.slackApiUrl } };
  return { kind: 'webhook', config: { url: `${vendor.url}/hook`, ...(kind === 'alertmanager' && { format: kind }) } };
};

async function fireOne(db: Db, i: number, models: number): Promise<void> {
  const family = FAMILIES[Math.floor(i / models) % FAMILIES.length]!;
  const now = new Date();
  const severity: Severity = i % 7 === 0 ? 'critical' : 'warning';
  const monitor = `monitor-${i}`;
  const evidence: Evidence = {
    ...{ monitor_id: monitor, monitor, kind: family === 'data' ? 'missing' : family, severity },
    window: { start: new Date(now.getTime() - 3_600_000).toISOString(), end: now.toISOString() },
    ...{ known_at: now.toISOString(), since: now.toISOString(), headline: `${monitor} fails.` },
    findings: [{ subject: `${family} ${i}`, state: 'bad', value: 1, threshold: 0, n: 100, message: 'bad' }],
    ...{ slices: [], history: [], threshold: 0, baseline: null, rows_query: {} },
  };
  const model = `model-${i % models}`;
  await db.transaction((tx) =>
    fire(tx, {
      ...{ projectId: PROJECT, model, owner: null, family, evidence, nowMs: now.getTime() },
      monitor: { id: monitor, name: monitor, channels: [] },
    }),
  );
}

const waiting = async (db: Db): Promise<number> =>
  (await db.select({ id: outbox.id }).from(outbox).where(eq(outbox.state, 'pending'))).length;

function judge(kind: Kind, vendor: FakeVendor, ids: readonly { id: string; number: number }[]) {
  const taken = vendor.requests.filter((r) => r.taken && !r.path.includes('conversations.'));
  const said = taken.map((r) => r.raw).join('\n');
  const numbers = new Set([...said.matchAll(/#(\d+)\b/g)].map((m) => Number(m[1])));
  const named = (i: { id: string; number: number }) =>
    kind === 'webhook' ? said.includes(i.id) : numbers.has(i.number);
  const worst = (times: readonly number[]) =>
    Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length));
  const contents = new Map<string, Set<string>>();
  for (const { body } of taken) {
    const { dedup_key: key, sequence, event } = body as Record<string, unknown>;
    if (kind !== 'webhook') continue;
    const under = `${key}~${sequence}`;
    contents.set(under, (contents.get(under) ?? new Set()).add(String(event)));
  }
  // Slack by a token: what was taken twice and is there twice.
  const posts = vendor.messages.filter((m) => m.thread_ts === undefined).map((m) => JSON.stringify(m.metadata));
  return {
    taken: worst(taken.map((r) => r.at)),
    requests: worst(vendor.requests.map((r) => r.at)),
    duplicates: [...contents.values()].filter((c) => c.size > 1).length + posts.length - new Set(posts).size,
    lost: ids.filter((i) => !named(i)).length,
  };
}
