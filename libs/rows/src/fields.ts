import type { QueryParams } from '@plumbline/clickhouse';
import { type Filter, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Collects bound parameters under names of its own: user text never becomes SQL. */
export class Binds {
  readonly params: QueryParams = {};
  private n = 0;
  bind(value: unknown, type: string): string {
    const name = `p${this.n++}`;
    this.params[name] = value;
    return `{${name}:${type}}`;
  }
}

/** Columns of a row of `rows.ts`, and what they need to be read from. An embedding is neither text nor number, but not `missing`. */
export type Field = { text: string; number: string; missing: string; needs: Column[] };
/** `vectors.keys`: the names of the embeddings, which the engine reads without the embeddings, and only where they are asked for. */
export type Column =
  | 'nums'
  | 'cats'
  | 'nulls'
  | 'tags'
  | 'score'
  | 'class'
  | 'value'
  | 'scores'
  | 'latency_ms'
  | 'vectors'
  | 'vectors.keys'
  | 'received_at'
  | 'id_a'
  | 'id_b';

/** A field of the wire contract as SQL: as nullable text, as nullable number, and whether a row is without it. */
export function fieldSql(name: string, model: ModelContext, binds: Binds): Field {
  const field = valueSql(name, model, binds);
  return { missing: `isNull(${field.text})`, ...field };
}

function valueSql(name: string, model: ModelContext, binds: Binds): Omit<Field, 'missing'> & Partial<Field> {
  if (name.startsWith('features.')) {
    const key = binds.bind(name.slice('features.'.length), 'String');
    return {
      text: `multiIf(mapContains(cats, ${key}), cats[${key}], mapContains(nums, ${key}), toString(nums[${key}]), NULL)`,
      number: `multiIf(mapContains(nums, ${key}), nums[${key}], mapContains(cats, ${key}), toFloat64OrNull(cats[${key}]), NULL)`,
      missing: `NOT (mapContains(cats, ${key}) OR mapContains(nums, ${key}) OR has(vectors.keys, ${key}))`,
      needs: ['nums', 'cats', 'vectors.keys'],
    };
  }
  if (name.startsWith('tags.')) {
    const key = binds.bind(name.slice('tags.'.length), 'String');
    const text = `if(mapContains(tags, ${key}), tags[${key}], NULL)`;
    return { text, number: `toFloat64OrNull(${text})`, needs: ['tags'] };
  }
  switch (name) {
    case 'version':
      return { text: 'version', number: 'toFloat64OrNull(version)', needs: [] };
    case 'prediction_id':
      return { text: 'prediction_id', number: 'NULL', needs: [] };
    case 'label':
      return { text: `if(has_label, label, NULL)`, number: 'if(has_label, label_num, NULL)', needs: [] };
    case 'prediction.class':
      return {
        text: classSql(model, binds),
        number: `toFloat64OrNull(${classSql(model, binds)})`,
        needs: ['class', 'score'],
      };
    case 'prediction.score':
      return { text: 'toString(score)', number: 'score', needs: ['score'] };
    case 'prediction.value':
      return { text: 'toString(value)', number: 'value', needs: ['value'] };
    case 'latency_ms':
      return { text: 'toString(latency_ms)', number: 'latency_ms', needs: ['latency_ms'] };
    default:
      throw new PlumblineError(
        'invalid_request',
        `'${name.slice(0, 100)}' is not a field. Use features.NAME, tags.NAME, version, label, prediction.class, prediction.score or prediction.value.`,
      );
  }
}

/** The class as given, otherwise (binary) by the decision threshold; NULL where there is neither. */
export function classSql(model: ModelContext, binds: Binds): string {
  if (model.task !== 'binary') return `if(class = '', NULL, class)`;
  const positive = binds.bind(model.positive[0], 'String');
  const negative = binds.bind(model.negative ?? '0', 'String');
  return `multiIf(class != '', class, isNull(score), NULL, score >= ${binds.bind(model.threshold, 'Float64')}, ${positive}, ${negative})`;
}

/** 1 where a binary prediction says positive. */
export const saysPositive = (model: ModelContext, binds: Binds): string =>
  `if(class != '', has(${binds.bind(model.positive, 'Array(String)')}, class), ifNull(score, -1) >= ${binds.bind(model.threshold, 'Float64')})`;

const NUMERIC_OP = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** One filter as a condition that is never NULL. `ne` and `not_in` hold for rows without the value too: they are the complement of `eq` and `in`. */
export function filterSql(filter: Filter, field: Field, binds: Binds): string {
  const { op, value } = filter;
  const [text, missing] = [`(${field.text})`, `(${field.missing})`];
  const same = (v: unknown) => (v === null ? missing : `ifNull(${text} = ${binds.bind(asText(v), 'String')}, 0)`);
  switch (op) {
    case 'is_null':
      return missing;
    case 'not_null':
    case 'is_not_null':
      return `NOT ${missing}`;
    case 'eq':
      return same(value);
    case 'ne':
      return `NOT ${same(value)}`;
    case 'in':
    case 'not_in': {
      const list = value as unknown[];
      const texts = binds.bind(list.filter((v) => v !== null).map(asText), 'Array(String)');
      const inList = `(ifNull(has(${texts}, assumeNotNull(${text})) AND isNotNull(${text}), 0)${list.includes(null) ? ` OR ${missing}` : ''})`;
      return op === 'in' ? inList : `NOT ${inList}`;
    }
    default:
      return `ifNull((${field.number}) ${NUMERIC_OP[op]} ${binds.bind(Number(value), 'Float64')}, 0)`;
  }
}

/** Values compare as text, numbers as the store writes them: 1e21, not 1e+21. */
const asText = (value: unknown): string =>
  typeof value === 'number' ? String(value).replace('e+', 'e') : String(value);
