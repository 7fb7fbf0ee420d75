import type { ModelContext } from '@plumbline/control';
import type { Probes, Scope } from '../probes.js';

const SPAN_MS = 14 * 86_400_000;

/** Freshness as it was at any moment of a range, from one question. */
export async function silencesAt(
  model: ModelContext,
  probes: Probes,
  from: number,
  to: number,
  scope?: Scope,
): Promise<Probes['freshness']> {
  const { lastEventMs, firstEventMs = null, gaps } = await probes.silences(model, from - SPAN_MS, to, scope);
  return async (_model, nowMs) => freshnessAt(nowMs, lastEventMs, gaps, firstEventMs);
}

/** Pure: the newest prediction and the longest pause of two weeks, as known at a moment; nothing before the first prediction. */
export function freshnessAt(
  nowMs: number,
  lastEventMs: number | null,
  gaps: readonly { from: number; to: number }[],
  firstEventMs: number | null = null,
): Awaited<ReturnType<Probes['freshness']>> {
  if (firstEventMs !== null && nowMs < firstEventMs) return { lastEventMs: null, gapP99Ms: null, gapMaxMs: null };
  const during = gaps.find((g) => g.from <= nowMs && nowMs < g.to);
  const last = during ? during.from : lastEventMs === null ? null : Math.min(lastEventMs, nowMs);
  const before = gaps.filter((g) => g.to <= nowMs && g.to > nowMs - SPAN_MS).map((g) => g.to - g.from);
  const longest = before.length > 0 ? Math.max(...before) : null;
  return { lastEventMs: last, gapP99Ms: longest, gapMaxMs: last === null ? null : (longest ?? 60_000) };
}
