import type { PerformanceQuestion, WindowState } from '@plumbline/contracts';
import type { Estimate } from '@plumbline/stats';
import { classDelaysAt, type Delays, unlessTooHeavy, weightsOf } from '../delays/delays.js';
import { type Moment, momentMs } from '../delays/observe.js';
import { readCorrected } from '../estimate/corrected.js';
import { readEstimates } from '../estimate/estimate.js';
import type { Chosen, Estimators } from '../estimate/keep.js';
import type { Reading } from './task.js';
import type { Beside } from './values.js';

type Window = {
  key: string;
  start: number;
  group: Record<string, string | null>;
  predictions: number;
  labelled: number;
  state: WindowState;
};
type Told = Pick<Beside, 'estimated' | 'corrected'> & { reference?: Chosen['reference'] };

/** Estimated and corrected metrics of every window and group, as far as there are any. */
export async function besides(
  reading: Reading,
  windows: readonly Window[],
  q: Pick<PerformanceQuestion, 'group_by' | 'min_labels'> & { version?: string },
  estimators: Estimators,
  delays: Delays | null,
  moment: Moment,
): Promise<Map<string, Told>> {
  const versionOf = (w: Window) => (q.group_by.includes('version') ? (w.group.version ?? '') : q.version);
  const chosen = new Map<string, Chosen | null>();
  for (const version of new Set(windows.map(versionOf))) {
    const found = await estimators(version);
    for (const w of windows) if (versionOf(w) === version) chosen.set(w.key, found);
  }
  const estimated = [...chosen.values()].some((c) => c !== null)
    ? await readEstimates({ ...reading, sizes: [...windows], chosen: (key) => chosen.get(key) ?? null })
    : new Map<string, { metrics: Record<string, Estimate> }>();
  const corrected = await correctedOf(reading, windows, q.min_labels, delays, moment);
  const never = reading.model.task === 'regression';
  return new Map(
    windows.map((w) => [
      w.key,
      {
        estimated: never ? undefined : (estimated.get(w.key)?.metrics ?? null),
        corrected: corrected.get(w.key),
        reference: chosen.get(w.key)?.reference,
      },
    ]),
  );
}

/** Only where labels have come and more are to come. */
async function correctedOf(
  reading: Reading,
  windows: readonly Window[],
  minLabels: number,
  delays: Delays | null,
  moment: Moment,
): Promise<Map<string, Record<string, Estimate>>> {
  const provisional = windows.filter((w) => w.state === 'provisional' && w.labelled >= Math.max(1, minLabels));
  if (provisional.length === 0 || delays === null) return new Map();
  const { store, model } = reading;
  const byClass = model.task !== 'regression';
  const classes = byClass ? await unlessTooHeavy(classDelaysAt(store, model, moment)) : null;
  // Without knowing whether classes differ nothing can be corrected.
  if (byClass && classes === null) return new Map();
  const weights = weightsOf(delays, classes);
  if (weights === null) return new Map();
  const found = await readCorrected({ ...reading, weights, atMs: momentMs(moment), provisional });
  const keys = new Set(provisional.map((w) => w.key));
  return new Map([...found].filter(([key]) => keys.has(key)));
}
