export * from './access.js';
export * from './alerts.js';
export * from './contracts.js';
export * from './delivery.js';
export * from './models.js';
export * from './people.js';
export * from './views.js';
export * from './work.js';
