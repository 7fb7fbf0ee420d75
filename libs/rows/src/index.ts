export * from './copies.js';
export * from './cuts.js';
export * from './events.js';
export * from './fields.js';
export * from './known.js';
export * from './order.js';
export * from './rows.js';
export * from './values.js';
