export * from './clock.js';
export * from './events.js';
export * from './eventually.js';
export * from './project.js';
export * from './send.js';
export * from './stores.js';
export * from './vendors/index.js';
export * from './watched.js';
