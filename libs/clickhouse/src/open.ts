import { join } from 'node:path';
import type { Config } from '@plumbline/config';
import { openEmbedded } from './embedded.js';
import { migrate } from './migrate.js';
import { scoped } from './scope.js';
import { openServer } from './server.js';
import type { EventStore } from './store.js';

/** Opens the event store that the configuration names and brings its tables up to date. */
export async function openEventStore(config: Config): Promise<EventStore> {
  const database = config.CLICKHOUSE_DATABASE;
  const timeoutS = config.PLUMBLINE_QUERY_SECONDS_MAX;
  const store = config.CLICKHOUSE_URL
    ? await openServer({
        url: config.CLICKHOUSE_URL,
        username: config.CLICKHOUSE_USER,
        password: config.CLICKHOUSE_PASSWORD,
        database,
        cluster: config.CLICKHOUSE_CLUSTER,
        timeoutS,
      })
    : await openEmbedded(join(config.PLUMBLINE_DATA_DIR, 'clickhouse'), { database, timeoutS });
  await migrate(store, config.CLICKHOUSE_CLUSTER);
  return scoped(store);
}
