export * from './audit.js';
export * from './bootstrap.js';
export * from './keys.js';
export * from './people/index.js';
