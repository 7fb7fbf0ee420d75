export * from './create.js';
export * from './decide.js';
export * from './result.js';
export * from './sample/draw.js';
export * from './send.js';
export * from './view.js';
