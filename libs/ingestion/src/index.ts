export * from './check/features.js';
export { checkOutcome, type Outcome } from './check/outcome.js';
export { checkPrediction, inferTask, type Prediction } from './check/prediction.js';
export { type Limits, Refusal } from './check/refusal.js';
export type { Committed, Kind } from './commit/writeFlush.js';
export * from './encode.js';
export * from './ingest.js';
export * from './quarantine.js';
export * from './read/body.js';
