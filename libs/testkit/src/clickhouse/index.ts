export * from './httpServer.js';
