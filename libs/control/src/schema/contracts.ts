import type { ContractBody } from '@plumbline/contracts';
import { integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { app, createdAt } from './app.js';

/** Edited data contracts, every revision; a model without one has the contract inferred from its reference. */
export const dataContracts = app.table(
  'data_contracts',
  {
    projectId: text('project_id').notNull(),
    model: text('model').notNull(),
    revision: integer('revision').notNull(),
    body: jsonb('body').$type<Omit<ContractBody, 'revision'>>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.model, t.revision] })],
);
