import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import {
  type DelayCurve,
  type DelayGroups,
  type DelayWeights,
  delayCurve,
  delayWeights,
  type Plateau,
  plateau,
  shareKnown,
  thinDelayCurve,
  truncatedDelayCurve,
  truncatedGroups,
} from '@plumbline/stats';
import { type Moment, momentMs, observeDelays, observeKnownDelays, settlesAfter } from './observe.js';

/** What a model's delays were, as known at a moment. Ages in milliseconds. */
export type Delays = {
  atMs: number;
  /** At most POINTS_MAX steps. */
  curve: DelayCurve;
  plateau: Plateau;
  predictions: number;
  labelled: number;
  /** One in how many predictions was looked at. */
  oneIn: number;
};

/** Delays by true class; `differ` says whether the classes need curves of their own. */
export type ClassDelays = DelayGroups & { all: DelayCurve };

export const DELAY_POINTS_MAX = 256;
/** How long a curve serves, in multiples of what it cost to make: at most a minute. */
const REST_FACTOR = 100;
const KEPT_MS_MAX = 60_000;
/** A curve that costs more than this is renewed while the old one still serves. */
const SLOW_MS = 250;
const STALE_MS_MAX = 600_000;
const KEPT_MAX = 500;

type Kept<T> = { atMs: number; madeMs: number; costMs: number; value: Promise<T>; renewing?: boolean };
const shelves = new WeakMap<EventStore, Map<string, Kept<unknown>>>();

/** The delay curve of a model. When the moment is now, it may be a minute old; `fresh` reads again. */
export const delaysAt = (store: EventStore, model: ModelContext, moment: Moment, fresh = false): Promise<Delays> =>
  kept(store, `all ${keyOf(model)}`, moment, fresh, () => readDelays(store, model, moment));

/** Curves by the true class, likewise. */
export const classDelaysAt = (store: EventStore, model: ModelContext, moment: Moment): Promise<ClassDelays> =>
  kept(store, `class ${keyOf(model)}`, moment, false, () => readClassDelays(store, model, moment));

async function readDelays(store: EventStore, model: ModelContext, moment: Moment): Promise<Delays> {
  const { observations, predictions, oneIn } = await observeDelays(store, model, moment);
  const curve = delayCurve(observations);
  return {
    atMs: momentMs(moment),
    curve: thinDelayCurve(curve, DELAY_POINTS_MAX),
    plateau: { ...plateau(curve), settled: isSettled(curve) },
    predictions,
    labelled: curve.labelled,
    oneIn,
  };
}

/**
 * Whether the curve has stopped rising: less than 1 % of it came in the second half of the ages seen. `plateau` asks that of the
 * last quarter; on it depends what is called final, so a model has to be watched for longer.
 */
function isSettled(curve: DelayCurve): boolean {
  const top = curve.shares.at(-1) ?? 0;
  // Where every label has come nothing is left to come.
  if (top > 1 - 1e-9) return true;
  return top > 0 && shareKnown(curve, curve.lastAge! / 2)!.share >= 0.99 * top;
}

async function readClassDelays(store: EventStore, model: ModelContext, moment: Moment): Promise<ClassDelays> {
  const byClass = await observeKnownDelays(store, model, moment);
  const groups = truncatedGroups(byClass);
  const thin = (curve: DelayCurve) => thinDelayCurve(curve, DELAY_POINTS_MAX);
  const curves = new Map(Object.entries(groups.curves));
  // Silence says "negative" at one age: classes differ by construction, in a way that a test on common ages cannot see.
  const silent = settlesAfter(model) !== null && model.negative !== null ? byClass[model.negative] : undefined;
  if (silent) curves.set(model.negative!, truncatedDelayCurve(silent));
  return {
    ...groups,
    differ: groups.differ || silent !== undefined,
    curves: Object.fromEntries([...curves].map(([name, curve]) => [name, thin(curve)])),
    all: thin(truncatedDelayCurve(Object.values(byClass).flat())),
  };
}

/** How labelled rows are weighted for those that have not come: by class where classes differ, else all by the one curve. */
export const weightsOf = (delays: Delays, classes: ClassDelays | null): DelayWeights | null =>
  classes?.differ
    ? delayWeights(classes.curves, classes.all.ages.length > 0 ? classes.all : null)
    : delayWeights({}, delays.curve.ages.length > 0 ? delays.curve : null);

/** Only what is asked of now is kept: the past is asked rarely, and must be answered from what is there. */
function kept<T>(store: EventStore, key: string, moment: Moment, fresh: boolean, make: () => Promise<T>): Promise<T> {
  if (moment.asOf !== undefined || moment.knownAt !== undefined) return make();
  const shelf = shelves.get(store) ?? new Map<string, Kept<unknown>>();
  shelves.set(store, shelf);
  const found = shelf.get(key) as Kept<T> | undefined;
  if (found && !fresh) {
    const age = Math.max(performance.now() - found.madeMs, Math.abs(moment.nowMs - found.atMs));
    if (age <= Math.min(KEPT_MS_MAX, REST_FACTOR * found.costMs)) return found.value;
    if (found.costMs > SLOW_MS && age <= STALE_MS_MAX) {
      if (!found.renewing) {
        found.renewing = true;
        // A renewal that fails leaves the old curve until it is too old to serve.
        put(shelf, key, moment, make, found).catch(() => {});
      }
      return found.value;
    }
  }
  return put(shelf, key, moment, make);
}

async function put<T>(
  shelf: Map<string, Kept<unknown>>,
  key: string,
  moment: Moment,
  make: () => Promise<T>,
  old?: Kept<T>,
): Promise<T> {
  const startedMs = performance.now();
  const value = make();
  // While it is being made, others wait for the same one; with an old one at hand they take that.
  const entry: Kept<T> = { atMs: moment.nowMs, madeMs: startedMs, costMs: Number.POSITIVE_INFINITY, value };
  const place = () => {
    shelf.delete(key);
    shelf.set(key, entry);
    while (shelf.size > KEPT_MAX) shelf.delete(shelf.keys().next().value!);
  };
  if (!old) place();
  try {
    const made = await value;
    entry.madeMs = performance.now();
    entry.costMs = entry.madeMs - startedMs;
    place();
    return made;
  } catch (error) {
    if (old) old.renewing = false;
    else if (shelf.get(key) === entry) shelf.delete(key);
    throw error;
  }
}

const keyOf = (m: ModelContext): string =>
  JSON.stringify([m.projectId, m.model, m.task, m.positive, m.negative, m.attributionMs, m.missingLabels]);
