export * from './create.js';
export * from './range.js';
export * from './run.js';
export * from './view.js';
export { readFile, removeFile } from './write/chunks.js';
