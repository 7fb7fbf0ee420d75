import type { Client, Json } from '../e2e/client.js';
import { eventually } from '../e2e/eventually.js';
import type { Account } from './account.js';
import type { Sender } from './sender.js';
import { copy, GIVEN_UP, MODELS, type Said } from './traffic.js';

const LATEST = '2100-01-01T00:00:00Z';
const SUSPECTS_MAX = 150;
export type Audit = { joined: number; countedTwice: number };

type Expected = { ids: number; labelled: number; corrected: number; tp: number; fp: number; tn: number; fn: number };

/** The outcome that counts: the one with the latest time, and a time that the server gave is later than all of ours. */
const winner = (outcomes: readonly Said[]): Said =>
  outcomes.reduce((best, o) => ((o.ts ?? Number.MAX_VALUE) > (best.ts ?? Number.MAX_VALUE) ? o : best));

function expectedOf(account: Account, model: string): Expected {
  const sum: Expected = { ids: 0, labelled: 0, corrected: 0, tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const [key, { model: of, said }] of account.predictions) {
    if (of !== model) continue;
    sum.ids++;
    const outcomes = account.outcomes.get(key);
    if (!outcomes) continue;
    sum.labelled++;
    if (new Set(outcomes.map((o) => o.label)).size > 1) sum.corrected++;
    const positive = said.score! >= 0.5;
    sum[winner(outcomes).label === 1 ? (positive ? 'tp' : 'fn') : positive ? 'fp' : 'tn']++;
  }
  return sum;
}

/** Everything acknowledged is known to the server, and counted exactly once: predictions, labels, and what follows from them. */
export async function audit(
  client: Client,
  account: Account,
  senders: readonly Sender[],
  livesMs: readonly number[],
  withinMs: number,
): Promise<Audit> {
  const result: Audit = { joined: 0, countedTwice: 0 };
  await Promise.all(
    senders.map(async (sender, i) => {
      for (let b = i; b < account.bodies.length; b += senders.length) {
        const body = copy(account.bodies[b]!);
        account.again(body, await sender.send(body));
      }
    }),
  );
  for (const model of MODELS) {
    const want = expectedOf(account, model);
    if (want.ids === 0) continue;
    const labels = { joined: want.labelled, corrected: want.corrected, orphaned: 0, pending: want.ids - want.labelled };
    let told: Json;
    await eventually(
      async () => {
        told = (await client.model(model)).labels;
        return Object.entries(labels).every(([name, n]) => told[name] === n);
      },
      { withinMs, everyMs: 500 },
    ).catch(() => account.complain(`${model}: labels ${JSON.stringify(told)}, want ${JSON.stringify(labels)}`));
    result.joined += told.joined;

    const count = async (from: number | string, to: number | string): Promise<Json> =>
      (await client.ask(model, 'performance', { from, to, granularity: 'all', min_labels: 0 })).windows[0];
    const whole = await count(0, LATEST);
    const metrics = ({ tp, fp, tn, fn }: Json) => [tp, fp, tn, fn].map((m) => m.value ?? m);
    const got = [whole.predictions, whole.labelled, ...metrics(whole.metrics)];
    const right = [want.ids, want.labelled, ...metrics(want)];
    if (JSON.stringify(got) !== JSON.stringify(right))
      account.complain(
        `${model}: predictions, labelled, tp, fp, tn, fn are ${got}, want ${right}`,
        Math.max(0, want.ids - whole.predictions),
      );
    // One without a time that was stored in two lives of the server lies on both sides of a restart.
    let sum = 0;
    const cuts = [0, ...livesMs, LATEST];
    for (let i = 1; i < cuts.length; i++) sum += (await count(cuts[i - 1]!, cuts[i]!))?.predictions ?? 0;
    if (sum > want.ids) {
      result.countedTwice += sum - want.ids;
      account.complain(`${model}: cut at the restarts there are ${sum} predictions, want ${want.ids}`);
    }
  }
  result.countedTwice += await outcomesTwice(client, account);
  await givenUp(client, account, senders);
  return result;
}

/** Outcomes are kept one by one: what was sent again must not be there again. Returns how many are. */
async function outcomesTwice(client: Client, account: Account): Promise<number> {
  let twice = 0;
  const suspects = [...account.suspects].filter((key) => account.outcomes.has(key));
  const step = Math.max(1, Math.floor(suspects.length / SUSPECTS_MAX));
  for (let i = 0; i < suspects.length; i += step) {
    const [model, id] = suspects[i]!.split(' ');
    const { predictions, outcomes } = await client.ok(client.get(`/v1/models/${model}/predictions/${id}`));
    const want = account.outcomes.get(suspects[i]!)!;
    const said = account.predictions.get(suspects[i]!)?.said;
    if (outcomes.length !== want.length)
      account.complain(`${model} ${id}: ${outcomes.length} outcomes, want ${want.length}`);
    twice += Math.max(0, outcomes.length - want.length);
    if (predictions.length !== 1 || predictions[0].prediction.score !== said?.score)
      account.complain(`${model} ${id}: ${JSON.stringify(predictions)} instead of ${JSON.stringify(said?.event)}`);
  }
  return twice;
}

/** Events that were sent once and never again are there at most once, as they were sent; the acknowledged ones are there. */
async function givenUp(client: Client, account: Account, senders: readonly Sender[]): Promise<void> {
  const sent = new Map(senders.flatMap((s) => [...s.givenUp.sent]));
  const acknowledged = new Set(senders.flatMap((s) => [...s.givenUp.acknowledged]));
  if (sent.size === 0) return;
  const found = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const page = await client.ask(GIVEN_UP, 'events/search', { from: 0, to: LATEST, limit: 1000, cursor });
    for (const { prediction_id: id, features } of page.items as Json[]) {
      if (found.has(id)) account.complain(`${id} was given up and is there twice`);
      found.add(id);
      const event = sent.get(id) as Json;
      if (JSON.stringify(event?.features.n) !== JSON.stringify(features.n))
        account.complain(`${id} is not what was sent`);
    }
    if (!page.next_cursor) break;
    cursor = page.next_cursor;
  }
  const { windows } = await client.ask(GIVEN_UP, 'performance', { from: 0, to: LATEST, granularity: 'all' });
  const counted = windows[0]?.predictions ?? 0;
  if (counted !== found.size) account.complain(`${GIVEN_UP}: ${counted} counted, ${found.size} found`);
  const lost = [...acknowledged].filter((id) => !found.has(id)).length;
  if (lost > 0) account.complain(`${lost} acknowledged events that were not sent again are gone`, lost);
}
