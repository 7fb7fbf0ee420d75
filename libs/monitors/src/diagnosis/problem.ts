import { type BacktestLook, type DiagnosisProblem, durationMs } from '@plumbline/contracts';
import type { Noise, Side } from '../threshold.js';

/** What is known of a monitor: its looks in their order, and what was asked beside them. */
export type Seen = {
  looks: readonly BacktestLook[];
  fired: number;
  spanDays: number;
  noise: Noise | null;
  suggested: number | null;
  side: Side | null;
  /** Since when it cannot be evaluated, and why. */
  failing: { since: string; message: string } | null;
  /** How late rows come, in ms: the 95th percentile. */
  arrivalMs?: number | null;
  /** The offset from which enough labels are there, in ms; null: at none that was tried. */
  labelsAfterMs?: number | null;
};
export type Problem = DiagnosisProblem;

export const told = (
  code: Problem['code'],
  severity: Problem['severity'],
  message: string,
  fix: string | null = null,
  change: Problem['change'] = null,
): Problem => ({ code, severity, message, fix, change });

/** Offsets and windows that people choose. */
const LADDER = ['5m', '15m', '30m', '1h', '2h', '6h', '12h', '1d', '2d', '3d', '7d', '14d', '30d', '60d', '90d'];
export const offsetFor = (ms: number): string =>
  LADDER.find((d) => durationMs(d) >= ms) ?? `${Math.ceil(ms / 86_400_000)}d`;
