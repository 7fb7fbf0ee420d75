import { type ChecksAnswer, iso } from '@plumbline/contracts';
import { and, type Db, desc, eq, type ModelContext, monitors } from '@plumbline/control';
import { comparable, type Probes, schemaChanges } from '@plumbline/monitors';
import { expectedCount } from '@plumbline/stats';
import { stepMs, windowStart } from '@plumbline/windows';

const SHOWN = 72;
const FRESH_MIN_MS = 15 * 60_000;

/** Freshness, volume and schema as they stand, with the recent windows of the volume and the band it was expected in. */
export async function answerChecks(
  db: Db,
  probes: Probes,
  model: ModelContext,
  q: { from?: number; to?: number },
  nowMs: number,
): Promise<ChecksAnswer> {
  const step = stepMs(model.granularity);
  const to = q.to ?? windowStart(nowMs, model.granularity) + step;
  const from = Math.max(q.from ?? 0, windowStart(to - 1, model.granularity) - (SHOWN - 1) * step);
  const scope = { filters: [] };
  const [fresh, counts, reference] = await Promise.all([
    probes.freshness(model, nowMs),
    probes.counts(model, { from: windowStart(from, model.granularity) - 8 * 7 * 86_400_000, to, stepMs: step }, scope),
    probes.reference(model),
  ]);
  const firstSeen = counts.size > 0 ? Math.min(...counts.keys()) : Number.POSITIVE_INFINITY;
  const starts = Array.from(
    { length: SHOWN },
    (_, i) => windowStart(to - 1, model.granularity) - (SHOWN - 1 - i) * step,
  ).filter((s) => s >= firstSeen && s + step > from);
  const windows = starts.map((start): ChecksAnswer['volume']['windows'][number] => {
    const history = comparable(start, step, firstSeen).map((s) => counts.get(s) ?? 0);
    const band = history.length >= 3 ? expectedCount(history) : { expected: null, low: null, high: null };
    const count = counts.get(start) ?? 0;
    const open = start + step > nowMs;
    const state =
      band.expected === null || open
        ? 'unknown'
        : band.low !== null && count < band.low
          ? 'low'
          : band.high !== null && count > band.high
            ? 'high'
            : 'ok';
    return { start: iso(start), count, expected: band.expected, low: band.low, high: band.high, state };
  });
  const newest = [...counts.keys()].sort((a, b) => b - a)[0];
  const seen = newest === undefined ? null : await probes.schema(model, newest - 6 * step, newest + step, scope);
  const age = fresh.lastEventMs === null ? null : nowMs - fresh.lastEventMs;
  const limit = Math.max(FRESH_MIN_MS, 2 * (fresh.gapMaxMs ?? 3_600_000));
  const armed = model.liveSince !== null;
  const judged = windows.map((w) => w.state).findLast((state) => state !== 'unknown');
  return {
    freshness: {
      last_event: fresh.lastEventMs === null ? (newest === undefined ? null : iso(newest)) : iso(fresh.lastEventMs),
      age_ms: age,
      limit_ms: armed ? limit : null,
      state: age === null ? 'no_data' : !armed ? 'not_armed' : age > limit ? 'late' : 'ok',
    },
    volume: {
      window: model.granularity,
      windows,
      state: windows.length === 0 ? 'no_data' : !armed ? 'not_armed' : (judged ?? 'ok'),
    },
    schema: {
      against: reference?.name ?? null,
      changes: [
        ...(reference && seen
          ? schemaChanges(reference.features, seen).map((c) => ({
              feature: c.feature,
              change: c.change,
              detail: c.detail,
              since: null,
            }))
          : []),
        ...(await missingNow(db, model)),
      ],
    },
  };
}

/** What the monitor of missing values says at the moment. */
async function missingNow(db: Db, model: ModelContext): Promise<ChecksAnswer['schema']['changes']> {
  const rows = await db
    .select()
    .from(monitors)
    .where(and(eq(monitors.projectId, model.projectId), eq(monitors.model, model.model), eq(monitors.state, 'firing')))
    .orderBy(desc(monitors.since))
    .limit(50);
  return rows
    .filter((r) => r.body.kind === 'missing')
    .map((r) => ({
      feature: r.stateDetail?.split(' ')[0] ?? r.name,
      change: 'missing_surge' as const,
      detail: r.stateDetail ?? '',
      since: r.since?.toISOString() ?? null,
    }));
}
