export * from './channel/channels.js';
export * from './incident/change.js';
export * from './incident/mutes.js';
export * from './incident/view.js';
export * from './outbox/deliverDue.js';
export * from './render/index.js';
export * from './send/index.js';
