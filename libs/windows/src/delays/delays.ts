import type { EventStore } from '@plumbline/clickhouse';
import { PlumblineError } from '@plumbline/contracts';
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
import { kept } from './kept.js';
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

/** The delay curve of a model. When the moment is now, it may be a minute old; `fresh` reads again. */
export const delaysAt = (store: EventStore, model: ModelContext, moment: Moment, fresh = false): Promise<Delays> =>
  kept(store, model, { kind: 'all', moment, fresh }, () => readDelays(store, model, moment));

/** Curves by the true class, likewise. */
export const classDelaysAt = (store: EventStore, model: ModelContext, moment: Moment): Promise<ClassDelays> =>
  kept(store, model, { kind: 'class', moment }, () => readClassDelays(store, model, moment));

/** Delays that take too long to measure are unknown: what was asked is answered without them. */
export async function unlessTooHeavy<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PlumblineError && error.code === 'query_too_heavy') return null;
    throw error;
  }
}

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
