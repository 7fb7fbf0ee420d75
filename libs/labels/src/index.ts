export * from './batches.js';
export * from './counts.js';
export * from './join.js';
