export * from './drift.js';
export * from './measure.js';
export * from './natural.js';
export * from './profile.js';
export * from './source.js';
