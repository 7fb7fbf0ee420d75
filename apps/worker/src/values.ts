import type { EventStore } from '@plumbline/clickhouse';
import { storeTime } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { MARK } from '@plumbline/drift';
import type { Refused, Scope, Seen, SeenCategories, SeenValue, ValuesAsked, Windows } from '@plumbline/monitors';
import { Binds, windowSql } from '@plumbline/rows';
import { gridOf, windowedRows } from './windowed.js';

const OUTPUTS = ['score', 'class', 'value'] as const;
const COLUMNS = ['nums', 'cats', ...OUTPUTS] as const;
/** Categories that come back per window and name, the most frequent first; the number of all of them comes too. */
const CATEGORIES_MAX = 5_000;
const NO_BOUND = Number.MAX_VALUE;

const key = ({ place, name }: { place: 'feature' | 'output'; name: string }) =>
  place === 'output' ? MARK + name : name;

type Gathered = {
  rows: number;
  features: Map<string, SeenValue>;
  outputs: Map<string, SeenValue>;
  featureCategories: Map<string, SeenCategories>;
  outputCategories: Map<string, SeenCategories>;
};

/** What windows hold of each name: types, reach, values outside the asked ranges, categories. Two passes over the rows. */
export async function seenValues(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  ask: ValuesAsked,
  nowMs: number,
): Promise<Map<number, Seen>> {
  const out = new Map<number, Gathered>();
  const at = (win: number): Gathered => {
    const known = out.get(win) ?? {
      rows: 0,
      features: new Map(),
      outputs: new Map(),
      featureCategories: new Map(),
      outputCategories: new Map(),
    };
    out.set(win, known);
    return known;
  };
  for (const r of await reach(store, model, windows, scope, ask, nowMs)) {
    const here = at(Number(r.win));
    if (r.name === '') here.rows = Number(r.n);
    else {
      const numeric = Number(r.n);
      const output = r.name.startsWith(MARK);
      (output ? here.outputs : here.features).set(output ? r.name.slice(1) : r.name, {
        numeric,
        text: Number(r.texts),
        outside: Number(r.outside),
        min: numeric > 0 ? r.low : null,
        max: numeric > 0 ? r.high : null,
      });
    }
  }
  for (const r of await categories(store, model, windows, scope, ask, nowMs)) {
    const here = at(Number(r.win));
    const output = r.name.startsWith(MARK);
    (output ? here.outputCategories : here.featureCategories).set(output ? r.name.slice(1) : r.name, {
      n: Number(r.n),
      distinct: Number(r.kinds),
      counts: new Map(r.vs.map((value, i) => [value, Number(r.cs[i])])),
    });
  }
  return out;
}

/** Whether features are asked for at all: they are most of what a row holds. */
const asksFeatures = (ask: ValuesAsked): boolean =>
  !ask.only || [...ask.ranges, ...ask.categories].some((name) => name.place === 'feature');

type Reach = { win: number; name: string; n: number; texts: number; outside: number; low: number; high: number };

async function reach(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  ask: ValuesAsked,
  nowMs: number,
): Promise<Reach[]> {
  const binds = new Binds();
  const features = asksFeatures(ask);
  const rows = windowedRows(store, model, windows, scope, features ? COLUMNS : OUTPUTS, binds, nowMs);
  const names = binds.bind(ask.ranges.map(key), 'Array(String)');
  const bound = (of: (r: ValuesAsked['ranges'][number]) => number) => binds.bind(ask.ranges.map(of), 'Array(Float64)');
  const lows = bound((r) => r.min ?? -NO_BOUND);
  const highs = bound((r) => r.max ?? NO_BOUND);
  const wanted = binds.bind(['', ...ask.ranges.map(key), ...ask.categories.map(key)], 'Array(String)');
  return store.query<Reach>(
    `SELECT win, name, countIf(NOT is_text) AS n, countIf(is_text) AS texts,
            countIf(NOT is_text AND i > 0 AND (v < los[i] OR v > his[i])) AS outside, minIf(v, NOT is_text) AS low, maxIf(v, NOT is_text) AS high
     FROM (SELECT win, p.1 AS name, p.2 AS v, p.3 = 1 AS is_text, indexOf(known, name) AS i, los, his FROM (
       SELECT win, arrayJoin(arrayConcat([('', 0., 0)],
         ${features ? `arrayMap((k, v) -> (toString(k), v, 0), mapKeys(nums), mapValues(nums)), arrayMap(k -> (toString(k), 0., 1), mapKeys(cats)),` : ''}
         if(isNotNull(score), [('${MARK}prediction.score', assumeNotNull(score), 0)], []), if(isNotNull(value), [('${MARK}prediction.value', assumeNotNull(value), 0)], []),
         if(class != '', [('${MARK}prediction.class', 0., 1)], []))) AS p
       FROM (${rows})) AS pairs
       CROSS JOIN (SELECT ${names} AS known, ${lows} AS los, ${highs} AS his) AS bounds
       ${ask.only ? `WHERE has(${wanted}, name)` : ''})
     GROUP BY win, name LIMIT 200000`,
    binds.params,
    { heavy: true },
  );
}

