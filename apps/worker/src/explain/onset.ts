import type { EventStore } from '@plumbline/clickhouse';
import { type Filter, iso, type Onset, type SliceLoss } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { lossOverTime } from '@plumbline/slices';
import { changePoint } from '@plumbline/stats';

const MINUTE_MS = 60_000;
/** Bins of time that people would choose, in minutes. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 720, 1440];
const BINS = 400;
/** A split that this share of permutations reaches is an onset. */
const P_MAX = 0.01;

export type OnsetAsked = {
  loss: SliceLoss;
  field?: string;
  filters: readonly Filter[];
  version?: string;
  knownAt?: number;
  from: number;
  to: number;
  direction?: 'up' | 'down';
};

/** A step with which a range has at most 400 bins. */
export const stepOf = (rangeMs: number): number =>
  (STEPS.find((m) => rangeMs / (m * MINUTE_MS) <= BINS) ?? Math.ceil(rangeMs / (BINS * 1440 * MINUTE_MS)) * 1440) *
  MINUTE_MS;

/** When the mean loss rose for good, from its sums per bin of time; null if that may well be chance. */
export async function onsetOf(
  store: EventStore,
  model: ModelContext,
  asked: OnsetAsked,
  nowMs: number,
): Promise<(Onset & { atMs: number; stepMs: number }) | null> {
  const stepMs = stepOf(asked.to - asked.from);
  const from = Math.floor(asked.from / stepMs) * stepMs;
  const { loss, field, filters, version, knownAt, to } = asked;
  const q = { filters: [...filters], version, known_at: knownAt, as_of: undefined, field };
  const bins = await lossOverTime(store, model, loss, q, { from, to, stepMs }, nowMs);
  const found = changePoint(bins, { direction: asked.direction ?? 'up' });
  if (found === null || found.p > P_MAX) return null;
  const atMs = from + found.at * stepMs;
  return { at: iso(atMs), before: found.before, after: found.after, p_value: found.p, atMs, stepMs };
}
