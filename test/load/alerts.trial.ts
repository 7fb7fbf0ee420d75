import { parseArgs } from 'node:util';
import { type FakeVendor, startFakeVendor } from '@plumbline/testkit';
import type { Client, Json } from '../e2e/client.js';
import { eventually } from '../e2e/eventually.js';
import { Server } from '../e2e/server.js';
import type { Trial } from '../trial.js';
import { failures } from './failures.js';
import { cpuSeconds, quantile, rounded } from './process.js';

const MINUTE_MS = 60_000;
const ROWS = 60;
const FAULT_ROWS = 240;
const PER_MODEL = 10;
const INTERVAL_S = 60;
/** What the text allows on top of the interval. */
const SLACK_S = 5;
const NOTIFICATIONS_MAX = 20;
/** Every model goes on sending meanwhile. */
const TRAFFIC_MS = 20_000;
/** Reading the list of all monitors is work too: not more often than tells two looks of a minute apart. */
const LOOK_EVERY_MS = 15_000;
const SPREAD_MS = 40 * MINUTE_MS;

/**
 * The whole product with 1,000 monitors due each minute: how many it evaluates a second, whether the schedule keeps up, and how long it
 * takes from the event that breaks a rule to the request at the vendor's door. Then 10,000 failures at the same moment with vendors
 * that misbehave. `--models N --minutes M --faults F --failures K --seed S`.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: {
      models: { type: 'string', default: '100' },
      minutes: { type: 'string', default: '4' },
      faults: { type: 'string', default: '20' },
      failures: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [models, minutes, faults, count, seed] = (['models', 'minutes', 'faults', 'failures', 'seed'] as const).map(
    (name) => Number(values[name]),
  ) as [number, number, number, number, number];
  if (![models, faults, count, seed].every((n) => Number.isInteger(n) && n > 0) || !(minutes > 0))
    throw new Error('--models, --minutes, --faults, --failures and --seed are numbers above zero.');
  const schedule = await scheduled(models, minutes, Math.min(faults, models), progress);
  progress(`3/3 ${count} failures across ${models} models at the same moment`);
  const told = await failures(count, models, seed, progress);
  const ok =
    schedule.late === 0 &&
    schedule.p95 !== null &&
    schedule.p95 <= INTERVAL_S + SLACK_S &&
    schedule.told === schedule.faults &&
    told.notifications <= NOTIFICATIONS_MAX &&
    told.duplicates === 0 &&
    told.lost === 0;
  return {
    ok,
    summary: {
      fault_to_notification_p95_s: rounded(schedule.p95, 2),
      monitors: models * PER_MODEL,
      evaluations_per_s: rounded(schedule.perS, 2),
      [`notifications_for_${count}_simultaneous_failures`]: told.notifications,
      duplicates: told.duplicates,
      lost: told.lost,
      fault_to_notification_p50_s: rounded(schedule.p50, 2),
      faults: schedule.faults,
      faults_told: schedule.told,
      monitors_late: schedule.late,
      longest_between_evaluations_s: rounded(schedule.longestS),
      cpu_cores_used: rounded(schedule.cores, 2),
      incidents_of_failures: told.incidents,
      requests_for_failures: told.requests,
      all_named_after_s: rounded(told.namedS),
      seed,
    },
  };
};
export default trial;

type Scheduled = {
  p50: number | null;
  p95: number | null;
  faults: number;
  told: number;
  perS: number;
  late: number;
  longestS: number;
  cores: number;
};

async function scheduled(
  models: number,
  minutes: number,
  faults: number,
  progress: (line: string) => void,
): Promise<Scheduled> {
  const vendor = await startFakeVendor();
  const server = await Server.start({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8' });
  const client = server.client();
  try {
    progress(`1/3 ${models} models with ${PER_MODEL} monitors each, due every minute`);
    const ids = new Map<string, string>();
    for (let m = 0; m < models; m++) for (const id of await prepare(client, vendor, m)) ids.set(id, nameOf(m));
    const look = async () => lastLooks(client, new Set(ids.keys()));
    await eventually(async () => [...(await look()).values()].every((at) => at !== null), {
      ...{ what: 'every monitor to be evaluated once', withinMs: 15 * MINUTE_MS, everyMs: 10_000 },
    });

    progress(`2/3 ${minutes} min of schedule, with a fault every ${rounded((minutes * 60) / faults)} s`);
    const startedMs = Date.now();
    const endMs = startedMs + minutes * MINUTE_MS;
    const cpu = cpuSeconds(server.pid);
    const looks = new Map<string, Set<number>>();
    const brokenMs: number[] = [];
    let trafficMs = 0;
    let lookMs = 0;
    while (Date.now() < endMs) {
      if (brokenMs.length < faults && Date.now() >= startedMs + (brokenMs.length * minutes * MINUTE_MS) / faults) {
        const m = brokenMs.length;
        brokenMs.push(Date.now());
        await rows(client, nameOf(m), FAULT_ROWS, true);
      }
      if (Date.now() >= trafficMs) {
        trafficMs = Date.now() + TRAFFIC_MS;
        await traffic(client, models);
      }
      if (Date.now() >= lookMs) {
        lookMs = Date.now() + LOOK_EVERY_MS;
        for (const [id, at] of await look()) {
          const seen = looks.get(id) ?? new Set();
          looks.set(id, seen.add(at!));
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const seconds = (Date.now() - startedMs) / 1000;
    const cores = (cpuSeconds(server.pid) - cpu) / seconds;
    const gaps = [...looks.values()].map((times) => longestGap([...times], startedMs, Date.now()));
    const evaluated = [...looks.values()].reduce((sum, t) => sum + [...t].filter((at) => at >= startedMs).length, 0);
    // The last faults have their interval too.
    const door = (m: number) => vendor.requests.find((r) => r.path === `/hooks/${nameOf(m)}`)?.at;
    await eventually(() => brokenMs.every((_, m) => door(m) !== undefined), {
      ...{ what: 'the last faults to be told', withinMs: (INTERVAL_S + SLACK_S) * 2000 },
    }).catch(() => progress('not every fault was told'));
    const took = brokenMs.flatMap((at, m) => (door(m) === undefined ? [] : [(door(m)! - at) / 1000]));
    return {
      ...{ p50: quantile(took, 0.5), p95: quantile(took, 0.95), faults: brokenMs.length, told: took.length },
      ...{ perS: evaluated / seconds, cores, longestS: Math.max(...gaps) },
      // A schedule that keeps up never lets two intervals pass without a look.
      late: gaps.filter((gap) => gap > 2 * INTERVAL_S).length,
    };
  } finally {
    await server.dispose();
    await vendor.close();
  }
}

const nameOf = (m: number) => `model-${String(m).padStart(3, '0')}`;

/** A model that is well, with a channel of its own and ten rules of different kinds. Returns the ids of its monitors. */
async function prepare(client: Client, vendor: FakeVendor, m: number): Promise<string[]> {
  const model = nameOf(m);
  await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
  await rows(client, model, ROWS, false);
  const config = { url: `${vendor.url}/hooks/${model}` };
  const channel = await client.ok(client.post('/v1/channels', { kind: 'webhook', config }));
  const slice = (value: string) => [{ field: 'tags.country', op: 'eq', value }];
  const rules: object[] = [
    ...['accuracy', 'precision', 'recall', 'f1', 'specificity'].map((metric) => metricRule(metric, 0.5)),
    { ...metricRule('accuracy', 0.5), name: 'accuracy in BR', slice: slice('BR') },
    { ...metricRule('accuracy', 0.5), name: 'accuracy in DE', slice: slice('DE') },
    { name: 'response time', kind: 'latency', compare: { to: 'threshold' }, condition: { op: 'gt', value: 5_000 } },
    { name: 'rows', kind: 'volume' },
    { name: 'silence', kind: 'freshness' },
  ];
  const ids: string[] = [];
  for (const rule of rules) {
    const body = { name: '', ...rule, model, window: '1h', every: '1m', channels: [channel.id] };
    ids.push((await client.ok(client.post('/v1/monitors', body))).id);
  }
  return ids;
}

