import { PlumblineError, type RowOrder } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { type Binds, type Column, classSql } from './fields.js';

/** How wrong a row is: |label − score|, 1 − P(label), or |value − label|; NULL without label. */
export function rowError(model: ModelContext, binds: Binds): string {
  const y = `has(${binds.bind(model.positive, 'Array(String)')}, label)`;
  const loss = {
    binary: `if(isNotNull(score), abs(${y} - score), if(${classSql(model, binds)} = label, 0, 1))`,
    multiclass: `if(length(mapKeys(scores)) > 0, 1 - scores[label], if(class = label, 0, 1))`,
    regression: 'abs(value - label_num)',
  }[model.task];
  return `if(has_label, toNullable(toFloat64(${loss})), NULL)`;
}

/** An order of rows by a nullable Float64; rows without one have no place in it. Equal ones follow each other by id and version. */
export type OrderKey = { key: string; direction: 'ASC' | 'DESC'; needs: Column[] };

/** Exact in a Float64: 53 bits of the hash. */
const HASH_SHIFT = 11;

/** `ts` is newest first here. Errors: `invalid_request` where the task knows no boundary. */
export function orderKey(order: RowOrder, model: ModelContext, seed: number, binds: Binds): OrderKey {
  switch (order) {
    case 'ts':
      return { key: 'toNullable(toFloat64(ms))', direction: 'DESC', needs: [] };
    case 'error':
      return { key: rowError(model, binds), direction: 'DESC', needs: ['score', 'class', 'value', 'scores'] };
    case 'random':
      return {
        key: `toNullable(toFloat64(bitShiftRight(cityHash64(${binds.bind(seed, 'UInt32')}, prediction_id, toString(version)), ${HASH_SHIFT})))`,
        direction: 'ASC',
        needs: [],
      };
    case 'boundary':
      return { key: margin(model, binds), direction: 'ASC', needs: ['score', 'scores'] };
  }
}

/** How far a row is from being decided otherwise: |score − threshold|, or the lead of the likeliest class. */
function margin(model: ModelContext, binds: Binds): string {
  if (model.task === 'binary') return `abs(score - ${binds.bind(model.threshold, 'Float64')})`;
  if (model.task === 'multiclass')
    return `if(length(mapKeys(scores)) > 1, toNullable(arrayReverseSort(mapValues(scores))[1] - arrayReverseSort(mapValues(scores))[2]), NULL)`;
  throw new PlumblineError(
    'invalid_request',
    `${model.model} predicts values: nothing is decided, so there is no boundary. Use another order.`,
  );
}
