import { storeTime } from '@plumbline/clickhouse';
import { EVENT_MS_MAX, EVENT_MS_MIN, type Filter, type Granularity } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Binds, type Column, fieldSql, filterSql } from './fields.js';

/** An identity as 128 bits, from the hashes of its id that are stored beside it: rows are told apart and joined by numbers. */
export const IDENTITY = 'cityHash64(id_a, version) AS _a, id_b AS _b';

/**
 * Of the outcomes of an identity the value of the one that wins: by its time, then by its arrival, as one number. (Comparing
 * tuples is three times as slow; NULL would be passed over, hence NaN.)
 */
const winner = (value: string): string =>
  `argMax(${value}, toInt128(toUnixTimestamp64Milli(outcome_ts)) * 10000000000000000 + toUnixTimestamp64Micro(outcome_received_at))`;

/** Of every window of a grid what was known so long after its end. */
export type AfterWindow = { grid: Grid; afterMs: number };

/** Which rows a question is about. Times are epoch ms; ranges are half-open. */
export type Selection = {
  from: number;
  to: number;
  filters?: readonly Filter[];
  version?: string;
  /** The world as known then: predictions and outcomes with ts up to it. */
  asOf?: number | AfterWindow;
  /** Only what had arrived here by then. */
  knownAt?: number;
  nowMs: number;
  /** No question about labels: they are not joined, and the columns from `has_label` on are missing. */
  unlabelled?: true;
  /** No prediction of the range is stored twice (`hasCopies`): nothing has to be told apart, so all threads may read. */
  unique?: boolean;
  /** Of the range only these hours (epoch ms of their starts). */
  hours?: readonly number[];
  /** Of so many predictions one, by its id: always the same ones. */
  oneIn?: number;
  /** Only these predictions, by id. */
  ids?: readonly string[];
  /** Only predictions whose id hashes into `[first, last]`, both 64-bit numbers in decimal. */
  hashes?: readonly [first: string, last: string];
  /** Also `label_source`: where the winning outcome came from. */
  sources?: true;
};

/**
 * The aliases below begin with `_`: the engine lets aliases of outer queries shadow those of inner ones.
 *
 * SQL of the selected predictions, each identity once, with its winning label:
 * `prediction_id, version, ts, ms, …columns, has_label, label, label_num, outcome_ms`.
 * The winner is the outcome with the largest ts, then the latest arrival.
 */
