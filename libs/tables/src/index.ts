export * from './cells.js';
export * from './columns.js';
export * from './csv.js';
export * from './parquet.js';
