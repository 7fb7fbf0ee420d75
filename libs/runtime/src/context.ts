import { type Auth, KeyRing, openAuth, personCookie } from '@plumbline/access';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import type { Config, Logger } from '@plumbline/config';
import { type ControlStore, loadSecrets, newId, openControl, type Secrets } from '@plumbline/control';
import { type JobQueue, openQueue } from '@plumbline/queue';
import { type Live, openLive } from './live.js';

/** What a process of Plumbline holds: the configuration, the stores, and how parts of it hear of each other. */
export type Context = {
  config: Config;
  log: Logger;
  store: EventStore;
  control: ControlStore;
  queue: JobQueue;
  keys: KeyRing;
  /** Accounts and sessions of people. */
  auth: Auth;
  personCookie: string;
  secrets: Secrets;
  live: Live;
  /** Names this process in leases. */
  instance: string;
  close(): Promise<void>;
};

/** Token under which Nest provides the context. */
export const CONTEXT = 'plumbline.context';

/** Opens all stores and migrates them. The event store comes first: its lock guards the whole data folder. */
export async function openContext(config: Config, log: Logger): Promise<Context> {
  const secrets = loadSecrets(config);
  const store = await openEventStore(config);
  const control = await openControl(config);
  const queue = await openQueue(config, control, log);
  const live = await openLive(control);
  return {
    config,
    log,
    store,
    control,
    queue,
    secrets,
    live,
    keys: new KeyRing(control.db),
    auth: openAuth(control.db, {
      secret: secrets.derive('people'),
      url: consoleUrl(config),
      secureCookies: config.PLUMBLINE_SECURE_COOKIES,
      log: (message, err) => log.error({ err }, `sessions of people: ${message}`),
    }),
    personCookie: personCookie(config.PLUMBLINE_SECURE_COOKIES),
    instance: newId(),
    async close() {
      await queue.close();
      await live.close();
      await control.close();
      await store.close();
    },
  };
}

/** Where people open the console: links in alerts start with it. */
export const consoleUrl = (config: Config): string =>
  config.PLUMBLINE_PUBLIC_URL ??
  `http://${config.PLUMBLINE_HOST === '0.0.0.0' ? '127.0.0.1' : config.PLUMBLINE_HOST}:${config.PLUMBLINE_PORT}`;
