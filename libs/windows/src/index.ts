export * from './compare/compare.js';
export * from './curves/curves.js';
export * from './performance/performance.js';
export * from './recompute/dirty.js';
export * from './recompute/recompute.js';
export * from './rows/events.js';
export * from './rows/fields.js';
export * from './rows/rows.js';
