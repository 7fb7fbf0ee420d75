import type { ModelContext } from '@plumbline/control';
import { type Binds, classSql, type Column as Needed, rowError } from '@plumbline/rows';
import type { Column } from '../layout.js';

/** A cell as SQL over the columns of `rowsSql`, and what it reads. */
export type Cell = { sql: string; needs: Needed[] };

const SQL_TYPE = {
  text: 'Nullable(String)',
  number: 'Nullable(Float64)',
  time: `Nullable(DateTime64(3,'UTC'))`,
  embedding: 'Array(Float32)',
} as const;

/** Every cell of a column has the same type in every part of the file, whatever the part holds. */
export function cellSql(column: Column, model: ModelContext, binds: Binds): Cell {
  const { sql, needs } = valueSql(column, model, binds);
  return { sql: `CAST(${sql}, '${SQL_TYPE[column.type].replaceAll("'", "\\'")}')`, needs };
}

function valueSql({ field, type }: Column, model: ModelContext, binds: Binds): Cell {
  const after = (prefix: string) => binds.bind(field.slice(prefix.length), 'String');
  if (field.startsWith('features.')) return featureSql(after('features.'), type);
  if (field.startsWith('tags.')) {
    const key = after('tags.');
    return { sql: `if(mapContains(tags, ${key}), tags[${key}], NULL)`, needs: ['tags'] };
  }
  if (field.startsWith('prediction.scores.')) {
    const key = after('prediction.scores.');
    return { sql: `if(mapContains(scores, ${key}), scores[${key}], NULL)`, needs: ['scores'] };
  }
  switch (field) {
    case 'prediction.score':
      return { sql: 'score', needs: ['score'] };
    case 'prediction.value':
      return { sql: 'value', needs: ['value'] };
    case 'prediction.class':
      return { sql: classSql(model, binds), needs: ['class', 'score'] };
    case 'label':
      return { sql: `if(has_label, ${type === 'number' ? 'label_num' : 'label'}, NULL)`, needs: [] };
    case 'label_source':
      return { sql: 'if(has_label, label_source, NULL)', needs: [] };
    case 'outcome_ts':
      return { sql: `if(has_label, fromUnixTimestamp64Milli(toInt64(outcome_ms), 'UTC'), NULL)`, needs: [] };
    case 'delay_ms':
      return { sql: 'if(has_label, outcome_ms - ms, NULL)', needs: [] };
    case 'error':
      return { sql: rowError(model, binds), needs: ['score', 'class', 'value', 'scores'] };
    case 'latency_ms':
      return { sql: 'latency_ms', needs: ['latency_ms'] };
    default: // prediction_id, ts, version: what every row has
      return { sql: field, needs: [] };
  }
}

function featureSql(key: string, type: Column['type']): Cell {
  if (type === 'number') return { sql: `if(mapContains(nums, ${key}), nums[${key}], NULL)`, needs: ['nums'] };
  if (type === 'embedding') return { sql: `vectors[${key}]`, needs: ['vectors'] };
  return {
    sql: `multiIf(mapContains(cats, ${key}), cats[${key}], mapContains(nums, ${key}), toString(nums[${key}]), mapContains(vectors, ${key}), toJSONString(vectors[${key}]), NULL)`,
    needs: ['nums', 'cats', 'vectors'],
  };
}
