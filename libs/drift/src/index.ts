export * from './drift.js';
export * from './measure.js';
export * from './profile.js';
export * from './source.js';
