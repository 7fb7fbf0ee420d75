import type { ModelContext } from '@plumbline/control';
import type { Probes } from '../probes.js';

const SPAN_MS = 14 * 86_400_000;

/** Freshness as it was at any moment of a range, from one question. */
export async function silencesAt(
  model: ModelContext,
  probes: Probes,
  from: number,
  to: number,
): Promise<Probes['freshness']> {
  const { lastEventMs, gaps } = await probes.silences(model, from - SPAN_MS, to);
  return async (_model, nowMs) => freshnessAt(nowMs, lastEventMs, gaps);
}

/** Pure: the newest prediction and the longest pause of two weeks, as known at a moment. */
export function freshnessAt(
  nowMs: number,
  lastEventMs: number | null,
  gaps: readonly { from: number; to: number }[],
): Awaited<ReturnType<Probes['freshness']>> {
  const during = gaps.find((g) => g.from <= nowMs && nowMs < g.to);
  const last = during ? during.from : lastEventMs === null ? null : Math.min(lastEventMs, nowMs);
  const before = gaps.filter((g) => g.to <= nowMs && g.to > nowMs - SPAN_MS).map((g) => g.to - g.from);
  const longest = before.length > 0 ? Math.max(...before) : null;
  return { lastEventMs: last, gapP99Ms: longest, gapMaxMs: last === null ? null : (longest ?? 60_000) };
}
