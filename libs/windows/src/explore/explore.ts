import type { EventStore } from '@plumbline/clickhouse';
import {
  EXPLORE_GROUPS_MAX,
  type ExploreAnswer,
  type ExploredGroup,
  type ExploredRows,
  type ExploreQuestion,
  type PerformanceWindow,
  PlumblineError,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import {
  assertFilters,
  type Cut,
  cutOf,
  fieldsAsked,
  knownFields,
  oneInOf,
  type Selection,
  sayCut,
} from '@plumbline/rows';
import { independent } from '../compare/unpaired.js';
import { assertMetrics, GENERAL } from '../performance/metrics.js';
import { performance } from '../performance/performance.js';

/** Below, a group is a hint at most. */
const CERTAIN_ROWS = 30;
/** Sums, of which a group has a part, not a rate of its own. */
const COUNTS = ['count', 'tp', 'fp', 'tn', 'fn'];
const NOTHING: ExploredRows = { predictions: 0, labelled: 0, value: null, low: null, high: null };
type Side = Pick<Selection, 'from' | 'to'> & { version?: string };

/** A metric over the groups of one or two fields, each with the filters of its rows; and what it was in another range or version. */
export async function explore(
  store: EventStore,
  model: ModelContext,
  q: ExploreQuestion,
  nowMs: number,
): Promise<ExploreAnswer> {
  const metric = q.metric ?? model.primaryMetric;
  assertMetrics(model, [metric]);
  if (metric === 'confusion') throw new PlumblineError('invalid_request', 'confusion is a table, not one number.');
  const names = q.by.map((b) => b.field);
  if (new Set(names).size < names.length)
    throw new PlumblineError('invalid_request', 'by: name two different fields, or one.');
  const known = await knownFields(store, model);
  const fields = fieldsAsked(known, names, model.model);
  assertFilters(known, q.filters, model.model);

  const now: Side = { from: q.from, to: q.to, version: q.version };
  const before = beforeOf(q);
  const sides = [now, ...(before ? [before] : [])];
  const selections = sides.map(
    (side): Selection => ({ ...side, filters: q.filters, asOf: q.as_of, knownAt: q.known_at, nowMs }),
  );
  const oneIn = q.by.length > 0 ? await oneInOf(store, model, selections) : 1;
  // Two fields are a table of cells: fewer of each.
  const limit = q.by.length > 1 ? Math.min(q.limit, EXPLORE_GROUPS_MAX / 2) : q.limit;
  const cuts = await Promise.all(
    q.by.map((by, i) =>
      cutOf(
        store,
        model,
        selections.map((s) => ({ ...s, oneIn })),
        by,
        fields[i]!,
        limit,
      ),
    ),
  );
  const measure = (side: Side, groupBy: readonly string[], filters = q.filters) =>
    performance(
      store,
      model,
      {
        ...side,
        filters,
        known_at: q.known_at,
        as_of: q.as_of,
        metrics: [metric],
        granularity: 'all',
        min_labels: 1,
        group_by: [...groupBy],
        cuts,
      },
      nowMs,
    );
  const grouped = (side: Side) => (names.length > 0 ? measure(side, names) : Promise.resolve([]));
  const [groups, [all], baseline, groupsBefore, allBefore] = await Promise.all([
    grouped(now),
    measure(now, []),
    q.filters.length > 0 ? measure(now, [], []) : null,
    before ? grouped(before) : null,
    before ? measure(before, []) : null,
  ]);
  const overall = rowsOf(all, metric);
  const overallBefore = allBefore && rowsOf(allBefore[0], metric);
  return {
    metric,
    overall,
    baseline: baseline && rowsOf(baseline[0], metric),
    ...(overallBefore ? { before: overallBefore, change: changeOf(overall, overallBefore) } : {}),
    by: cuts.map(({ field, distinct }, i) => ({ field, type: fields[i]!.type, distinct })),
    groups: together(groups, groupsBefore, names, metric)
      .map((g) => groupOf(g, cuts, metric, overall))
      .sort((a, b) => b.predictions - a.predictions),
  };
}

/** The other side of a comparison. Refuses one that shares rows with this side, whose difference would have no such interval. */
function beforeOf(q: ExploreQuestion): Side | null {
  if (!q.compare_with) return null;
  const side = {
    from: q.compare_with.from ?? q.from,
    to: q.compare_with.to ?? q.to,
    version: q.compare_with.version ?? q.version,
  };
  const overlap = side.from < q.to && q.from < side.to;
  const sameRows = q.version === undefined || side.version === undefined || side.version === q.version;
  if (overlap && sameRows)
    throw new PlumblineError(
      'invalid_request',
      'compare_with shares rows with the question: give a range that does not overlap, or name both versions (version, and compare_with.version).',
    );
  return side;
}

type Group = { keys: (string | null)[]; now: ExploredRows; before?: ExploredRows };

/** The groups of both sides by their keys. */
function together(
  now: readonly PerformanceWindow[],
  before: readonly PerformanceWindow[] | null,
  names: readonly string[],
  metric: string,
): Group[] {
  const out = new Map<string, Group>();
  const keysOf = (w: PerformanceWindow) => names.map((name) => w.group?.[name] ?? null);
  for (const w of now) {
    const keys = keysOf(w);
    out.set(JSON.stringify(keys), { keys, now: rowsOf(w, metric), ...(before ? { before: NOTHING } : {}) });
  }
  for (const w of before ?? []) {
    const keys = keysOf(w);
    const found = out.get(JSON.stringify(keys));
    if (found) found.before = rowsOf(w, metric);
    else out.set(JSON.stringify(keys), { keys, now: NOTHING, before: rowsOf(w, metric) });
  }
  return [...out.values()];
}

function groupOf({ keys, now, before }: Group, cuts: readonly Cut[], metric: string, all: ExploredRows): ExploredGroup {
  const said = keys.map((key, i) => sayCut(cuts[i]!, key));
  const counts = GENERAL.includes(metric) ? 'predictions' : 'labelled';
  const weight = all[counts] > 0 && !COUNTS.includes(metric) ? now[counts] / all[counts] : null;
  const times = (difference: number | null) => (weight === null || difference === null ? null : weight * difference);
  const change = before && changeOf(now, before);
  return {
    ...now,
    predicates: said.map((s) => s.predicate),
    filters: said.flatMap((s) => s.filters),
    share: all.predictions > 0 ? now.predictions / all.predictions : 0,
    uncertain: now[counts] < CERTAIN_ROWS,
    impact: times(now.value === null || all.value === null ? null : now.value - all.value),
    ...(before ? { before, change, contribution: times(change!.value) } : {}),
  };
}

const rowsOf = (w: PerformanceWindow | undefined, metric: string): ExploredRows => {
  if (!w) return NOTHING;
  const { value, low, high } = w.metrics[metric]!;
  return { predictions: w.predictions, labelled: w.labelled, value, low, high };
};

const changeOf = (now: ExploredRows, before: ExploredRows) => {
  const { value, low, high } = independent(now, before).difference;
  return { value, low, high };
};
