import type { ChecksAnswer } from '../lib/api';
import { most, niceDomain } from './scale';

type Window = ChecksAnswer['volume']['windows'][number];
export type VolumeChart = {
  items: (Omit<Window, 'start'> & { start: number; end: number; x: number })[];
  /** Stretches in which the usual band is known. */
  bands: { x: number; low: number; high: number }[][];
  domain: { min: number; max: number; step: number };
  odd: number;
};

export function prepareVolume(windows: Window[], stepMs: number): VolumeChart {
  const items = windows.map((w) => {
    const start = Date.parse(w.start);
    return { ...w, start, end: start + stepMs, x: start + stepMs / 2 };
  });
  const bands: VolumeChart['bands'] = [];
  let before: number | null = null;
  for (const w of items) {
    if (w.low === null || w.high === null) {
      before = null;
      continue;
    }
    const point = { x: w.x, low: Math.max(0, w.low), high: w.high };
    if (before !== null && w.start - before <= stepMs) bands.at(-1)!.push(point);
    else bands.push([point]);
    before = w.start;
  }
  const counts = items.map((w) => w.count);
  // A wide band of a young model must not flatten the bars: at most twice the largest count.
  const highest = Math.max(most(counts), Math.min(most(items.map((w) => w.high ?? 0)), 2 * most(counts)));
  return {
    items,
    bands,
    domain: niceDomain(0, Number.isFinite(highest) && highest > 0 ? highest : 1),
    odd: items.filter((w) => w.state === 'low' || w.state === 'high').length,
  };
}
