import type { ModelView } from '@plumbline/contracts';

export type Choice = { group: string; column: string; label: string };

/** Columns that may be chosen, in groups, as the export takes them. */
export function choicesOf(model: Pick<ModelView, 'schema' | 'task'>): Choice[] {
  const fixed = (group: string, list: [string, string][]) =>
    list.map(([column, label]): Choice => ({ group, column, label }));
  return [
    ...fixed('Row', [
      ['prediction_id', 'prediction id'],
      ['ts', 'time'],
      ['version', 'version'],
      ['latency_ms', 'latency'],
    ]),
    ...fixed('Prediction', [['prediction.*', 'prediction']]),
    ...fixed('Outcome', [
      ['label', 'label'],
      ['label_source', 'source of the label'],
      ['outcome_ts', 'time of the label'],
      ['delay_ms', 'delay of the label'],
      ['error', 'error'],
    ]),
    ...fixed('Tags', [['tags.*', 'all tags']]),
    ...model.schema.map((f): Choice => ({ group: 'Features', column: `features.${f.name}`, label: f.name })),
  ];
}

/** What the export is asked for: nothing means all, and all features are one word. */
export function columnsOf(choices: readonly Choice[], chosen: ReadonlySet<string>): string[] | undefined {
  if (choices.every((c) => chosen.has(c.column))) return undefined;
  const features = choices.filter((c) => c.group === 'Features');
  const allFeatures = features.length > 0 && features.every((c) => chosen.has(c.column));
  const rest = choices.filter((c) => chosen.has(c.column) && !(allFeatures && c.group === 'Features'));
  return [...rest.map((c) => c.column), ...(allFeatures ? ['features.*'] : [])];
}
