export * from './attempts.js';
export * from './auth.js';
export * from './invitations.js';
export * from './members.js';
export * from './passwords.js';
export * from './sessions.js';
