export * from './jobs.js';
export * from './open.js';
