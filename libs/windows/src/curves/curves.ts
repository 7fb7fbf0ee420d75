import type { EventStore } from '@plumbline/clickhouse';
import type { CurveKind, CurveSet, CurvesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, type Column, referenceRowsSql, rowsSql, saysPositive } from '@plumbline/rows';
import { cellsSql, matrix, shownClasses, topClassesSql } from './confusion.js';
import { type Counted, countedSql } from './counted.js';
import { type Bins, drawCalibration, drawPrecisionRecall, drawResiduals, drawRoc, isExact } from './draw.js';
import { kindsOf } from './kinds.js';
import { drawPredicted, type PredictedBin, predictedSql } from './predicted.js';

const COLUMNS: Record<ModelContext['task'], readonly Column[]> = {
  binary: ['score', 'class'],
  multiclass: ['class', 'score', 'scores'],
  regression: ['value'],
};
const HEAVY_MS = 7 * 86_400_000;

export type Curves = CurveSet & { exact: boolean };
type Asked = Pick<CurvesQuestion, 'class' | 'bins' | 'classes_max' | 'kinds'>;
type Read = <Row>(sql: string) => Promise<Row[]>;
type Source = { rows: string; binds: Binds; read: Read };

/** Curves of a selection's labelled rows, for drawing. Refuses curves that the model's task does not have. */
export async function curves(
  store: EventStore,
  model: ModelContext,
  q: Omit<CurvesQuestion, 'reference'> & { light?: boolean },
  nowMs: number,
): Promise<Curves> {
  const kinds = kindsOf(model, q);
  const binds = new Binds();
  const { from, to, filters, version, as_of: asOf, known_at: knownAt } = q;
  const rows = rowsSql(store, model, { from, to, filters, version, asOf, knownAt, nowMs }, COLUMNS[model.task], binds);
  const read: Read = (sql) => store.query(sql, binds.params, { heavy: !q.light && to - from > HEAVY_MS });
  return draw(model, q, kinds, { rows, binds, read });
}

/** The same curves of all rows of a stored reference. */
export async function referenceCurves(
  store: EventStore,
  model: ModelContext,
  q: Asked,
  referenceId: string,
): Promise<Curves> {
  const kinds = kindsOf(model, q);
  const binds = new Binds();
  const rows = referenceRowsSql(store, model, referenceId, COLUMNS[model.task], binds);
  return draw(model, q, kinds, { rows, binds, read: (sql) => store.query(sql, binds.params, { heavy: true }) });
}

async function draw(model: ModelContext, q: Asked, kinds: readonly CurveKind[], source: Source): Promise<Curves> {
  const has = (kind: CurveKind) => kinds.includes(kind);
  // Together, so that none of them fails unheard.
  const [[counts], scored, confusion, residuals] = await Promise.all([
    source.read<Totals>(totalsSql(model, source)),
    has('roc') || has('precision_recall') || has('calibration') ? readScored(model, q, kinds, source) : null,
    has('confusion') && model.task === 'multiclass' ? readConfusion(model, q, source) : null,
    has('residuals') ? readResiduals(q, source) : null,
  ]);
  return {
    n: Number(counts?.n ?? 0),
    labelled: Number(counts?.labelled ?? 0),
    ...scored?.drawn,
    ...(confusion ? { confusion } : {}),
    ...(has('confusion') && model.task === 'binary' ? { confusion: twoByTwo(model, counts) } : {}),
    ...(residuals ? { residuals: residuals.drawn } : {}),
    exact: (scored?.exact ?? true) && (residuals?.exact ?? true),
  };
}

