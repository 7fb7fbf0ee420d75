export { type ColumnReader, type NumberColumn, readColumns } from './columns.js';
export * from './errors.js';
export * from './migrate.js';
export * from './open.js';
export * from './pool.js';
export * from './rowReader.js';
export * from './scope.js';
export * from './store.js';
