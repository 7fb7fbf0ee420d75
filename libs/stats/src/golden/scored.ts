import type { ReferenceGroup } from '../estimate/binary.js';
import type { ClassReferenceGroup } from '../estimate/multiclass.js';
import { type GoldenSet, type PredictionRow, readOutcomes, readPredictions, readSchema } from './read.js';

/** A prediction with its label, if one ever arrived. */
export type LabelledRow = PredictionRow & { label: string | number | undefined };

/** The reference in the order of time, and the traffic with the labels that arrived; for tests only. */
export function readLabelled(name: GoldenSet): { reference: LabelledRow[]; traffic: LabelledRow[] } {
  const known = new Map(readOutcomes(name).map((outcome) => [outcome.prediction_id, outcome.label]));
  const reference = readPredictions(name, 'reference') as LabelledRow[];
  return {
    reference: reference.toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0)),
    traffic: readPredictions(name, 'predictions').map((row) => ({ ...row, label: known.get(row.prediction_id) })),
  };
}

/** Rows of a binary model as groups of equal score and class. Rows without a label count as negatives. */
export function binaryGroups(rows: readonly LabelledRow[]): ReferenceGroup[] {
  const groups = new Map<string, ReferenceGroup>();
  for (const { prediction, label } of rows) {
    const key = `${prediction.score} ${prediction.class}`;
    const found = groups.get(key);
    const group = found ?? { score: prediction.score!, predicted: prediction.class === 1, count: 0, positives: 0 };
    if (!found) groups.set(key, group);
    group.count += 1;
    if (label === 1) group.positives += 1;
  }
  return [...groups.values()];
}

/** Rows of a multiclass model as groups of equal scores and class, with its classes. */
export function classGroups(rows: readonly LabelledRow[], name: GoldenSet): ClassReferenceGroup[] {
  const classes = readSchema(name).classes!.map(String);
  const groups = new Map<string, ClassReferenceGroup & { labels: number[] }>();
  for (const { prediction, label } of rows) {
    const scores = classes.map((c) => prediction.scores![c]!);
    const key = `${scores} ${prediction.class}`;
    const found = groups.get(key);
    const predicted = classes.indexOf(String(prediction.class));
    const group = found ?? { scores, predicted, count: 0, labels: classes.map(() => 0) };
    if (!found) groups.set(key, group);
    group.count += 1;
    if (label !== undefined) group.labels[classes.indexOf(String(label))]! += 1;
  }
  return [...groups.values()];
}

/** Consecutive pieces of about equal length. */
export function pieces<T>(rows: readonly T[], count: number): T[][] {
  const at = (i: number) => Math.floor((i * rows.length) / count);
  return Array.from({ length: count }, (_, i) => rows.slice(at(i), at(i + 1)));
}
