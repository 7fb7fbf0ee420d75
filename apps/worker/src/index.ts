export * from './evaluate.js';
export * from './probes.js';
export * from './worker.module.js';
