export * from './audit.js';
export * from './bootstrap.js';
export * from './keys.js';