const metricRule = (metric: string, value: number) => ({
  ...{ name: `${metric} of all`, kind: 'performance', target: { metric }, compare: { to: 'threshold' } },
  condition: { op: 'lt', value },
});

let sent = 0;
/** Labelled rows of the last minutes, right or wrong. */
async function rows(client: Client, model: string, count: number, wrong: boolean): Promise<void> {
  const nowMs = Date.now();
  const all = Array.from({ length: count }, (_, i) => ({ i, id: `r${sent++}` }));
  const ts = (i: number) => Math.round(nowMs - 1_000 - (wrong ? 10 * i : (SPREAD_MS * i) / count));
  await client.predictions(
    all.map(({ i, id }) => ({
      ...{ model, prediction_id: id, ts: ts(i), prediction: { score: i % 2 ? 0.9 : 0.1 }, latency_ms: 20 },
      tags: { country: i % 3 ? 'DE' : 'BR' },
    })),
  );
  await client.outcomes(
    all.map(({ i, id }) => ({ model, prediction_id: id, label: wrong ? 1 - (i % 2) : i % 2, ts: nowMs })),
  );
}

/** Two right rows of every model. */
async function traffic(client: Client, models: number): Promise<void> {
  const now = Date.now();
  const all = Array.from({ length: 2 * models }, (_, i) => ({ i, model: nameOf(i >> 1), id: `t${sent++}` }));
  await client.predictions(
    all.map(({ i, model, id }) => ({
      ...{ model, prediction_id: id, ts: now, prediction: { score: i % 2 ? 0.9 : 0.1 }, latency_ms: 20 },
      tags: { country: i % 3 ? 'DE' : 'BR' },
    })),
  );
  await client.outcomes(all.map(({ i, model, id }) => ({ model, prediction_id: id, label: i % 2 })));
}

/** When each monitor was evaluated last. */
async function lastLooks(client: Client, ids: ReadonlySet<string>): Promise<Map<string, number | null>> {
  const out = new Map<string, number | null>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Json = await client.ok(client.get(`/v1/monitors?limit=1000${cursor && `&cursor=${cursor}`}`));
    for (const { id, evaluated_at: at } of page.items)
      if (ids.has(id)) out.set(id, at === null ? null : Date.parse(at));
    cursor = page.next_cursor;
  }
  return out;
}

/** The longest time without a look, in seconds. */
function longestGap(times: number[], fromMs: number, toMs: number): number {
  const sorted = [...times.sort((a, b) => a - b).filter((at) => at >= fromMs), toMs];
  let last = Math.max(fromMs, 0);
  let longest = 0;
  for (const at of sorted) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest / 1000;
}
