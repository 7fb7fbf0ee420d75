import type { Evidence, Finding } from '@plumbline/contracts';
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

/**
 * The small picture of an evidence: what was judged, the line it crossed, and the window in which it did. The history may end
 * before the judged window; its own value is the last point then.
 */
export function prepareHistory(
  evidence: Pick<Evidence, 'history' | 'threshold' | 'baseline' | 'window'>,
  judged?: Pick<Finding, 'value' | 'low' | 'high'>,
): HistoryChart {
  const window: [number, number] = [Date.parse(evidence.window.start), Date.parse(evidence.window.end)];
  // What was before the first value is not history.
  const known = evidence.history.slice(
    Math.max(
      0,
      evidence.history.findIndex((h) => h.value !== null),
    ),
  );
  const starts = known.map((h) => Date.parse(h.start));
  const step = usualStep(starts) ?? window[1] - window[0];
  const items: Item[] = known.map((h, i) => ({
    x: starts[i]! + step / 2,
    value: h.value,
    low: h.low ?? null,
    high: h.high ?? null,
  }));
  const last = starts.at(-1);
  if (judged && (last === undefined || last < window[0]))
    items.push({
      x: (window[0] + window[1]) / 2,
      value: judged.value,
      low: judged.low ?? null,
      high: judged.high ?? null,
    });

  const runs: Item[][] = [];
  let before: Item | null = null;
  for (const item of items) {
    if (item.value === null) {
      before = null;
      continue;
    }
    // One and a half times the usual distance is a gap.
    if (before && item.x - before.x <= step * 1.5) runs.at(-1)!.push(item);
    else runs.push([item]);
    before = item;
  }
  const lines = [evidence.threshold, evidence.baseline].filter((v): v is number => v !== null);
  const values = items.flatMap((i) => (i.value === null ? [] : [i.value]));
  // The interval of a value that stands alone is drawn as a whisker, whole.
  const lone = runs.flatMap((run) => (run.length === 1 ? [run[0]!.low, run[0]!.high] : []));
  const edges = items.flatMap((i) => [i.low, i.high].filter((v): v is number => v !== null));
  return {
    runs,
    items,
    threshold: evidence.threshold,
    baseline: evidence.baseline,
    window,
    domain: lineDomain([...values, ...lines, ...lone.filter((v) => v !== null)], edges, [
      [...values, ...lines].every((v) => v >= 0) ? 0 : Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]),
    x: [Math.min(starts[0] ?? window[0], window[0]), Math.max((last ?? window[0]) + step, window[1])],
  };
}

function usualStep(xs: number[]): number | null {
  const steps = xs
    .slice(1)
    .map((x, i) => x - xs[i]!)
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? null;
}
