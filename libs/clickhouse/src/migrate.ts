import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type EventStore, jsonLines, storeTime } from './store.js';

/** clickhouse/migrations of this repository, from src and from dist alike. */
const FOLDER = fileURLToPath(new URL('../../../clickhouse/migrations/', import.meta.url));

/** One SQL text for a node and for a cluster: fills in database, engine and ON CLUSTER. */
export function render(sql: string, options: { database: string; cluster?: string }): string {
  const { database, cluster } = options;
  return sql
    .replaceAll('{{database}}', database)
    .replaceAll('{{on_cluster}}', cluster ? `ON CLUSTER '${cluster}'` : '')
    .replaceAll(/\{\{engine:(\w+)\(([^)]*)\)\}\}/g, (_, engine: string, args: string) => {
      if (!cluster) return `${engine}(${args})`;
      const path = `'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'`;
      return `Replicated${engine}(${path}${args ? `, ${args}` : ''})`;
    });
}

/** The statements of one file; comments hold no semicolons. */
export const statements = (sql: string): string[] =>
  sql
    .replaceAll(/^\s*--.*$/gm, '')
    .split(';')
    .map((s) => s.trim())
    .filter(Boolean);

export const migrationFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((f) => f.endsWith('.sql'))
    .sort();
export const migrationText = (file: string): string => readFileSync(FOLDER + file, 'utf8');

/** Runs what has not run yet, in order. Every statement is IF NOT EXISTS, so a run that was cut off is simply repeated. */
export async function migrate(store: EventStore, cluster?: string): Promise<string[]> {
  const { database } = store;
  const run = (sql: string) => store.command(render(sql, { database, cluster }));
  await run(
    "CREATE TABLE IF NOT EXISTS {{database}}.migrations {{on_cluster}} (name String, applied_at DateTime64(3, 'UTC')) ENGINE = {{engine:ReplacingMergeTree()}} ORDER BY name",
  );
  const done = new Set(
    (await store.query<{ name: string }>(`SELECT name FROM ${database}.migrations`)).map((r) => r.name),
  );
  const due = migrationFiles().filter((name) => !done.has(name));
  for (const name of due) {
    for (const statement of statements(migrationText(name))) await run(statement);
    await store.insert('migrations', jsonLines([{ name, applied_at: storeTime(Date.now()) }]));
  }
  return due;
}
