import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { type Stamp, stampOf } from '@plumbline/rows';
import type { Moment } from './observe.js';

/** Predictions up to which a curve is made again whenever rows have come: that takes a moment. */
const SMALL = 100_000;
/** Of larger models a curve serves for so many times what it cost to make, at most a minute. */
const REST_FACTOR = 100;
const KEPT_MS_MAX = 60_000;
/** One that costs more than this is renewed while the old one still serves. */
const SLOW_MS = 250;
const STALE_MS_MAX = 600_000;
const KEPT_MAX = 500;

type Kept = {
  atMs: number;
  madeMs: number;
  costMs: number;
  stamp: Stamp | null;
  value: Promise<unknown>;
  renewing?: boolean;
};
const shelves = new WeakMap<EventStore, Map<string, Kept>>();

/** Only what is asked of now is kept: the past is asked rarely, and must be answered from what is there. */
export async function kept<T>(
  store: EventStore,
  model: ModelContext,
  { kind, moment, fresh = false }: { kind: string; moment: Moment; fresh?: boolean },
  make: () => Promise<T>,
): Promise<T> {
  if (moment.asOf !== undefined || moment.knownAt !== undefined) return make();
  const shelf = shelves.get(store) ?? new Map<string, Kept>();
  shelves.set(store, shelf);
  const key = `${kind} ${keyOf(model)}`;
  const put = (old?: Kept) => putOn(shelf, key, { store, model, nowMs: moment.nowMs, make, old }) as Promise<T>;
  const found = shelf.get(key);
  if (!found || fresh) return put();
  const ageMs = Math.max(performance.now() - found.madeMs, Math.abs(moment.nowMs - found.atMs));
  if (found.stamp && found.stamp.predictions <= SMALL) {
    const same = ageMs <= KEPT_MS_MAX && isSame(found.stamp, await stampOf(store, model));
    return same ? (found.value as Promise<T>) : put();
  }
  if (ageMs <= Math.min(KEPT_MS_MAX, REST_FACTOR * found.costMs)) return found.value as Promise<T>;
  if (found.costMs <= SLOW_MS || ageMs > STALE_MS_MAX) return put();
  if (!found.renewing) {
    found.renewing = true;
    // A renewal that fails leaves the old curve until it is too old to serve.
    put(found).catch(() => {});
  }
  return found.value as Promise<T>;
}

type Making = { store: EventStore; model: ModelContext; nowMs: number; make: () => Promise<unknown>; old?: Kept };

async function putOn(shelf: Map<string, Kept>, key: string, { store, model, nowMs, make, old }: Making) {
  const startedMs = performance.now();
  const making = stampOf(store, model).then(async (stamp) => ({ stamp, value: await make() }));
  // While it is being made, others wait for the same one; with an old one at hand they take that.
  const entry: Kept = {
    atMs: nowMs,
    madeMs: startedMs,
    costMs: Number.POSITIVE_INFINITY,
    stamp: null,
    value: making.then((made) => made.value),
  };
  entry.value.catch(() => {});
  const place = () => {
    shelf.delete(key);
    shelf.set(key, entry);
    while (shelf.size > KEPT_MAX) shelf.delete(shelf.keys().next().value!);
  };
  if (!old) place();
  try {
    const { stamp, value } = await making;
    entry.madeMs = performance.now();
    entry.costMs = entry.madeMs - startedMs;
    entry.stamp = stamp;
    place();
    return value;
  } catch (error) {
    if (old) old.renewing = false;
    else if (shelf.get(key) === entry) shelf.delete(key);
    throw error;
  }
}

const isSame = (a: Stamp, b: Stamp) => a.predictions === b.predictions && a.labels === b.labels;

const keyOf = (m: ModelContext): string =>
  JSON.stringify([m.projectId, m.model, m.task, m.positive, m.negative, m.attributionMs, m.missingLabels]);
