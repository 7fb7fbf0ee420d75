import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds, saysPositive } from '@plumbline/rows';
import {
  type BinaryEstimator,
  type ClassReferenceGroup,
  fitBinaryEstimator,
  fitMulticlassEstimator,
  type MulticlassEstimator,
  type ReferenceGroup,
} from '@plumbline/stats';
import { GROUPS_MAX, scoreCells } from './cells.js';

/** What is kept of a reference; `basis` are the declarations that it was learned under. */
export type Estimator = { basis: string } & (
  | { task: 'binary'; fitted: BinaryEstimator }
  | { task: 'multiclass'; fitted: MulticlassEstimator }
);

/** Consecutive pieces of the reference, in the order of time, from which the method's own error is learned. */
const CHUNKS = 10;
/** Each class has a calibration of its own, and every row is looked at for each of them. */
const CLASSES_MAX = 30;
const CLASS_ROWS_MAX = 100_000;

/** An estimator learned under other declarations is learned again. */
export const basisOf = (m: ModelContext): string =>
  JSON.stringify([m.task, m.task === 'binary' ? [m.positive, m.threshold] : m.classes]);

/** Learns from the labelled and scored rows of a reference how to estimate metrics without labels; null if there are none. */
export async function fitEstimator(
  store: EventStore,
  model: ModelContext,
  referenceId: string,
): Promise<Estimator | null> {
  const basis = basisOf(model);
  if (model.task === 'binary') {
    const fitted = fitBinaryEstimator(await binaryChunks(store, model, referenceId));
    return fitted && { basis, task: 'binary', fitted };
  }
  if (model.task === 'multiclass') {
    const classes = model.classes.length > 0 ? model.classes : await classesOf(store, model, referenceId);
    if (classes.length < 2 || classes.length > CLASSES_MAX) return null;
    const fitted = fitMulticlassEstimator(classes, await classChunks(store, model, referenceId, classes));
    return fitted && { basis, task: 'multiclass', fitted };
  }
  return null;
}

const chunkSql = `toUInt8(intDiv((row_number() OVER (ORDER BY ts, row) - 1) * ${CHUNKS}, count() OVER ()))`;

async function binaryChunks(store: EventStore, model: ModelContext, id: string): Promise<ReferenceGroup[][]> {
  const binds = new Binds();
  const from = fromSql(store, model, id, binds);
  const base = `SELECT ts, row, assumeNotNull(score) AS s, ${saysPositive(model, binds)} AS c, has(${binds.bind(model.positive, 'Array(String)')}, ifNull(_reference.label, '')) AS y ${from} AND isNotNull(score)`;
  const rows = await countOf(store, base, binds);
  const { by, score } = await scoreCells(store, base, binds, { heavy: true }, { rows, parts: CHUNKS });
  const found = await store.query<{ chunk: number; score: number; c: number; n: number; positives: number }>(
    `SELECT chunk, ${score} AS score, c, count() AS n, countIf(y) AS positives
     FROM (SELECT s, c, y, ${chunkSql} AS chunk FROM (${base})) GROUP BY chunk, ${by} AS _cell, c ORDER BY chunk, score, c`,
    binds.params,
    { heavy: true },
  );
  const chunks: ReferenceGroup[][] = Array.from({ length: CHUNKS }, () => []);
  for (const r of found)
    chunks[Number(r.chunk)]!.push({
      score: Number(r.score),
      predicted: Boolean(r.c),
      count: Number(r.n),
      positives: Number(r.positives),
    });
  return chunks;
}

async function classChunks(
  store: EventStore,
  model: ModelContext,
  id: string,
  classes: readonly string[],
): Promise<ClassReferenceGroup[][]> {
  const binds = new Binds();
  const list = binds.bind(classes, 'Array(String)');
  const all = `SELECT ts, row, arrayMap(k -> scores[k], ${list}) AS sc, indexOf(${list}, class) AS c, indexOf(${list}, ifNull(_reference.label, '')) AS y
    ${fromSql(store, model, id, binds)} AND arrayAll(k -> mapContains(scores, k), ${list})`;
  const rows = await countOf(store, all, binds);
  // More rows would not make the knots better than they are, only slower to learn.
  const oneIn = Math.max(1, Math.ceil(rows / CLASS_ROWS_MAX));
  const base = `SELECT * FROM (${all}) WHERE c > 0 AND y > 0${oneIn > 1 ? ` AND intHash64(row) % ${oneIn} = 0` : ''}`;
  const found = await store.query<{ chunk: number; sc: number[]; c: number; y: number; n: number }>(
    `SELECT chunk, sc, c, y, count() AS n FROM (SELECT sc, c, y, ${chunkSql} AS chunk FROM (${base})) GROUP BY chunk, sc, c, y ORDER BY chunk, sc, c, y LIMIT ${GROUPS_MAX}`,
    binds.params,
    { heavy: true },
  );
  const chunks = Array.from({ length: CHUNKS }, () => new Map<string, ClassReferenceGroup & { labels: number[] }>());
  for (const r of found) {
    const key = `${r.sc} ${r.c}`;
    const at = chunks[Number(r.chunk)]!;
    const group = at.get(key) ?? {
      scores: r.sc.map(Number),
      predicted: Number(r.c) - 1,
      count: 0,
      labels: classes.map(() => 0),
    };
    at.set(key, group);
    group.count += Number(r.n);
    group.labels[Number(r.y) - 1]! += Number(r.n);
  }
  return chunks.map((groups) => [...groups.values()]);
}

async function classesOf(store: EventStore, model: ModelContext, id: string): Promise<string[]> {
  const binds = new Binds();
  const found = await store.query<{ k: string }>(
    `SELECT DISTINCT arrayJoin(mapKeys(scores)) AS k ${fromSql(store, model, id, binds)} LIMIT ${CLASSES_MAX + 1}`,
    binds.params,
    { heavy: true },
  );
  return found.map((f) => f.k).sort();
}

const fromSql = (store: EventStore, model: ModelContext, id: string, binds: Binds): string =>
  `FROM ${store.database}.reference_rows AS _reference WHERE project = ${binds.bind(model.projectId, 'String')} AND model = ${binds.bind(model.model, 'String')}
     AND reference = ${binds.bind(id, 'String')} AND isNotNull(_reference.label)`;

async function countOf(store: EventStore, base: string, binds: Binds): Promise<number> {
  const [row] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${base})`, binds.params, { heavy: true });
  return Number(row?.n ?? 0);
}
