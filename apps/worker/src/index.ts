export * from './evaluate.js';
export { answerAttribution } from './explain/attribution.js';
export * from './probes.js';
export * from './worker.module.js';