type Counted = { win: number; name: string; n: number; kinds: number; vs: string[]; cs: number[] };

async function categories(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  ask: ValuesAsked,
  nowMs: number,
): Promise<Counted[]> {
  if (ask.categories.length === 0) return [];
  const binds = new Binds();
  const features = asksFeatures(ask);
  const rows = windowedRows(store, model, windows, scope, features ? COLUMNS : OUTPUTS, binds, nowMs);
  const names = binds.bind(ask.categories.map(key), 'Array(String)');
  return store.query<Counted>(
    `SELECT win, name, any(total) AS n, any(kinds) AS kinds, groupArray(value) AS vs, groupArray(c) AS cs FROM (
       SELECT win, name, value, c, sum(c) OVER (PARTITION BY win, name) AS total, count() OVER (PARTITION BY win, name) AS kinds FROM (
         SELECT win, p.1 AS name, p.2 AS value, count() AS c FROM (
           SELECT win, arrayJoin(arrayConcat(${features ? `arrayMap((k, v) -> (toString(k), v), mapKeys(cats), mapValues(cats)), arrayMap((k, v) -> (toString(k), toString(v)), mapKeys(nums), mapValues(nums)),` : ''} if(class != '', [('${MARK}prediction.class', toString(class))], []))) AS p
           FROM (${rows}))
         WHERE has(${names}, name) GROUP BY win, name, value)
       ORDER BY c DESC, value LIMIT ${CATEGORIES_MAX} BY win, name)
     GROUP BY win, name`,
    binds.params,
    { heavy: true },
  );
}

/** Predictions refused for what they held, by the window of their arrival: without a usable output, or with a feature that is not finite. */
export async function refusedPredictions(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
): Promise<Map<number, Refused>> {
  const found = await store.query<{ win: number; subject: string; n: number }>(
    `SELECT ${windowSql(gridOf(windows), windows.from)} AS win, subject, count() AS n FROM (
       SELECT toUnixTimestamp64Milli(received_at) AS ms,
              multiIf(startsWith(message, 'prediction') OR code IN ('bad_prediction', 'task_mismatch'), 'prediction',
                      code = 'value_not_finite', extract(message, '^features\\\\.(.*) (?:is not finite|holds a number)'), '') AS subject
       FROM ${store.database}.quarantine
       WHERE project = {project:String} AND model = {model:String} AND kind = 'predictions' AND isNull(replayed_at)
         AND received_at >= {from:DateTime64(3,'UTC')} AND received_at < {to:DateTime64(3,'UTC')})
     WHERE subject != '' GROUP BY win, subject LIMIT 20000`,
    {
      project: model.projectId,
      model: model.model,
      from: storeTime(Math.max(0, windows.from)),
      to: storeTime(Math.max(0, windows.to)),
    },
  );
  const out = new Map<number, { outputs: number; features: Map<string, number> }>();
  for (const { win, subject, n } of found) {
    const here = out.get(Number(win)) ?? { outputs: 0, features: new Map<string, number>() };
    out.set(Number(win), here);
    if (subject === 'prediction') here.outputs += Number(n);
    else here.features.set(subject, Number(n));
  }
  return out;
}
