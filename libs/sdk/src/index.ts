export { Plumbline } from './client.js';
export { timeOfId, uuidv7 } from './ids.js';
export type { MonitorOptions } from './monitor.js';
export * from './types.js';
export { VERSION } from './version.js';
