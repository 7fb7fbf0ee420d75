import { type FeatureSpec, PlumblineError } from '@plumbline/contracts';

export type ColumnType = 'text' | 'number' | 'time' | 'embedding';
/** A column of the file: its name there, as imports know it, and the field that it holds. */
export type Column = { name: string; field: string; type: ColumnType };

/** What the rows of a selection hold, beyond what all rows have. */
export type Seen = {
  nums: readonly string[];
  cats: readonly string[];
  nulls: readonly string[];
  vectors: readonly string[];
  tags: readonly string[];
  /** Classes that have scores. */
  classes: readonly string[];
  score: boolean;
  class: boolean;
  value: boolean;
};

export const COLUMNS_MAX = 5_000;
const ALL = [
  'prediction_id',
  'ts',
  'version',
  'prediction.*',
  'label',
  'label_source',
  'outcome_ts',
  'delay_ms',
  'error',
  'latency_ms',
  'features.*',
  'tags.*',
];
const NUMBERS = new Set(['prediction.score', 'prediction.value', 'delay_ms', 'error', 'latency_ms']);
const TIMES = new Set(['ts', 'outcome_ts']);

/**
 * The columns of the file in the order in which they were asked for, each once; `*` is filled in with what the rows hold, in the
 * order of names. Errors: `invalid_request` for more than 5,000.
 */
export function layoutOf(
  asked: readonly string[] | undefined,
  seen: Seen,
  model: { task: string; features: Record<string, FeatureSpec> },
): Column[] {
  const fields = [...new Set((asked ?? ALL).flatMap((name) => fill(name, seen)))];
  if (fields.length > COLUMNS_MAX)
    throw new PlumblineError(
      'invalid_request',
      `The file would have more than ${COLUMNS_MAX} columns. Name those that you need in columns.`,
    );
  return fields.map((field) => ({ name: columnName(field), field, type: typeOf(field, seen, model) }));
}

function fill(name: string, seen: Seen): string[] {
  switch (name) {
    case 'features.*':
      return [...new Set([...seen.nums, ...seen.cats, ...seen.vectors, ...seen.nulls])]
        .sort()
        .map((feature) => `features.${feature}`);
    case 'tags.*':
      return [...seen.tags].sort().map((tag) => `tags.${tag}`);
    case 'prediction.*':
      return [
        ...(seen.score ? ['prediction.score'] : []),
        ...(seen.class || seen.score ? ['prediction.class'] : []),
        ...(seen.value ? ['prediction.value'] : []),
        ...[...seen.classes].sort().map((c) => `prediction.scores.${c}`),
      ];
    default:
      return [name];
  }
}

function typeOf(
  field: string,
  seen: Seen,
  { task, features }: { task: string; features: Record<string, FeatureSpec> },
): ColumnType {
  if (TIMES.has(field)) return 'time';
  if (NUMBERS.has(field) || field.startsWith('prediction.scores.') || (field === 'label' && task === 'regression'))
    return 'number';
  if (!field.startsWith('features.')) return 'text';
  const name = field.slice('features.'.length);
  if (seen.cats.includes(name)) return 'text';
  if (seen.vectors.includes(name)) return seen.nums.includes(name) ? 'text' : 'embedding';
  if (seen.nums.includes(name)) return 'number';
  const declared = features[name]?.type;
  return declared === 'numeric' ? 'number' : declared === 'embedding' ? 'embedding' : 'text';
}

/** As imports and references call it. */
export function columnName(field: string): string {
  if (field.startsWith('features.')) return `feature.${field.slice('features.'.length)}`;
  if (field.startsWith('tags.')) return `tag.${field.slice('tags.'.length)}`;
  if (field.startsWith('prediction.scores.')) return `score.${field.slice('prediction.scores.'.length)}`;
  return field.startsWith('prediction.') ? field.slice('prediction.'.length) : field;
}
