import type { Filter, Granularity } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';

/** Rows whose distributions are looked at: a stored reference, or predictions prepared by the caller (`rowsSql`). */
export type Source = {
  sql: string;
  params: Record<string, unknown>;
  /** The rows come without labels (which spares joining them). */
  unlabelled?: true;
  /** The rows come with labels and nothing else. */
  labelsOnly?: true;
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
    sql: `SELECT 0 AS win, ts, version, prediction_id, tags, latency_ms, nums, cats, vectors.keys, score, class, value, ifNull(_reference.label, '') AS label, label_num, isNotNull(_reference.label) AS has_label
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

const named = (output: string) => `toLowCardinality('${MARK}${output}')`;
/** A branch for the features and one for each output: joining rows with their arrays stays as cheap as reading them. */
const union = (branches: (string | false)[]): string => `(${branches.filter(Boolean).join('\nUNION ALL ')})`;

/** SQL of all numbers of a source, `win, name, v`. */
export const numbersSql = ({ sql, unlabelled, labelsOnly }: Source): string =>
  union([
    !labelsOnly && `SELECT win, _kv.1 AS name, _kv.2 AS v FROM (SELECT win, arrayJoin(nums) AS _kv FROM (${sql}))`,
    !labelsOnly &&
      `SELECT win, ${named('prediction.score')}, assumeNotNull(score) FROM (${sql}) WHERE isNotNull(score)`,
    !labelsOnly &&
      `SELECT win, ${named('prediction.value')}, assumeNotNull(value) FROM (${sql}) WHERE isNotNull(value)`,
    !unlabelled &&
      `SELECT win, ${named('label')} AS name, assumeNotNull(label_num) AS v FROM (${sql}) WHERE has_label AND isNotNull(label_num)`,
  ]);

/** SQL of all words of a source, `win, name, value`; a number under a categorical name counts as its text, unless none is to be expected. */
export const wordsSql = ({ sql, unlabelled, labelsOnly }: Source, textOnly = false): string =>
  union([
    !labelsOnly && `SELECT win, _kv.1 AS name, _kv.2 AS value FROM (SELECT win, arrayJoin(cats) AS _kv FROM (${sql}))`,
    !labelsOnly &&
      !textOnly &&
      `SELECT win, _kv.1 AS name, toString(_kv.2) AS value FROM (SELECT win, arrayJoin(nums) AS _kv FROM (${sql})) WHERE name IN {names:Array(String)}`,
    !labelsOnly && `SELECT win, ${named('prediction.class')}, toString(class) FROM (${sql}) WHERE class != ''`,
    !unlabelled && `SELECT win, ${named('label')} AS name, toString(label) AS value FROM (${sql}) WHERE has_label`,
  ]);
