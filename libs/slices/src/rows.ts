import type { EventStore } from '@plumbline/clickhouse';
import { PlumblineError, type SliceLoss, type SlicesQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import {
  Binds,
  type Column,
  classSql,
  type Field,
  fieldSql,
  hasCopies,
  rowsSql,
  type Selection,
} from '@plumbline/rows';
import { FIRST_CODE } from './coded.js';
import type { FieldOf } from './fields.js';

/** Rows that are looked at; of more a sample. */
const ROWS_MAX = 2_000_000;
/** Values of a field that are told apart; rarer ones are never a slice of their own. */
const VALUES_MAX = 5_000;
/** Bytes of an answer of the store with all rows. */
const BYTES_MAX = 400_000_000;

/** Rows as the store sent them, to be read in a thread: their measures (a loss), numbers and codes, column by column. */
export type RawRows = { bytes: Uint8Array; measures: number; numeric: string[]; categorical: string[] };
export type Values = Map<string, string[]>;
type Range = { from: number; to: number };
export type Asked = Pick<SlicesQuestion, 'filters' | 'version' | 'known_at' | 'as_of' | 'field'>;

/** `unlabelled`: of predictions, whether they have a label or not. */
export type LossSql = { loss: string; has: string; needs: Column[]; unlabelled?: true };

/** SQL of a row's loss, and whether it has one. */
export function lossSql(model: ModelContext, loss: SliceLoss, binds: Binds, field?: string): LossSql {
  // Each prediction counts once; `answer.ts` holds two times against each other.
  if (loss === 'volume') return { loss: 'toFloat64(1)', has: '1', needs: [], unlabelled: true };
  if (loss === 'missing') {
    const { missing, needs } = fieldSql(field!, model, binds);
    return { loss: `toFloat64(${missing})`, has: '1', needs, unlabelled: true };
  }
  const y = `has(${binds.bind(model.positive, 'Array(String)')}, label)`;
  const score = `greatest(least(assumeNotNull(score), 1 - 1e-15), 1e-15)`;
  const scored = 'has_label AND isNotNull(score)';
  const probability = `greatest(least(scores[label], 1.), 1e-15)`;
  const spread = 'has_label AND length(mapKeys(scores)) > 0';
  const value = 'has_label AND isNotNull(value) AND isNotNull(label_num)';
  const away = 'assumeNotNull(value) - assumeNotNull(label_num)';
  const wrong: Record<ModelContext['task'], Partial<Record<SliceLoss, LossSql>>> = {
    binary: {
      error: {
        loss: `(has(${binds.bind(model.positive, 'Array(String)')}, ifNull(${classSql(model, binds)}, '')) != ${y})`,
        has: `has_label AND (class != '' OR isNotNull(score))`,
        needs: ['class', 'score'],
      },
      log_loss: { loss: `if(${y}, -log(${score}), -log(1 - ${score}))`, has: scored, needs: ['score'] },
      brier: { loss: `pow(assumeNotNull(score) - ${y}, 2)`, has: scored, needs: ['score'] },
    },
    multiclass: {
      error: { loss: 'class != label', has: `has_label AND class != ''`, needs: ['class'] },
      log_loss: { loss: `-log(${probability})`, has: spread, needs: ['scores'] },
      brier: {
        loss: `arraySum(p -> p * p, mapValues(scores)) - 2 * scores[label] + 1`,
        has: spread,
        needs: ['scores'],
      },
    },
    regression: {
      absolute_error: { loss: `abs(${away})`, has: value, needs: ['value'] },
      squared_error: { loss: `pow(${away}, 2)`, has: value, needs: ['value'] },
    },
  };
  const found = wrong[model.task][loss];
  if (!found)
    throw new PlumblineError(
      'invalid_request',
      `A ${model.task} model has no ${loss}. Use ${Object.keys(wrong[model.task]).join(', ')}, missing or volume.`,
    );
  return found;
}

export const defaultLoss = (model: ModelContext): SliceLoss =>
  model.task === 'regression' ? 'absolute_error' : 'error';

const selectionOf = (q: Asked, { from, to }: Range, nowMs: number): Selection => {
  const { filters, version, known_at: knownAt, as_of: asOf } = q;
  return { from, to, filters, version, knownAt, asOf, nowMs };
};

/** How many rows there are, and one in how many has to be looked at so that they are not too many. */
export async function oneInOf(
  store: EventStore,
  model: ModelContext,
  fields: readonly FieldOf[],
  q: Asked,
  range: Range,
  nowMs: number,
): Promise<{ oneIn: number; rows: number }> {
  const binds = new Binds();
  const rows = rowsSql(store, model, { ...selectionOf(q, range, nowMs), unlabelled: true, unique: true }, [], binds);
  const [row] = await store.query<{ n: number }>(`SELECT count() AS n FROM (${rows})`, binds.params, { heavy: true });
  const numeric = fields.filter((f) => f.kind === 'numeric').length;
  const rowsMax = Math.min(ROWS_MAX, BYTES_MAX / rowBytes(numeric, fields.length - numeric));
  const n = Number(row?.n ?? 0);
  return { oneIn: Math.max(1, Math.ceil(n / rowsMax)), rows: n };
}

/** The frequent values of categorical fields, most frequent first. `some`: sought in one row of so many. */
export async function valuesOf(
  store: EventStore,
  model: ModelContext,
  fields: readonly FieldOf[],
  q: Asked,
  range: Range,
  { least, oneIn, some = 1, nowMs }: { least: number; oneIn: number; some?: number; nowMs: number },
): Promise<Values> {
  const out: Values = new Map();
  for (const { name, kind } of fields) if (kind === 'categorical') out.set(name, []);
  const seen = { ...selectionOf(q, range, nowMs), oneIn: oneIn * some, unlabelled: true as const, unique: true };
  const add = async (select: (binds: Binds) => { pairs: string; columns: Column[]; names: string[] }) => {
    const binds = new Binds();
    const { pairs, columns, names } = select(binds);
    if (names.length === 0) return;
    const found = await store.query<{ i: number; v: string }>(
      `SELECT i, v FROM (${pairs} FROM (${rowsSql(store, model, seen, columns, binds)}))) WHERE i > 0 AND isNotNull(v)
       GROUP BY i, v HAVING count() >= ${binds.bind(some > 1 ? 1 : least, 'UInt64')} ORDER BY i, count() DESC, v LIMIT ${VALUES_MAX} BY i`,
      binds.params,
      { heavy: true },
    );
    for (const { i, v } of found) out.get(names[Number(i) - 1]!)!.push(v);
  };
  const categorical = fields.filter((f) => f.kind === 'categorical');
  await add((binds) => {
    const plain = categorical.filter((f) => f.plain !== undefined);
    const keys = binds.bind(
      plain.map((f) => f.plain),
      'Array(String)',
    );
    // One pass over the map, instead of a look-up per name.
    const pairs = `SELECT indexOf(${keys}, toString(_k)) AS i, toString(_v) AS v FROM (SELECT arrayJoin(arrayZip(mapKeys(cats), mapValues(cats))) AS _p, _p.1 AS _k, _p.2 AS _v`;
    return { pairs, columns: ['cats'], names: plain.map((f) => f.name) };
  });
  await add((binds) => {
    const others = categorical.filter((f) => f.plain === undefined);
    const sql = others.map((f) => fieldSql(f.name, model, binds));
    const pairs = `SELECT _p.1 AS i, _p.2 AS v FROM (SELECT arrayJoin([${sql.map((s, i) => `(toUInt64(${i + 1}), ${s.text})`).join(', ')}]) AS _p`;
    return { pairs, columns: [...new Set(sql.flatMap((s) => s.needs))], names: others.map((f) => f.name) };
  });
  return out;
}

/** What is read of each row beside its fields: SQL of numbers, which rows have them, and what they are made of. */
export type MeasuredSql = { measures: string[]; has: string; needs: Column[]; unlabelled?: true };

/** Every row that has the measures once. */
export async function readRows(
  store: EventStore,
  model: ModelContext,
  fields: readonly FieldOf[],
  values: Values,
  measured: (binds: Binds) => MeasuredSql,
  q: Asked,
  range: Range,
  { oneIn, nowMs }: { oneIn: number; nowMs: number },
): Promise<RawRows> {
  const binds = new Binds();
  const { measures, has, needs, unlabelled } = measured(binds);
  const read = fields.map((f) => ({ ...f, sql: plainSql(f, binds) ?? fieldSql(f.name, model, binds) }));
  const columns = [...new Set([...needs, ...read.flatMap((r) => r.sql.needs)])];
  const unique = !(await hasCopies(store, model, { ...range, nowMs }));
  const selection = { ...selectionOf(q, range, nowMs), oneIn, unique, ...(unlabelled ? { unlabelled } : {}) };
  const rows = rowsSql(store, model, selection, columns, binds);
  const codeSql = (name: string, text: string) => {
    const known = values.get(name) ?? [];
    const type = known.length + FIRST_CODE <= 0x100 ? 'UInt8' : 'UInt16';
    const codes = known.map((_, i) => i + FIRST_CODE);
    const code = `transform(toString(assumeNotNull(${text})), ${binds.bind(known, 'Array(String)')}, ${binds.bind(codes, `Array(${type})`)}, to${type}(0))`;
    return `if(isNull(${text}), to${type}(1), ${known.length > 0 ? code : `to${type}(0)`})`;
  };
  const numeric = read.filter((r) => r.kind === 'numeric');
  const categorical = read.filter((r) => r.kind === 'categorical');
  const cells = [
    ...measures.map((sql) => `CAST(assumeNotNull(${sql}), 'Float64')`),
    ...numeric.map((r) => (r.plain === undefined ? numberSql(r.sql) : `toFloat64(${r.sql.number})`)),
    ...categorical.map((r) => codeSql(r.name, r.sql.text)),
  ].map((sql, i) => `${sql} AS c${i}`);
  const bytes = await store.queryBinary(`SELECT ${cells.join(', ')} FROM (${rows}) WHERE ${has}`, binds.params, {
    heavy: true,
    format: 'Native',
  });
  const names = (of: readonly FieldOf[]) => of.map((f) => f.name);
  return { bytes, measures: measures.length, numeric: names(numeric), categorical: names(categorical) };
}

/** A number; NaN where there is nothing, infinite where there is something that is no number (also the text "NaN"). */
const numberSql = ({ text, number }: Pick<Field, 'text' | 'number'>): string =>
  `multiIf(isFinite(ifNull(${number}, inf)), assumeNotNull(toFloat64(${number})), isNull(${text}), nan, inf)`;

/** A feature that is only ever in one of the maps. */
function plainSql({ kind, plain }: FieldOf, binds: Binds): Pick<Field, 'text' | 'number' | 'needs'> | null {
  if (plain === undefined) return null;
  const key = binds.bind(plain, 'String');
  const column = kind === 'numeric' ? 'nums' : 'cats';
  const value = (none: string) => `if(mapContains(${column}, ${key}), ${column}[${key}], ${none})`;
  return { text: value('NULL'), number: value('nan'), needs: [column] };
}

/** At most. */
const rowBytes = (numeric: number, categorical: number): number => 8 * (2 + numeric) + 2 * categorical;