export function rowsSql(
  store: { database: string },
  model: ModelContext,
  selection: Selection,
  columns: readonly Column[],
  binds: Binds,
): string {
  const { asOf, knownAt } = selection;
  const project = binds.bind(model.projectId, 'String');
  const name = binds.bind(model.model, 'String');
  // A bound where no event can be would overflow the hours of the sort key and find nothing.
  const time = (ms: number) =>
    binds.bind(storeTime(Math.min(Math.max(ms, EVENT_MS_MIN), EVENT_MS_MAX)), `DateTime64(3,'UTC')`);
  const from = time(selection.from);
  const to = time(selection.to);
  // Of several copies of a prediction within an hour any may have given its label the time.
  const hours = [Math.floor(selection.from / HOUR_MS) * HOUR_MS, Math.ceil(selection.to / HOUR_MS) * HOUR_MS].map(time);
  const fields = (selection.filters ?? []).map((filter) => ({ filter, field: fieldSql(filter.field, model, binds) }));
  const [late, early] = [
    fields.filter((f) => f.filter.field === 'label'),
    fields.filter((f) => f.filter.field !== 'label'),
  ];
  const condition = ({ filter, field }: (typeof fields)[number]) => filterSql(filter, field, binds);
  const needed = [...new Set([...columns, ...late.flatMap((f) => f.field.needs)])];
  const mine = [
    `project = ${project} AND model = ${name}`,
    selection.version !== undefined && `version = ${binds.bind(selection.version, 'String')}`,
    selection.ids && `prediction_id IN ${binds.bind(selection.ids, 'Array(String)')}`,
    selection.hashes &&
      `id_a BETWEEN ${binds.bind(selection.hashes[0], 'UInt64')} AND ${binds.bind(selection.hashes[1], 'UInt64')}`,
  ];
  const predictionWhere = [
    ...mine,
    `ts >= ${from} AND ts < ${to}`,
    typeof asOf === 'number' && `ts <= ${time(asOf)}`,
    knownAt !== undefined && `received_at <= ${time(knownAt)}`,
    selection.hours && `toStartOfHour(ts) IN ${binds.bind(selection.hours.map(hourText), "Array(DateTime('UTC'))")}`,
    selection.oneIn !== undefined && selection.oneIn > 1 && `id_a % ${binds.bind(selection.oneIn, 'UInt64')} = 0`,
    ...early.map(condition), // the fewer rows, the less there is to tell apart and to join
  ].filter(Boolean);
  const labelWhere = [
    ...mine,
    `ts >= ${hours[0]} AND ts < ${hours[1]}`,
    typeof asOf === 'number' && `outcome_ts <= ${time(asOf)}`,
    typeof asOf === 'object' &&
      `toUnixTimestamp64Milli(outcome_ts) <= ${afterWindowSql(asOf, 'toUnixTimestamp64Milli(ts)')}`,
    knownAt !== undefined && `outcome_received_at <= ${time(knownAt)}`,
  ].filter(Boolean);
  const conditions = late.map(condition);
  const predictions = `
        SELECT prediction_id, version, ts, toUnixTimestamp64Milli(ts) AS ms${needed.map((c) => `, ${c}`).join('')}, ${IDENTITY}
        FROM ${store.database}.predictions WHERE ${predictionWhere.join(' AND ')}
        ${selection.unique ? '' : 'LIMIT 1 BY _a, _b'}`;
  if (selection.unlabelled && late.length === 0) return `SELECT * EXCEPT (_a, _b) FROM (${predictions})`;
  return `
    SELECT * FROM (
      SELECT _prediction.* EXCEPT (_a, _b), ${labelColumns(model, selection, binds)}
      FROM (${predictions}) AS _prediction
      LEFT ANY JOIN (
        SELECT ${IDENTITY}, ${winner('toString(label)')} AS won_label, ${winner('ifNull(label_num, nan)')} AS won_num, ${winner('toUnixTimestamp64Milli(outcome_ts)')} AS won_ms${selection.sources ? `, ${winner('toString(source)')} AS won_source` : ''}, 1 AS came
        FROM ${store.database}.labels WHERE ${labelWhere.join(' AND ')}
        GROUP BY _a, _b
      ) AS _label ON _label._a = _prediction._a AND _label._b = _prediction._b
    )${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;
}

/** The source of a label that stands for an outcome that did not come. */
export const NO_OUTCOME = 'attribution_window';

/** With `labels.missing: "negative"` a prediction without outcome is a negative once its attribution window has passed. */
function labelColumns(model: ModelContext, selection: Selection, binds: Binds): string {
  const source = selection.sources
    ? `, multiIf(came_in, _label.won_source, has_label, '${NO_OUTCOME}', '') AS label_source`
    : '';
  const given = `_label.came = 1 AS came_in, _label.won_label AS given_label, if(came_in AND NOT isNaN(_label.won_num), _label.won_num, NULL) AS given_num, _label.won_ms AS given_ms`;
  if (model.missingLabels !== 'negative' || model.attributionMs === null || model.negative === null)
    return `${given}, came_in AS has_label, given_label AS label, given_num AS label_num, given_ms AS outcome_ms${source}`;
  const asOf =
    typeof selection.asOf === 'object'
      ? afterWindowSql(selection.asOf)
      : binds.bind(selection.asOf ?? selection.knownAt ?? selection.nowMs, 'Int64');
  const ends = `(ms + ${binds.bind(model.attributionMs, 'Int64')})`;
  const negative = binds.bind(model.negative, 'String');
  return `${given}, (came_in OR ${ends} <= ${asOf}) AS has_label, if(came_in, given_label, ${negative}) AS label,
    if(came_in, given_num, toFloat64OrNull(${negative})) AS label_num, if(came_in, given_ms, ${ends}) AS outcome_ms${source}`;
}

const HOUR_MS = 3_600_000;
const hourText = (ms: number) => storeTime(ms).slice(0, 19);
const STEP_MS = { '1h': 3_600_000, '1d': 86_400_000, '7d': 604_800_000 } as const;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * 86_400_000;

export const stepMs = (granularity: Exclude<Granularity, 'all'>): number => STEP_MS[granularity];

/** Start of the UTC-aligned window that holds `ms`; weeks start on Monday. */
export function windowStart(ms: number, granularity: Exclude<Granularity, 'all'>): number {
  const step = STEP_MS[granularity];
  const shift = granularity === '7d' ? MONDAY_MS : 0;
  return Math.floor((ms - shift) / step) * step + shift;
}

/** Windows of any length, one of which starts at `shiftMs`: what trailing windows of a monitor form. */
export type Grid = { stepMs: number; shiftMs: number };
export const gridOf = (granularity: Exclude<Granularity, 'all'>): Grid => ({
  stepMs: STEP_MS[granularity],
  shiftMs: granularity === '7d' ? MONDAY_MS : 0,
});

/** The same in SQL, over the column `ms`. */
export function windowSql(granularity: Granularity | Grid, from: number, ms = 'ms'): string {
  if (granularity === 'all') return `toInt64(${Math.trunc(from)})`;
  const { stepMs: step, shiftMs: shift } = typeof granularity === 'string' ? gridOf(granularity) : granularity;
  return `(${ms} - positiveModulo(${ms} - ${Math.trunc(shift)}, ${Math.trunc(step)}))`;
}

/** When a row's window is looked at, in epoch ms. */
export const afterWindowSql = ({ grid, afterMs }: AfterWindow, ms = 'ms'): string =>
  `(${windowSql(grid, 0, ms)} + ${Math.trunc(grid.stepMs + afterMs)})`;

/** Bounds of a window as they are shown; `all` is the asked range itself. */
export const windowEnd = (start: number, granularity: Granularity | Grid, to: number): number =>
  granularity === 'all' ? to : start + (typeof granularity === 'string' ? STEP_MS[granularity] : granularity.stepMs);

/** The rows of a stored reference in the shape of `rowsSql`. */
export function referenceRowsSql(
  store: { database: string },
  model: ModelContext,
  referenceId: string,
  columns: readonly Column[],
  binds: Binds,
  filters: readonly Filter[] = [],
): string {
  const fields = filters.map((filter) => ({ filter, field: fieldSql(filter.field, model, binds) }));
  const needed = [...new Set([...columns, ...fields.flatMap((f) => f.field.needs)])];
  const rows = `SELECT prediction_id, version, ts, toUnixTimestamp64Milli(ts) AS ms${needed.map((c) => `, ${c}`).join('')},
    isNotNull(_reference.label) AS has_label, ifNull(_reference.label, '') AS label, label_num, ms AS outcome_ms
    FROM ${store.database}.reference_rows AS _reference
    WHERE project = ${binds.bind(model.projectId, 'String')} AND model = ${binds.bind(model.model, 'String')} AND reference = ${binds.bind(referenceId, 'String')}`;
  const conditions = fields.map(({ filter, field }) => filterSql(filter, field, binds));
  return conditions.length > 0 ? `SELECT * FROM (${rows}) WHERE ${conditions.join(' AND ')}` : rows;
}
