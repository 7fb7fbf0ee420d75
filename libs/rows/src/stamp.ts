import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';

/** Whatever changes an answer about rows adds a row to one of these. */
const ROWS = ['predictions', 'labels', 'window_results'] as const;
/** What is said of a model itself depends on these as well. */
const ALL = [...ROWS, 'unmatched', 'batches', 'catalog'] as const;

/** How many rows there are of a model in each table: as long as it is the same, nothing has come. */
export type Stamp = Readonly<Record<(typeof ROWS)[number], number> & Partial<Record<(typeof ALL)[number], number>>>;

/** Of a model with so few rows any question may run beside others; those of a larger one take turns. */
const LIGHT_MAX = 200_000;
export const isLight = ({ predictions }: Stamp): boolean => predictions <= LIGHT_MAX;

const moment = new AsyncLocalStorage<Map<string, Promise<Stamp>>>();

/** What is asked within `work` is asked at one moment: stamps are read once. For questions alone, which change nothing. */
export const atOneMoment = <T>(work: () => Promise<T>): Promise<T> =>
  moment.getStore() ? work() : moment.run(new Map(), work);

type Of = Pick<ModelContext, 'projectId' | 'model'>;

/** Of the rows of a model, or of all that is known of it. */
export function stampOf(store: EventStore, model: Of, what: 'rows' | 'all' = 'rows'): Promise<Stamp> {
  const known = moment.getStore();
  const key = JSON.stringify([store.database, model.projectId, model.model, what]);
  const found = known?.get(key) ?? read(store, model, what === 'rows' ? ROWS : ALL);
  known?.set(key, found);
  return found;
}

async function read({ query, database }: EventStore, model: Of, tables: readonly string[]): Promise<Stamp> {
  const counts = await query<{ name: string; n: number }>(
    tables
      .map(
        (table) =>
          `SELECT '${table}' AS name, count() AS n FROM ${database}.${table} WHERE project = {project:String} AND model = {model:String}`,
      )
      .join(' UNION ALL '),
    { project: model.projectId, model: model.model },
  );
  const of = new Map(counts.map(({ name, n }) => [name, Number(n)]));
  return Object.fromEntries(tables.map((table) => [table, of.get(table) ?? 0])) as Stamp;
}
