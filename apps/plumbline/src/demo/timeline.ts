import { type Dataset, FAULT, type Outcome, type Prediction, readLines, withFault } from './datasets.js';

export type DemoEvent = { at: number; prediction?: Prediction; outcome?: Outcome & { predictionTs: string } };
export type Timeline = { dataset: Dataset; shiftMs: number; events: DemoEvent[] };

const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;

/**
 * The stream of a data set on the clock of today: moved by whole weeks, so that hours and weekdays stay what they were, and
 * so that at least one and at most two weeks of it are still to come: the demo goes on in real time.
 */
export async function loadTimeline(dataset: Dataset, nowMs: number, knownShift?: number): Promise<Timeline> {
  const predictions: Prediction[] = [];
  for await (const p of readLines<Prediction>(dataset.file, 'predictions')) predictions.push(p);
  const lastMs = Date.parse(predictions.at(-1)!.ts);
  const shiftMs = knownShift ?? (Math.floor((nowMs - lastMs) / WEEK_MS) + 2) * WEEK_MS;
  const faultFromMs = nowMs - shiftMs - FAULT.days * DAY_MS;
  const moved = (ts: string) => new Date(Date.parse(ts) + shiftMs).toISOString();
  const madeAt = new Map(predictions.map((p) => [p.prediction_id, p.ts]));
  const events: DemoEvent[] = predictions.map((p) => ({
    at: Date.parse(p.ts) + shiftMs,
    prediction: { ...withFault(p, dataset.file, faultFromMs), ts: moved(p.ts) },
  }));
  for await (const o of readLines<Outcome>(dataset.file, 'outcomes')) {
    const predictionTs = madeAt.get(o.prediction_id);
    if (predictionTs)
      events.push({
        at: Date.parse(o.ts) + shiftMs,
        outcome: { ...o, ts: moved(o.ts), predictionTs: moved(predictionTs) },
      });
  }
  events.sort((a, b) => a.at - b.at);
  return { dataset, shiftMs, events };
}
