import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Data sets with golden values in test/golden; for tests only. */
export const GOLDEN_SETS = ['adult', 'bike', 'california', 'car_loan', 'credit_card'] as const;

export type GoldenSet = (typeof GOLDEN_SETS)[number];

/** A line of `NAME.predictions.ndjson.gz` or `NAME.reference.ndjson.gz` (only the latter has labels). */
export interface PredictionRow {
  prediction_id: string;
  ts: string;
  features: Record<string, string | number | boolean | null>;
  prediction: { score?: number; class?: string | number; value?: number; scores?: Record<string, number> };
  label?: string | number;
}

/** A line of `NAME.outcomes.ndjson.gz`. */
export interface OutcomeRow {
  prediction_id: string;
  ts: string;
  label: string | number;
}

const ROOT = new URL('../../../../test/golden/', import.meta.url);
/** The sets that the demo replays lie with it. */
const DEMO = new URL('../../../../apps/plumbline/data/', import.meta.url);
const IN_DEMO = /^data\/(bike|car_loan|credit_card)\./;

/** All predictions of the production traffic, or the labelled reference. */
export function readPredictions(name: GoldenSet, kind: 'predictions' | 'reference'): PredictionRow[] {
  return lines(`data/${name}.${kind}.ndjson.gz`) as PredictionRow[];
}

/** All outcomes, in order of arrival. */
export function readOutcomes(name: GoldenSet): OutcomeRow[] {
  return lines(`data/${name}.outcomes.ndjson.gz`) as OutcomeRow[];
}

/** The schema: task, classes, feature types. */
export function readSchema(name: GoldenSet): {
  task: 'binary' | 'multiclass' | 'regression';
  classes?: (string | number)[];
  features: { name: string; type: 'numeric' | 'categorical' }[];
} {
  return JSON.parse(readFileSync(at(`data/${name}.schema.json`), 'utf8'));
}

/** Golden values; their shape is that of the file. */
export function readValues<T>(
  kind: 'drift' | 'performance' | 'coverage' | 'cbpe' | 'sliceline' | 'published_cbpe' | 'published_ks',
  name: GoldenSet,
): T {
  return JSON.parse(gunzip(`values/${kind}.${name}.json.gz`)) as T;
}

/** Mean KS distance of each column of california as published, over the calendar months from October 2020 to May 2022. */
export function publishedKs(): { columns: Record<string, number>; months: { start: string; end: string }[] } {
  const { tables } = readValues<{ tables: { mean_ks: { rows: [string, number][] } } }>('published_ks', 'california');
  const monthAt = (i: number) => new Date(Date.UTC(2020, 9 + i)).toISOString();
  return {
    columns: Object.fromEntries(tables.mean_ks.rows),
    months: Array.from({ length: 20 }, (_, i) => ({ start: monthAt(i), end: monthAt(i + 1) })),
  };
}

/** Rows with start <= ts < end; ISO timestamps of one format compare as text. */
export function inWindow<T extends { ts: string }>(rows: readonly T[], window: { start: string; end: string }): T[] {
  return rows.filter((row) => row.ts >= window.start && row.ts < window.end);
}

function lines(path: string): unknown[] {
  return gunzip(path)
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => JSON.parse(line) as unknown);
}

function gunzip(path: string): string {
  return gunzipSync(readFileSync(at(path))).toString('utf8');
}

const at = (path: string): URL =>
  IN_DEMO.test(path) ? new URL(path.slice('data/'.length), DEMO) : new URL(path, ROOT);
