export { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
export * from './ids.js';
export * from './leases.js';
export * from './models.js';
export * from './open.js';
export { PglitePool } from './pglite/pool.js';
export * from './schema/index.js';
export * from './secrets.js';
export * from './within.js';
