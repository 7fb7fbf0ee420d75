export * from './api.module.js';
export * from './openapi.js';
