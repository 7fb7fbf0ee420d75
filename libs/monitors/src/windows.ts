import { durationMs, type MonitorBody } from '@plumbline/contracts';
import type { Windows } from './probes.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** How often a monitor looks when it does not say: often enough to be quick, rarely enough to be cheap. */
export function everyMs(body: Pick<MonitorBody, 'every' | 'window'>): number {
  if (body.every) return durationMs(body.every);
  const window = durationMs(body.window);
  return window <= HOUR_MS ? 5 * MINUTE_MS : window <= DAY_MS ? 15 * MINUTE_MS : HOUR_MS;
}

/** The trailing window at `nowMs`: `[t − offset − window, t − offset)` with t aligned to `every`. */
export function trailingWindow(body: MonitorBody, nowMs: number): { start: number; end: number } {
  const every = everyMs(body);
  const t = Math.floor(nowMs / every) * every;
  const end = t - (body.offset ? durationMs(body.offset) : 0);
  return { start: end - durationMs(body.window), end };
}

/** The next time at which the trailing window moves, plus the time that events under way are waited for. */
export const nextDue = (body: MonitorBody, nowMs: number, waitMs: number): number => {
  const every = everyMs(body);
  return (Math.floor((nowMs - waitMs) / every) + 1) * every + waitMs;
};

/** Windows of the monitor's length side by side that end with its current one: its history, at most `count` of them. */
export function historyWindows(body: MonitorBody, nowMs: number, count: number): Windows {
  const { start, end } = trailingWindow(body, nowMs);
  const stepMs = end - start;
  return { from: end - count * stepMs, to: end, stepMs };
}

/** Closed so long before its rows came that paging about it would be paging about the past. */
export function isHistorical(window: { start: number; end: number }, nowMs: number): boolean {
  return nowMs - window.end > Math.max(DAY_MS, 2 * (window.end - window.start));
}
