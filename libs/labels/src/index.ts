export * from './adopt.js';
export * from './batches.js';
export * from './counts.js';
export * from './identities.js';
export * from './join.js';
export * from './retention.js';
