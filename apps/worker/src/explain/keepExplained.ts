import type { EventStore } from '@plumbline/clickhouse';
import type { Evidence, Explanation } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type FoundRow, keepFound, sliceId } from '@plumbline/slices';

/** Keeps what was found when a monitor fired, beside what is found in mature windows. */
export async function keepExplained(
  store: EventStore,
  model: ModelContext,
  evidence: Pick<Evidence, 'monitor_id'>,
  e: Explanation,
): Promise<void> {
  const base = {
    kind: 'monitor' as const,
    about: evidence.monitor_id,
    loss: e.loss,
    metric: e.metric,
    start: Date.parse(e.change.from),
    end: Date.parse(e.change.to),
    rows: e.rows,
    overall: e.overall,
    searched: e.searched,
    computedAt: Date.parse(e.computed_at),
  };
  const rows = e.slices.map(
    ({ predicates, filters, n, error, before, score, explains, p_value, q_value }, i): FoundRow => ({
      ...base,
      ...{ slice: sliceId(predicates), predicates, filters: [...e.filters, ...filters], rank: i + 1 },
      ...{ n, error, before: before ?? null, score, explains, p_value, q_value },
    }),
  );
  const none = { rank: 0, n: 0, error: null, before: null, score: null, explains: null, p_value: null, q_value: null };
  await keepFound(store, model, [...rows, { ...base, ...none, slice: '', predicates: [], filters: [] }]);
}
