import type { EventStore } from '@plumbline/clickhouse';
import { type CheckState, type ChecksAnswer, iso } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { comparable, type Probes, schemaChanges } from '@plumbline/monitors';
import { stepMs, windowStart } from '@plumbline/rows';
import { expectedCount } from '@plumbline/stats';
import { checkStates } from './checkStates.js';

const SHOWN = 72;
const FRESH_MIN_MS = 15 * 60_000;

/** Freshness, volume and schema as they stand, with the recent windows of the volume and the band it was expected in; and what every data check said. */
export async function answerChecks(
  store: EventStore,
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
  const [fresh, counts, reference, contract, states] = await Promise.all([
    probes.freshness(model, nowMs),
    probes.counts(model, { from: windowStart(from, model.granularity) - 8 * 7 * 86_400_000, to, stepMs: step }, scope),
    probes.reference(model),
    probes.contract(model),
    checkStates(store, db, model, q),
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
        ...missingNow(states),
      ],
    },
    contract: {
      revision: contract.revision,
      origin: contract.origin,
      by: contract.by,
      at: contract.at,
      features: Object.keys(contract.features).length,
    },
    checks: states,
  };
}

/** What the monitor of missing values says at the moment, feature by feature. */
const missingNow = (states: readonly CheckState[]): ChecksAnswer['schema']['changes'] =>
  states
    .filter((s) => s.check === 'missing' && s.state === 'bad')
    .flatMap(({ findings, since }) =>
      findings.flatMap((f) => {
        const features = Array.isArray(f.details?.features) ? (f.details.features as string[]) : [f.subject];
        return features.map((feature) => ({ feature, change: 'missing_surge' as const, detail: f.message, since }));
      }),
    );
