export { AuthGuard, assertOwnPages, Needs, principalOf, Who } from './auth.js';
export * from './context.js';
export { registry } from './health.js';
export * from './live.js';
export * from './main.js';
export * from './problems.js';
export * from './server.js';
export * from './session.js';