/** One score per row and whether it came true: P(positive), P(class), or without a class P(what was predicted). */
async function readScored(model: ModelContext, q: Asked, kinds: readonly CurveKind[], { rows, binds, read }: Source) {
  const calibration: Bins = { kind: q.bins?.kind ?? 'equal_width', count: q.bins?.count ?? 10 };
  const counted = await read<Counted>(
    countedSql(scoredRows(model, q.class, rows, binds), calibration.kind === 'equal_width' ? calibration.count : 0),
  );
  const drawn = {
    ...(kinds.includes('roc') ? { roc: drawRoc(counted) } : {}),
    ...(kinds.includes('precision_recall') ? { precision_recall: drawPrecisionRecall(counted) } : {}),
    ...(kinds.includes('calibration') ? { calibration: drawCalibration(counted, calibration) } : {}),
  };
  return { drawn, exact: isExact(counted) };
}

function scoredRows(model: ModelContext, oneClass: string | undefined, rows: string, binds: Binds): string {
  if (model.task === 'binary')
    return `SELECT assumeNotNull(score) AS v, has(${binds.bind(model.positive, 'Array(String)')}, label) AS y FROM (${rows}) WHERE has_label AND isNotNull(score)`;
  if (oneClass === undefined)
    return `SELECT assumeNotNull(score) AS v, label = class AS y FROM (${rows}) WHERE has_label AND class != '' AND isNotNull(score)`;
  const name = binds.bind(oneClass, 'String');
  return `SELECT scores[${name}] AS v, label = ${name} AS y FROM (${rows}) WHERE has_label AND class != '' AND length(mapKeys(scores)) > 0`;
}

type Totals = { n: number; labelled: number } & Partial<Record<'tp' | 'fp' | 'tn' | 'fn', number>>;

/** How many rows, how many labelled, and of two classes who was taken for whom. */
function totalsSql(model: ModelContext, { rows, binds }: Source): string {
  const counts = 'count() AS n, countIf(has_label) AS labelled';
  if (model.task !== 'binary') return `SELECT ${counts} FROM (${rows})`;
  const cell = (name: string, where: string) => `countIf(_known AND ${where}) AS ${name}`;
  const cells = [cell('tp', '_c AND _y'), cell('fp', '_c AND NOT _y'), cell('tn', 'NOT _c AND NOT _y')];
  return `SELECT ${counts}, ${cells.join(', ')}, ${cell('fn', 'NOT _c AND _y')}
    FROM (SELECT has_label, has_label AND (class != '' OR isNotNull(score)) AS _known, has(${binds.bind(model.positive, 'Array(String)')}, label) AS _y, ${saysPositive(model, binds)} AS _c FROM (${rows}))`;
}

function twoByTwo(model: ModelContext, { tp = 0, fp = 0, tn = 0, fn = 0 }: Partial<Totals> = {}) {
  const counts = [
    [Number(tn), Number(fp)],
    [Number(fn), Number(tp)],
  ];
  return { classes: [model.negative ?? '0', model.positive[0]!], counts, folded: 0 };
}

async function readConfusion(model: ModelContext, q: Asked, { rows, binds, read }: Source) {
  const named = `SELECT label AS actual, class AS predicted FROM (${rows}) WHERE has_label AND class != ''`;
  const found = await read<{ class: string; distinct: number }>(
    topClassesSql(named, binds.bind(q.classes_max, 'UInt32')),
  );
  const shown = shownClasses(found, model.classes, q.classes_max);
  return matrix(shown, await read(cellsSql(named, binds.bind(shown.classes, 'Array(String)'))));
}

async function readResiduals(q: Asked, { rows, read }: Source) {
  const known = `FROM (${rows}) WHERE has_label AND isNotNull(value) AND isNotNull(label_num)`;
  const bins: Bins = { kind: q.bins?.kind ?? 'quantile', count: q.bins?.count ?? 20 };
  const [counted, predicted] = await Promise.all([
    read<Counted>(countedSql(`SELECT assumeNotNull(value) - assumeNotNull(label_num) AS v, 0 AS y ${known}`)),
    read<PredictedBin>(
      predictedSql(`SELECT assumeNotNull(value) AS v, assumeNotNull(label_num) AS actual ${known}`, bins),
    ),
  ]);
  return {
    drawn: { ...drawResiduals(counted), predicted_vs_actual: drawPredicted(predicted) },
    exact: isExact(counted),
  };
}
