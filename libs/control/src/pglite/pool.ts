import { EventEmitter } from 'node:events';
import { type Answer, PgliteThread, type Statement } from './thread.js';

type QueryConfig = { text: string; values?: readonly unknown[]; rowMode?: 'array' };

/**
 * Embedded PostgreSQL in the shape of a `pg.Pool`, so that drizzle and BullMQ run the code that they run on a server.
 * There is one session underneath: a client that begins a transaction has it to itself until it commits or rolls back.
 */
export class PglitePool extends EventEmitter {
  readonly options = { keepAlive: true };
  private readonly thread: PgliteThread;
  private readonly clients = new Set<PgliteClient>();
  private owner: PgliteClient | undefined;
  private readonly queue: {
    client: PgliteClient;
    statement: Statement;
    resolve(a: Answer): void;
    reject(e: Error): void;
  }[] = [];

  private constructor(thread: PgliteThread) {
    super();
    this.setMaxListeners(0);
    this.thread = thread;
    thread.onNotification = (channel, payload) => {
      for (const client of this.clients) client.emit('notification', { channel, payload });
    };
  }

  /** Opens (and at first start creates) the database in `dataDir`; without one it lives in memory. */
  static async open(dataDir?: string): Promise<PglitePool> {
    const thread = new PgliteThread(dataDir);
    await thread.ready;
    return new PglitePool(thread);
  }

  async connect(): Promise<PgliteClient> {
    const client = new PgliteClient(this);
    this.clients.add(client);
    return client;
  }

  async query(query: string | QueryConfig, values?: readonly unknown[]): Promise<Answer> {
    const client = new PgliteClient(this);
    return client.query(query, values);
  }

  async end(): Promise<void> {
    await this.thread.close();
    this.removeAllListeners();
  }

  /** Runs in order of asking, except that a client in a transaction goes before everybody else until it ends it. */
  run(client: PgliteClient, statement: Statement): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.queue.push({ client, statement, resolve, reject });
      this.dispatch();
    });
  }

  /** A client that goes away inside a transaction takes its changes with it. */
  release(client: PgliteClient): void {
    this.clients.delete(client);
    if (this.owner === client || this.queue.some((q) => q.client === client))
      void this.run(client, { text: 'ROLLBACK' }).catch(() => {});
  }

  /** The thread answers in order, so ownership can change as soon as a statement is handed to it. */
  private dispatch(): void {
    for (let i = 0; i < this.queue.length; ) {
      const { client, statement, resolve, reject } = this.queue[i]!;
      if (this.owner && this.owner !== client) {
        i++;
        continue;
      }
      this.queue.splice(i, 1);
      const begins = BEGINS.test(statement.text);
      const whole = begins && WHOLE.test(statement.text);
      if (begins && !whole) this.owner = client;
      else if (ENDS.test(statement.text) && this.owner === client) {
        this.owner = undefined;
        i = 0;
      }
      this.thread.run(statement).then(resolve, reject);
      // A text that fails before its own COMMIT must not leave its transaction to the next one.
      if (whole) this.thread.run({ text: 'ROLLBACK' }).catch(() => {});
    }
  }
}

const BLANK = String.raw`^(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)*`;
const BEGINS = new RegExp(`${BLANK}(begin|start\\s+transaction)\\b`, 'i');
const ENDS = new RegExp(`${BLANK}(commit|end|rollback(?!\\s+to))\\b`, 'i');
/** Several statements in one text, the last of which ends the transaction. */
const WHOLE = /;\s*(commit|end|rollback)\s*;?\s*$/i;

export class PgliteClient extends EventEmitter {
  constructor(private readonly pool: PglitePool) {
    super();
    this.setMaxListeners(0);
  }
  query(query: string | QueryConfig, values?: readonly unknown[]): Promise<Answer> {
    const config = typeof query === 'string' ? { text: query } : query;
    const params = values ?? (typeof query === 'string' ? undefined : query.values);
    return this.pool.run(this, { text: config.text, params, rowMode: (config as QueryConfig).rowMode });
  }
  release(): void {
    this.pool.release(this);
  }
}
