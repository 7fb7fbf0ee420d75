import { and, eq, getModel, type ModelContext, models, putModel } from '@plumbline/control';
import { DAY_MS, HOUR_MS, MONDAY_MS } from './clock.js';
import { outcomeEvent, predictionEvent, spread, type WireEvent } from './events.js';
import { freshProject } from './project.js';
import type { Sender } from './send.js';
import type { Stores } from './stores.js';

export type WatchedEvent = WireEvent & {
  ts: number;
  features: Record<string, unknown>;
  prediction: { score?: number };
  label: number | null;
};
/** What goes wrong with an event; null: it never came. */
export type Fault = (event: WatchedEvent, random: () => number) => WatchedEvent | null;

/** Draws that are the same on every run (mulberry32). */
function draws(seed: number): { uniform(): number; normal(): number } {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

/** A model that works: its score knows the label fairly well, its features and response times are steady. */
export function watchedStream(times: readonly number[], seed: number, fault: Fault = (e) => e): WatchedEvent[] {
  const random = draws(seed);
  return times.flatMap((ts) => {
    const label = random.uniform() < 0.3 ? 1 : 0;
    const score = 1 / (1 + Math.exp(-((label ? 1 : -1) * 1.2 + random.normal())));
    const country = ['BR', 'DE', 'US', 'IN'][Math.floor(random.uniform() * 4)]!;
    const plan = ['free', 'basic', 'plus'][Math.floor(random.uniform() * 3)]!;
    const features = {
      amount: 100 + 20 * random.normal(),
      age: 18 + Math.floor(random.uniform() * 60),
      tenure: Math.floor(random.uniform() * 120),
      country,
      plan,
    };
    const latency_ms = 20 + 5 * Math.abs(random.normal());
    const event = predictionEvent({ ts, features, prediction: { score }, latency_ms, label }) as WatchedEvent;
    return fault(event, random.uniform) ?? [];
  });
}

/** Which upstream sources the features of the watched model come from. */
const FEATURES = {
  amount: { type: 'numeric' as const, source: 'payments.transactions' },
  age: { type: 'numeric' as const, source: 'crm.customers' },
  tenure: { type: 'numeric' as const, source: 'crm.customers' },
  country: { type: 'categorical' as const, source: 'crm.customers' },
  plan: { type: 'categorical' as const, source: 'crm.customers' },
};

export type Watched = {
  days: number;
  perHour: number;
  fault?: Fault;
  /** Rows of its training set; 0: it has none. */
  trained?: number;
  /** Served events that are in the training set as well, as they were computed there. */
  alsoTrained?: (event: WatchedEvent) => WatchedEvent | null;
  /** What is sent may be refused. */
  lax?: boolean;
};

/** A live model in a project of its own, with a training set, and its events of the last days up to `nowMs`. */
export async function watchedModel(
  { stores, sender, upload, nowMs }: WatchedWorld,
  { days, perHour, fault, trained = 3000, alsoTrained, lax }: Watched,
): Promise<ModelContext> {
  const projectId = await freshProject(stores);
  const { db } = stores.control;
  await putModel(db, projectId, 'fraud', { task: 'binary', features: FEATURES });
  await db
    .update(models)
    .set({ liveSince: new Date(MONDAY_MS) })
    .where(and(eq(models.projectId, projectId), eq(models.name, 'fraud')));
  const model = await getModel(db, projectId, 'fraud');
  const served = watchedStream(spread(days * 24 * perHour, nowMs - days * DAY_MS, nowMs), 2, fault);
  const training = [
    ...watchedStream(spread(trained, MONDAY_MS - 5 * DAY_MS, MONDAY_MS), 1),
    ...(alsoTrained ? served.flatMap((e) => alsoTrained(e) ?? []) : []),
  ];
  if (training.length > 0) await upload(model, training);
  const predictions = served.map(({ label, ...event }) => event as WireEvent);
  const outcomes = served.flatMap(({ prediction_id, ts, label }) =>
    label === null ? [] : outcomeEvent({ prediction_id, label, ts: Math.min(nowMs, ts + HOUR_MS / 2) }),
  );
  if (lax) await sender.send('predictions', projectId, predictions);
  await sender.store(projectId, lax ? [] : predictions, outcomes);
  return model;
}

export type WatchedWorld = {
  stores: Stores;
  sender: Sender;
  nowMs: number;
  /** Uploads a training set; the app that can is handed in. */
  upload(model: ModelContext, rows: readonly WatchedEvent[]): Promise<unknown>;
};
