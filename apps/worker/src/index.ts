export * from './probes.js';
export * from './worker.module.js';
