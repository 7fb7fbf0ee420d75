import { pgSchema, timestamp } from 'drizzle-orm/pg-core';

/** All our tables: BullMQ has its own schema and owns the search path of the embedded session. */
export const app = pgSchema('app');
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });
export const createdAt = () => time('created_at').notNull().defaultNow();
