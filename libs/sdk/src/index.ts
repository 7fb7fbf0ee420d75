export { Plumbline } from './client.js';
export { timeOfId, uuidv7 } from './ids.js';
export type { MonitorOptions, MonitorResult } from './monitor.js';
export * from './types.js';
export { VERSION } from './version.js';
