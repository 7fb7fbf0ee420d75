import type { EventStore } from './store.js';

/** Tables that hold rows of several projects side by side. */
const TENANT_TABLES =
  /\.(predictions|outcomes|arrived_predictions|arrived_outcomes|located|batches|batches_done|labels|unmatched|catalog|reference_rows|quarantine|window_results|window_newest|slices_found|estimates_scored|profile_bins|profile_facts|profiles|evaluations|export_chunks|export_rows)\b/;
const READS_OR_DELETES = /^\s*(WITH|SELECT|INSERT\s+INTO\s[\s\S]*?\bSELECT|DELETE|ALTER\s[\s\S]*?\bDELETE)\b/i;
const CONDITION = /\bproject\s*=\s*\{\w+:String\}/;

/** Refuses a statement that could see the rows of another project; `acrossProjects` is for the few that must. */
export function assertScoped(sql: string, options: { acrossProjects?: boolean }): void {
  if (options.acrossProjects || !TENANT_TABLES.test(sql) || !READS_OR_DELETES.test(sql) || CONDITION.test(sql)) return;
  throw new Error(`A statement lacks its project condition (project = {project:String}): ${sql.slice(0, 120)}`);
}

/** The store with that refusal in front of every statement. */
export function scoped(store: EventStore): EventStore {
  return {
    ...store,
    async query(sql, params, options = {}) {
      assertScoped(sql, options);
      return store.query(sql, params, options);
    },
    async queryBinary(sql, params, options = {}) {
      assertScoped(sql, options);
      return store.queryBinary(sql, params, options);
    },
    async command(sql, params, options = {}) {
      assertScoped(sql, options);
      return store.command(sql, params, options);
    },
  };
}
