import { setImmediate as nextTurn } from 'node:timers/promises';
import { saysPositive } from '@plumbline/rows';
import {
  type ClassScoresGroup,
  type Estimate,
  estimateBinary,
  estimateMulticlass,
  type ScoredGroup,
} from '@plumbline/stats';
import type { Keys, Reading } from '../performance/task.js';
import { GROUPS_MAX, scoreCells } from './cells.js';
import type { Estimator } from './fit.js';
import type { Chosen } from './keep.js';

/** Estimated metrics of a window and group. */
export type Estimated = { metrics: Record<string, Estimate>; extrapolation: number };
const CLASS_ROWS_MAX = 100_000;
const TURN_MS = 10;

type Asked = Reading & {
  /** Windows and groups with their predictions. */
  sizes: { key: string; predictions: number }[];
  /** The estimator for the rows of a key. */
  chosen: (key: string) => Chosen | null;
};

/** What the scores of all predictions of each window, labelled or not, let one expect of its metrics. */
export async function readEstimates(asked: Asked): Promise<Map<string, Estimated>> {
  const rows = asked.sizes.reduce((n, s) => n + s.predictions, 0);
  return asked.model.task === 'binary' ? estimateScores(asked, rows) : estimateClasses(asked, rows);
}

async function estimateScores(asked: Asked, rows: number): Promise<Map<string, Estimated>> {
  const { store, model, keys, binds, options } = asked;
  const base = `SELECT ${keys.select}, assumeNotNull(score) AS s, ${saysPositive(model, binds)} AS c FROM (${asked.rows}) WHERE isNotNull(score)`;
  const { by, score } = await scoreCells(store, base, binds, options, { rows, parts: asked.sizes.length });
  const found = await store.query<Record<string, unknown>>(
    `SELECT ${keys.names}, ${score} AS score, c, count() AS n FROM (${base}) GROUP BY ${keys.names}, ${by} AS _cell, c ORDER BY ${keys.names}, score, c`,
    binds.params,
    options,
  );
  const groups = byKey(found, keys, (r): ScoredGroup => {
    return { score: Number(r.score), predicted: Boolean(r.c), count: Number(r.n) };
  });
  return estimateEach(groups, asked, (estimator, list) => {
    if (estimator.task !== 'binary') return null;
    const { metrics, cells, extrapolation } = estimateBinary(estimator.fitted, list);
    const counts = Object.entries(cells).map(([name, value]) => [name, { value, low: null, high: null }]);
    return { metrics: { ...metrics, ...Object.fromEntries(counts) }, extrapolation };
  });
}

async function estimateClasses(asked: Asked, rows: number): Promise<Map<string, Estimated>> {
  const { store, keys, binds, options } = asked;
  const classes = new Set<string>();
  for (const { key } of asked.sizes) {
    const estimator = asked.chosen(key)?.estimator;
    if (estimator?.task === 'multiclass') for (const name of estimator.fitted.classes) classes.add(name);
  }
  if (classes.size === 0) return new Map();
  const names = [...classes];
  const list = binds.bind(names, 'Array(String)');
  // Rows of many digits cannot be grouped: beyond the limit one in so many stands for the others.
  const oneIn = Math.max(1, Math.ceil(rows / Math.max(CLASS_ROWS_MAX, 200 * asked.sizes.length)));
  const base = `SELECT ${keys.select}, arrayMap(k -> if(mapContains(scores, k), scores[k], nan), ${list}) AS sc, toString(class) AS cls FROM (${asked.rows})
    WHERE class != '' AND length(mapKeys(scores)) > 0${oneIn > 1 ? ` AND cityHash64(prediction_id) % ${oneIn} = 0` : ''}`;
  const found = await store.query<Record<string, unknown>>(
    `SELECT ${keys.names}, sc, cls, count() AS n FROM (${base}) GROUP BY ${keys.names}, sc, cls ORDER BY ${keys.names}, sc, cls LIMIT ${10 * GROUPS_MAX}`,
    binds.params,
    options,
  );
  const groups = byKey(found, keys, (r) => r as { sc: (number | null)[]; cls: string; n: number });
  return estimateEach(groups, asked, (estimator, list) => {
    if (estimator.task !== 'multiclass') return null;
    const at = estimator.fitted.classes.map((name) => names.indexOf(name));
    const known = list.flatMap(({ sc, cls, n }): ClassScoresGroup[] => {
      const scores = at.map((i) => sc[i]);
      const predicted = estimator.fitted.classes.indexOf(cls);
      if (predicted < 0 || scores.some((s) => typeof s !== 'number')) return [];
      return [{ scores: scores as number[], predicted, count: Number(n) * oneIn }];
    });
    const { metrics, extrapolation } = estimateMulticlass(estimator.fitted, known);
    return { metrics: { ...metrics, f1_micro: metrics.accuracy! }, extrapolation };
  });
}

async function estimateEach<Group>(
  groups: Map<string, Group[]>,
  asked: Asked,
  estimate: (estimator: Estimator, list: Group[]) => Estimated | null,
): Promise<Map<string, Estimated>> {
  const out = new Map<string, Estimated>();
  let turnAt = performance.now() + TURN_MS;
  for (const [key, list] of groups) {
    if (performance.now() > turnAt) {
      await nextTurn(); // thousands of windows are seconds of work
      turnAt = performance.now() + TURN_MS;
    }
    const chosen = asked.chosen(key);
    const found = chosen && estimate(chosen.estimator, list);
    if (found) out.set(key, found);
  }
  return out;
}

function byKey<Group>(
  rows: readonly Record<string, unknown>[],
  keys: Keys,
  group: (row: Record<string, unknown>) => Group,
): Map<string, Group[]> {
  const out = new Map<string, Group[]>();
  for (const row of rows) {
    const key = keys.of(row);
    const list = out.get(key);
    if (list) list.push(group(row));
    else out.set(key, [group(row)]);
  }
  return out;
}
