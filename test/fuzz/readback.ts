import type { Client, Json } from '../e2e/client.js';
import { eventually } from '../e2e/eventually.js';
import { type Ledger, partsOf } from './ledger.js';
import type { Flat } from './reader.js';
import type { Sampled, Verdicts } from './verdicts.js';
import type { Watch } from './watch.js';

const ALL = { from: 0, to: '2106-01-01T00:00:00Z', min_labels: 0, metrics: ['count'] };
const WEEK_MS = 7 * 86_400_000;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * 86_400_000;
const AT_ONCE = 4;
/** What is left to a model when another took all the time. */
const GRACE_MS = 2_000;
export type Found = { missing: number; countedTwice: number };

/** Predictions by model and week of their time; those without a time, and all newer ones, lie where the run was. */
function expected(ledger: Ledger, startedMs: number) {
  const week = (ms: number) => Math.floor((ms - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS;
  const live = week(startedMs - WEEK_MS);
  const models = new Map<string, { weeks: Map<number, number>; total: number; joined: number; corrected: number }>();
  for (const [identity, { ts }] of ledger.predictions) {
    const [model, , id] = partsOf(identity);
    const found = models.get(model) ?? { weeks: new Map(), total: 0, joined: 0, corrected: 0 };
    models.set(model, found);
    found.total++;
    const at = Math.min(live, week(ts ?? live));
    found.weeks.set(at, (found.weeks.get(at) ?? 0) + 1);
    const labels = ledger.outcomes.get(`${model}\u0000${id}`);
    if (!labels) continue;
    found.joined++;
    if (new Set(labels.said.map((o) => o.label)).size > 1) found.corrected++;
  }
  return { models, live, week };
}

/**
 * Every prediction that was taken is counted once, in the week where it belongs, and not in two of them. `withinMs` is left to
 * the server to find out which of several copies came first.
 */
export async function countPredictions(
  client: Client,
  ledger: Ledger,
  verdicts: Verdicts,
  startedMs: number,
  withinMs: number,
): Promise<Found> {
  const found: Found = { missing: 0, countedTwice: 0 };
  const { models, live } = expected(ledger, startedMs);
  const deadline = Date.now() + withinMs;
  for (const [model, { weeks, total }] of models) {
    const ask = async (granularity: string): Promise<Json[]> =>
      (await client.ask(model, 'performance', { ...ALL, granularity })).windows;
    const differences = async (): Promise<[string, number][]> => {
      const [whole, byWeek] = [await ask('all'), await ask('7d')];
      const got = new Map<number, number>();
      for (const w of byWeek) {
        const at = Math.min(live, Date.parse(w.start));
        got.set(at, (got.get(at) ?? 0) + w.predictions);
      }
      const list: [string, number][] = [['all', (whole[0]?.predictions ?? 0) - total]];
      for (const at of new Set([...weeks.keys(), ...got.keys()]))
        list.push([`the week of ${new Date(at).toISOString()}`, (got.get(at) ?? 0) - (weeks.get(at) ?? 0)]);
      return list.filter(([, more]) => more !== 0);
    };
    let left: [string, number][] = [];
    const settled = eventually(
      async () => {
        left = await differences();
        return left.length === 0;
      },
      { withinMs: Math.max(0, deadline - Date.now()), everyMs: 500 },
    );
    await settled.catch((error: Error) => {
      if (left.length === 0) verdicts.report(`${model}: ${error.message}`);
    });
    for (const [where, more] of left) {
      verdicts.report(`${model}: ${more} predictions too many in ${where}`);
      if (where === 'all') continue;
      if (more < 0) found.missing -= more;
      else found.countedTwice += more;
    }
  }
  return found;
}

/** Labels found their predictions: counts agree with what was sent, once the worker has joined everything. */
export async function countLabels(client: Client, ledger: Ledger, verdicts: Verdicts, withinMs: number): Promise<void> {
  const { models } = expected(ledger, 0);
  const ids = new Map<string, Set<string>>();
  for (const identity of ledger.predictions.keys()) {
    const [model, , id] = partsOf(identity);
    ids.set(model, (ids.get(model) ?? new Set()).add(id));
  }
  const orphaned = new Map<string, number>();
  for (const key of ledger.outcomes.keys()) {
    const at = key.indexOf('\u0000');
    const model = key.slice(0, at);
    if (!ids.get(model)?.has(key.slice(at + 1))) orphaned.set(model, (orphaned.get(model) ?? 0) + 1);
  }
  const deadline = Date.now() + withinMs;
  for (const [model, { total, joined, corrected }] of models) {
    const want = { joined, corrected, pending: total - joined, orphaned: orphaned.get(model) ?? 0 };
    let got: Json;
    const settled = eventually(
      async () => {
        const answer = await client.get(`/v1/models/${model}`);
        got = answer.body?.labels ?? answer.text;
        return Object.entries(want).every(([name, n]) => got[name] === n);
      },
      { withinMs: Math.max(GRACE_MS, deadline - Date.now()), everyMs: 500 },
    );
    await settled.catch(() =>
      verdicts.report(`${model}: labels are ${JSON.stringify(got)}, not ${JSON.stringify(want)}`),
    );
  }
}

/** What was refused is counted and kept with its reason, as often as it was told. */
export async function countRefused(client: Client, ledger: Ledger, verdicts: Verdicts, watch: Watch): Promise<void> {
  const compare = (where: string, got: ReadonlyMap<string, number>, conflictsLater = 0) => {
    for (const key of new Set([...got.keys(), ...ledger.refused.keys()])) {
      const more = (got.get(key) ?? 0) - (ledger.refused.get(key) ?? 0);
      if (more < 0 || more > (key === 'predictions conflict' ? conflictsLater : 0))
        verdicts.report(`${where}: ${got.get(key) ?? 0} × ${key}, ${ledger.refused.get(key) ?? 0} were answered`);
    }
  };
  compare('/metrics', await watch.refused());
  const kept = new Map<string, number>();
  const slice = { from: Number.NEGATIVE_INFINITY, cursor: '' };
  for (;;) {
    const page = await client.ok(client.get(`/v1/quarantine?limit=1000${slice.cursor}`));
    for (const { kind, code } of page.items) kept.set(`${kind} ${code}`, (kept.get(`${kind} ${code}`) ?? 0) + 1);
    if (!page.next_cursor) break;
    slice.cursor = `&cursor=${page.next_cursor}`;
  }
  compare('the quarantine', kept, ledger.conflictsLater);
}

/** A random sample is as it was sent. Returns how many were not there at all. */
export async function readBack(client: Client, verdicts: Verdicts, ledger: Ledger): Promise<number> {
  const queue = [...verdicts.sample];
  let missing = 0;
  const reader = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { model, id } = next.event;
      // A URL takes these two for steps in its path, however they are written.
      if (id === '.' || id === '..') continue;
      const answer = await client.get(`/v1/models/${model}/predictions/${encodeURIComponent(id)}`);
      if (answer.status !== 200) missing++;
      const wrong = answer.status === 200 ? difference(next, answer.body, ledger) : `answers ${answer.status}`;
      if (wrong) verdicts.report(`/v1/models/${model}/predictions/${id}: ${wrong}`, 'predictions', next.raw);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return missing;
}

function difference({ event }: Sampled, told: Json, ledger: Ledger): string | undefined {
  const mine = told.predictions.filter((p: Json) => p.version === event.version);
  if (mine.length !== 1) return `version '${event.version}' is there ${mine.length} times`;
  const [p] = mine;
  const stored = ledger.outcomes.get(`${event.model}\u0000${event.id}`)?.said ?? [];
  const pairs = (object: object) => Object.entries(object).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const labels = (list: { label: string }[]) => [...new Set(list.map((o) => o.label))].sort();
  const facts: [string, unknown, unknown][] = [
    ['features', pairs(p.features), asStored(event.features)],
    ['tags', pairs(p.tags), event.tags],
    ['score', p.prediction.score, event.score],
    ['scores', pairs(p.prediction.scores ?? {}), event.scores],
    ['class', p.prediction.class ?? '', event.class],
    ['value', p.prediction.value, event.value],
    ['latency_ms', p.latency_ms, event.latency],
    ['labels', labels(told.outcomes), labels(stored)],
  ];
  if (event.ts !== null) facts.push(['ts', p.ts, new Date(event.ts).toISOString()]);
  for (const [name, got, want] of facts)
    if (JSON.stringify(got) !== JSON.stringify(want))
      return `${name} ${JSON.stringify(got)?.slice(0, 300)}, sent ${JSON.stringify(want)?.slice(0, 300)}`;
}

/** Embeddings are kept with 32 bits a number. */
const asStored = (features: Flat): Flat =>
  features.map(([name, value]) => [name, Array.isArray(value) ? value.map((v) => short(v)) : value]);
const short = (v: number): number => Number(Math.fround(v).toPrecision(7)) + 0;
