import type { Evidence } from '@plumbline/contracts';
import { lineDomain } from './scale';

type Item = { x: number; value: number | null; low: number | null; high: number | null };
export type HistoryChart = {
  runs: Item[][];
  items: Item[];
  threshold: number | null;
  baseline: number | null;
  window: [number, number];
  domain: { min: number; max: number; step: number };
  x: [number, number];
};

/** The small picture of an evidence: what was judged, the line it crossed, and the window in which it did. */
export function prepareHistory(
  evidence: Pick<Evidence, 'history' | 'threshold' | 'baseline' | 'window'>,
): HistoryChart {
  const items = evidence.history.map((h) => ({
    x: Date.parse(h.start),
    value: h.value,
    low: h.low ?? null,
    high: h.high ?? null,
  }));
  const step = usualStep(items.map((i) => i.x));
  const runs: Item[][] = [];
  let before: Item | null = null;
  for (const item of items) {
    if (item.value === null) {
      before = null;
      continue;
    }
    // Twice the usual distance is a gap.
    if (before && item.x - before.x <= step * 1.5) runs.at(-1)!.push(item);
    else runs.push([item]);
    before = item;
  }
  const lines = [evidence.threshold, evidence.baseline].filter((v): v is number => v !== null);
  const values = items.flatMap((i) => (i.value === null ? [] : [i.value]));
  const edges = items.flatMap((i) => [i.low, i.high].filter((v): v is number => v !== null));
  const window: [number, number] = [Date.parse(evidence.window.start), Date.parse(evidence.window.end)];
  const first = Math.min(items[0]?.x ?? window[0], window[0]);
  const last = Math.max((items.at(-1)?.x ?? window[1]) + step, window[1]);
  return {
    runs,
    items,
    threshold: evidence.threshold,
    baseline: evidence.baseline,
    window,
    domain: lineDomain([...values, ...lines], edges),
    x: [first, last],
  };
}

function usualStep(xs: number[]): number {
  const steps = xs
    .slice(1)
    .map((x, i) => x - xs[i]!)
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}
