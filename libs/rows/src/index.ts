export * from './copies.js';
export * from './events.js';
export * from './fields.js';
export * from './rows.js';
