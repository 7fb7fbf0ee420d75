import type { Prediction } from './prediction.js';
import { refuse } from './refusal.js';

const DAY_MS = 86_400_000;

/** Refuses a prediction that the model's retention would delete again. */
export function checkAge({ ts, model }: Pick<Prediction, 'ts' | 'model'>, retentionMs: number, nowMs: number): void {
  if (ts !== null && ts < nowMs - retentionMs)
    refuse(
      'too_old',
      `ts is older than the retention of '${model}' (${Math.round((retentionMs / DAY_MS) * 10) / 10} days). To keep it, raise retention: PUT /v1/models/${model}.`,
    );
}
