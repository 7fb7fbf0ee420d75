export * from './defaults.js';
export * from './evaluate.js';
export * from './evaluations.js';
export { comparable, schemaChanges } from './kinds/checks.js';
export { KINDS } from './kinds/index.js';
export * from './probes.js';
export * from './state.js';
export * from './store.js';
export * from './windows.js';
