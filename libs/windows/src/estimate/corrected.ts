import { saysPositive } from '@plumbline/rows';
import {
  type AgedBinaryRow,
  addRow,
  type CorrectedEstimate,
  correctedBinaryStats,
  correctedMulticlassStats,
  type DelayWeights,
  deriveCorrectedBinary,
  deriveCorrectedMulticlass,
  deriveCorrectedRegression,
  type Estimate,
  noSums,
  type WeightedSums,
  weightAt,
} from '@plumbline/stats';
import type { Reading } from '../performance/task.js';
import { scoreCells } from './cells.js';

const LABELLED_MAX = 100_000;
const CLASSES_MAX = 60;

type Asked = Reading & {
  weights: DelayWeights;
  atMs: number;
  /** Windows that are provisional, and their labelled rows. */
  provisional: { start: number; labelled: number }[];
};
type Row = Record<string, unknown>;

/** Metrics of the labelled rows, each weighted for those of its class and age that have not come yet, by window and group. */
export async function readCorrected(asked: Asked): Promise<Map<string, Record<string, Estimate>>> {
  const read = { binary: readBinary, multiclass: readMulticlass, regression: readRegression }[asked.model.task];
  return read(asked);
}

/** SQL of the age of a row, as the step of the curves that it lies on: weights within a step are equal. */
function ageSql({ weights, atMs, binds }: Asked): string {
  const curves = [...Object.values(weights.byClass), ...(weights.other ? [weights.other] : [])];
  const steps = new Set([0, weights.fromAge, ...curves.flatMap((c) => c.ages)]);
  const edges = [...steps].sort((a, b) => a - b);
  return `roundDown(toFloat64(greatest(${binds.bind(Math.trunc(atMs), 'Int64')} - ms, 0)), ${binds.bind(edges, 'Array(Float64)')})`;
}

const baseSql = (asked: Asked, columns: string, condition: string): string => {
  const starts = asked.binds.bind([...new Set(asked.provisional.map((p) => p.start))], 'Array(Int64)');
  return `SELECT * FROM (SELECT ${asked.keys.select}, ${ageSql(asked)} AS age, ${columns} FROM (${asked.rows}) WHERE has_label AND ${condition}) WHERE has(${starts}, win)`;
};

async function readBinary(asked: Asked) {
  const { store, model, keys, binds, options, weights } = asked;
  const positive = binds.bind(model.positive, 'Array(String)');
  const columns = `has(${positive}, label) AS y, ${saysPositive(model, binds)} AS c, (class != '' OR isNotNull(score)) AS decided, ifNull(score, 0) AS s, isNotNull(score) AS scored`;
  const base = baseSql(asked, columns, '1');
  const rows = asked.provisional.reduce((n, p) => n + p.labelled, 0);
  const parts = asked.provisional.length * 4;
  const { by, score } = await scoreCells(store, base, binds, options, { rows, parts, groupsMax: LABELLED_MAX });
  const found = await store.query<Row>(
    `SELECT ${keys.names}, y, c, decided, scored, age, ${score} AS score, count() AS n FROM (${base}) GROUP BY ${keys.names}, y, c, decided, scored, age, ${by} AS _cell ORDER BY ${keys.names}, score, y, c, age`,
    binds.params,
    options,
  );
  const names = { pos: model.positive[0]!, neg: model.negative ?? '0' };
  return each(found, keys, (list) =>
    deriveCorrectedBinary(
      correctedBinaryStats(
        list.map(
          (r): AgedBinaryRow => ({
            label: Boolean(r.y),
            predicted: r.decided ? Boolean(r.c) : null,
            score: r.scored ? Number(r.score) : null,
            age: Number(r.age),
            count: Number(r.n),
          }),
        ),
        weights,
        names,
      ),
    ),
  );
}

async function readMulticlass(asked: Asked) {
  const { store, keys, binds, options, weights } = asked;
  const base = baseSql(asked, 'toString(label) AS truth, toString(class) AS guess', `class != ''`);
  const found = await store.query<Row>(
    `SELECT ${keys.names}, truth, guess, age, count() AS n FROM (${base}) GROUP BY ${keys.names}, truth, guess, age ORDER BY ${keys.names}, truth, guess, age LIMIT 500000`,
    binds.params,
    options,
  );
  return each(found, keys, (list) => {
    const classes = [...new Set(list.flatMap((r) => [String(r.truth), String(r.guess)]))].sort();
    if (classes.length > CLASSES_MAX) return {};
    const rows = list.map((r) => ({
      label: String(r.truth),
      predicted: String(r.guess),
      age: Number(r.age),
      count: Number(r.n),
    }));
    return deriveCorrectedMulticlass(correctedMulticlassStats(rows, weights, classes));
  });
}

async function readRegression(asked: Asked) {
  const { store, keys, binds, options, weights } = asked;
  const base = baseSql(
    asked,
    'assumeNotNull(value) - assumeNotNull(label_num) AS e',
    'isNotNull(value) AND isNotNull(label_num)',
  );
  const found = await store.query<Row>(
    `SELECT ${keys.names}, age, count() AS n, sum(abs(e)) AS a, sum(e) AS e1, sum(e * e) AS e2, sum(pow(e, 4)) AS e4 FROM (${base}) GROUP BY ${keys.names}, age ORDER BY ${keys.names}, age`,
    binds.params,
    options,
  );
  return each(found, keys, (list) => {
    const stats = { absolute: noSums(), error: noSums(), squared: noSums(), used: 0, left: 0 };
    for (const r of list) {
      const weight = weightAt(weights, '', Number(r.age));
      const n = Number(r.n);
      stats[weight ? 'used' : 'left'] += n;
      if (!weight) continue;
      addMoments(stats.absolute, n, weight, Number(r.a), Number(r.e2));
      addMoments(stats.error, n, weight, Number(r.e1), Number(r.e2));
      addMoments(stats.squared, n, weight, Number(r.e2), Number(r.e4));
    }
    return deriveCorrectedRegression(stats);
  });
}

/** Adds n rows of one weight whose losses sum to sx, their squares to sx2. */
function addMoments(
  sums: WeightedSums,
  n: number,
  of: { weight: number; relativeError: number },
  sx: number,
  sx2: number,
): void {
  addRow(sums, n, of);
  sums.wx += of.weight * sx;
  sums.w2x += of.weight ** 2 * sx;
  sums.w2x2 += of.weight ** 2 * sx2;
  sums.wex += of.weight * of.relativeError * sx;
}

function each(
  rows: readonly Row[],
  keys: Asked['keys'],
  derive: (list: Row[]) => Record<string, CorrectedEstimate>,
): Map<string, Record<string, Estimate>> {
  const byKey = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keys.of(row);
    const list = byKey.get(key);
    if (list) list.push(row);
    else byKey.set(key, [row]);
  }
  const plain = ({ value, low, high }: CorrectedEstimate): Estimate => ({ value, low, high });
  return new Map(
    [...byKey].map(([key, list]) => [
      key,
      Object.fromEntries(Object.entries(derive(list)).map(([name, found]) => [name, plain(found)])),
    ]),
  );
}
