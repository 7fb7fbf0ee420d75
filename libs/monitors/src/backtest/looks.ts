import { durationMs, type MonitorBody } from '@plumbline/contracts';
import { nowOnly } from '../evaluate.js';
import type { Windows } from '../probes.js';
import { everyMs } from '../windows.js';

/** Grids of windows that are asked for, each with one question; windows that overlap more are stepped over. */
const GRIDS_MAX = 12;
const LOOKS_MAX = 3_000;
/** Looks of kinds that are asked one at a time. */
const ASKED_MAX = 60;

export type Look = { lookedAt: number; start: number; end: number };
/** `exact`: every look that the monitor would have taken. */
export type Plan = { everyMs: number; exact: boolean; looks: Look[]; grids: Windows[] };

/** How the past is answered: many windows with one question, one look after the other, or from what is known after one question. */
export type Way = 'grids' | 'asked' | 'known';
/** `earlier`: it compares with the windows before the judged one. */
export function wayOf(body: MonitorBody, labels: 'then' | 'now', earlier: boolean): Way {
  if (body.kind === 'freshness') return 'known';
  // Windows before the judged one had more labels when it was looked at than when they were.
  return nowOnly(body) || (earlier && labels === 'then') ? 'asked' : 'grids';
}

/**
 * Pure: the looks that a monitor would have taken in `[from, to)`, oldest first, and the grids of windows that answer them. On long
 * ranges the looks are farther apart than the monitor's own, in steps that divide its window.
 */
export function planLooks(body: MonitorBody, from: number, to: number, way: Way): Plan {
  const windowMs = durationMs(body.window);
  const offsetMs = body.offset ? durationMs(body.offset) : 0;
  const own = everyMs(body);
  const single = way !== 'grids';
  const many = way === 'asked' ? ASKED_MAX : LOOKS_MAX;
  const wanted = Math.max(own, (to - from) / many, single ? 0 : windowMs / GRIDS_MAX);
  const step = single ? Math.ceil(wanted / own) * own : stepWithin(windowMs, own, wanted);
  const looks: Look[] = [];
  for (let t = Math.ceil(from / step) * step; t < to; t += step)
    looks.push({ lookedAt: t, start: t - offsetMs - windowMs, end: t - offsetMs });
  return { everyMs: step, exact: step === own, looks, grids: single ? [] : gridsOf(looks, windowMs, step) };
}

/** The smallest step that is as long as wanted and goes into the window a whole number of times, or is a whole number of windows. */
function stepWithin(windowMs: number, own: number, wanted: number): number {
  if (wanted >= windowMs) return Math.ceil(wanted / windowMs) * windowMs;
  for (let parts = Math.floor(windowMs / wanted); parts > 1; parts--)
    if (windowMs % parts === 0 && (windowMs / parts) % own === 0) return windowMs / parts;
  return windowMs;
}

function gridsOf(looks: readonly Look[], windowMs: number, step: number): Windows[] {
  if (looks.length === 0) return [];
  const count = Math.max(1, Math.min(looks.length, Math.round(windowMs / step)));
  return Array.from({ length: count }, (_, i) => {
    const own = looks.filter((_, k) => k % count === i);
    return { from: own[0]!.start, to: own.at(-1)!.end, stepMs: windowMs };
  });
}
