import { setImmediate as nextTurn } from 'node:timers/promises';
import { groupBy } from '@plumbline/contracts';
import { deriveMulticlass } from '@plumbline/stats';
import { rank } from './rank.js';
import type { Measured, Task } from './task.js';

type Cell = Record<string, unknown> & {
  label: string;
  class: string;
  n: number;
  correct_known: number;
  ll: number;
  ll2: number;
  lln: number;
};
type Ece = Record<string, unknown> & { gap: number; n: number };
const CLASSES_MAX = 200;
/** Up to here every window's matrix has all classes; with more, only those that occur in the window. */
const SHARED_MAX = 60;
/** With more classes in one window there is no matrix: it would hold up everything else. */
const MATRIX_MAX = 400;
/** Metrics that need no matrix. */
const WITHOUT_MATRIX = ['accuracy', 'f1_micro', 'log_loss', 'ece'];
const TURN_MS = 10;

/** Multiclass: a confusion matrix, log loss and calibration from one pass each; one-vs-rest AUC from ranks, per class. */
export const multiclass: Task = {
  columns: ['class', 'score', 'scores'],
  async read({ store, rows, keys, model, binds, metrics, options }) {
    const base = `SELECT ${keys.select}, label, class, score, scores FROM (${rows}) WHERE has_label AND class != ''`;
    const p = `greatest(least(scores[label], 1 - 1e-15), 1e-15)`;
    const known = 'length(mapKeys(scores)) > 0';
    const cells = await store.query<Cell>(
      `SELECT ${keys.names}, label, class, count() AS n, sumIf(-log(${p}), ${known}) AS ll, sumIf(pow(log(${p}), 2), ${known}) AS ll2, countIf(${known}) AS lln
       FROM (${base}) GROUP BY ${keys.names}, label, class LIMIT 2000000`,
      binds.params,
      options,
    );
    const eces = await store.query<Ece>(
      `SELECT ${keys.names}, sum(abs(ss - sy)) AS gap, sum(m) AS n FROM (
         SELECT ${keys.names}, least(toInt32(floor(assumeNotNull(score) * 10)), 9) AS bin, sum(assumeNotNull(score)) AS ss, sum(toFloat64(label = class)) AS sy, count() AS m
         FROM (${base}) WHERE isNotNull(score) GROUP BY ${keys.names}, bin
       ) GROUP BY ${keys.names}`,
      binds.params,
      options,
    );
    const byKey = groupBy(cells, (c) => keys.of(c));
    const classes =
      model.classes.length > 0 ? model.classes : await classesOf(store, rows, binds.params, options, cells);
    const aucs = new Map<string, Awaited<ReturnType<typeof rank>>[number]>();
    if (metrics.some((m) => m.startsWith('roc_auc')) && classes.length <= CLASSES_MAX) {
      const list = binds.bind(classes, 'Array(String)');
      const scored = `SELECT ${keys.names}, k, scores[k] AS s, label = k AS y FROM (${base}) ARRAY JOIN ${list} AS k WHERE ${known}`;
      const perClass = { names: `${keys.names}, k`, of: (r: Record<string, unknown>) => `${keys.of(r)}\u0001${r.k}` };
      for (const r of await rank(store, scored, perClass, binds.params, options)) aucs.set(perClass.of(r), r);
    }
    const eceOf = new Map(eces.map((e) => [keys.of(e), e]));
    const measured = new Map<string, Measured>();
    let turnAt = performance.now() + TURN_MS;
    for (const [key, list] of byKey) {
      if (performance.now() > turnAt) {
        await nextTurn(); // many windows of many classes are seconds of work
        turnAt = performance.now() + TURN_MS;
      }
      measured.set(
        key,
        derive(list, classes, (c) => aucs.get(`${key}\u0001${c}`), eceOf.get(key)),
      );
    }
    return measured;
  },
};

type Ranked = Awaited<ReturnType<typeof rank>>[number];

function derive(
  list: readonly Cell[],
  classes: readonly string[],
  aucOf: (c: string) => Ranked | undefined,
  ece: Ece | undefined,
): Measured {
  const own = list.flatMap((c) => [c.label, c.class]);
  const all = [...new Set(classes.length <= SHARED_MAX ? [...classes, ...own] : own.sort())];
  const sum = (f: (c: Cell) => unknown) => list.reduce((a, c) => a + Number(f(c) ?? 0), 0);
  const n = sum((c) => c.n);
  const common = {
    logLossSum: sum((c) => c.ll),
    logLossSumSq: sum((c) => c.ll2),
    logLossN: sum((c) => c.lln),
    eceSum: ece ? Number(ece.gap) : null,
    eceN: Number(ece?.n ?? 0),
    n,
  };
  if (all.length > MATRIX_MAX) {
    const correct = sum((c) => (c.label === c.class ? c.n : 0));
    const confusion = [
      [correct, n - correct],
      [0, 0],
    ];
    const estimates = deriveMulticlass({
      ...common,
      classes: ['right', 'wrong'],
      confusion,
      perClassAuc: [null, null],
    });
    return { estimates: Object.fromEntries(WITHOUT_MATRIX.map((m) => [m, estimates[m]!])) };
  }
  const at = new Map(all.map((c, i) => [c, i]));
  const counts = all.map(() => all.map(() => 0));
  for (const c of list) counts[at.get(c.label)!]![at.get(c.class)!]! += Number(c.n);
  const placements = all.map((c) => placementsOf(aucOf(c)));
  const estimates = deriveMulticlass({
    ...common,
    classes: all,
    confusion: counts,
    perClassAuc: placements.map((a) => (a && a.pos > 0 && a.neg > 0 ? a.sumV / a.pos : null)),
    perClassPlacements: placements,
  });
  // The mean over all classes is not that over the ones that happen to occur.
  if (classes.some((c) => !at.has(c))) estimates.roc_auc_ovr_macro = { value: null, low: null, high: null };
  return { estimates, confusion: { classes: all, counts } };
}

const placementsOf = (r: Ranked | undefined) =>
  r
    ? {
        pos: Number(r.pos),
        neg: Number(r.neg),
        sumV: Number(r.v),
        sumV2: Number(r.v2),
        sumW: Number(r.w),
        sumW2: Number(r.w2),
      }
    : null;

/** Undeclared classes default to all keys of `scores` and labels seen. */
async function classesOf(
  store: Parameters<Task['read']>[0]['store'],
  rows: string,
  params: Record<string, unknown>,
  options: object,
  cells: readonly Cell[],
): Promise<string[]> {
  const found = await store.query<{ k: string }>(
    `SELECT DISTINCT arrayJoin(mapKeys(scores)) AS k FROM (${rows}) LIMIT ${CLASSES_MAX}`,
    params,
    options,
  );
  return [...new Set([...found.map((f) => f.k), ...cells.flatMap((c) => [c.label, c.class])])].sort();
}
