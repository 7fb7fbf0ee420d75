import { storeTime } from '@plumbline/clickhouse';
import type { Filter, Granularity } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Rows whose distributions are looked at: a stored reference, or predictions prepared by the caller (`rowsSql`). */
export type Source = {
  sql: string;
  params: Record<string, unknown>;
  /** The rows come without labels (which spares joining them). */
  unlabelled?: true;
};
export type Target = 'features' | 'prediction' | 'label';
export type Selection = {
  from: number;
  to: number;
  filters: readonly Filter[];
  version?: string;
  granularity: Granularity;
  knownAt?: number;
};

/** Columns that a source must have. */
export const SOURCE_COLUMNS = ['nums', 'cats', 'score', 'class', 'value'] as const;

/** The rows of a stored reference as a source. */
export function referenceSource(
  database: string,
  model: Pick<ModelContext, 'projectId' | 'model'>,
  referenceId: string,
): Source {
  return {
    // Qualified: `label` alone would be the alias, which is never null.
    sql: `SELECT 0 AS win, ts, nums, cats, score, class, value, ifNull(_reference.label, '') AS label, label_num, isNotNull(_reference.label) AS has_label
          FROM ${database}.reference_rows AS _reference WHERE project = {ref_project:String} AND model = {ref_model:String} AND reference = {ref_id:String}`,
    params: { ref_project: model.projectId, ref_model: model.model, ref_id: referenceId },
  };
}

/** Names under which outputs stand beside features; a feature of the same name is told apart by the mark. */
export const MARK = '\u0001';
export const OUTPUTS = {
  'prediction.score': 'numeric',
  'prediction.value': 'numeric',
  'prediction.class': 'categorical',
} as const;

/** Value pairs (name, number) of a row. */
export const numericPairs = ({ unlabelled }: Source): string =>
  `arrayConcat(arrayZip(mapKeys(nums), mapValues(nums)),
    if(isNotNull(score), [('${MARK}prediction.score', assumeNotNull(score))], []), if(isNotNull(value), [('${MARK}prediction.value', assumeNotNull(value))], [])
    ${unlabelled ? '' : `, if(has_label AND isNotNull(label_num), [('${MARK}label', assumeNotNull(label_num))], [])`})`;

/** Value pairs (name, text) of a row; a number under a categorical name counts as its text, unless none is to be expected. */
export const textPairs = ({ unlabelled }: Source, textOnly = false): string =>
  `arrayConcat(arrayZip(mapKeys(cats), mapValues(cats))${textOnly ? '' : ', arrayMap((k, v) -> (k, toString(v)), mapKeys(nums), mapValues(nums))'},
    if(class != '', [('${MARK}prediction.class', toString(class))], [])
    ${unlabelled ? '' : `, if(has_label, [('${MARK}label', toString(label))], [])`})`;

export const timeParam = (ms: number) => storeTime(ms);
