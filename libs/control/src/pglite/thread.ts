import { Worker } from 'node:worker_threads';

export type Statement = { text: string; params?: readonly unknown[]; rowMode?: 'array' };
export type Answer = { rows: unknown[]; fields: unknown[]; rowCount: number };
type Message = Partial<Answer> & {
  id?: number;
  ready?: true;
  notification?: { channel: string; payload: string };
  error?: { message: string; code?: string };
};

/** The thread that PostgreSQL runs in: statements in, answers and notifications out. Statements run in the order they come. */
export class PgliteThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve(a: Answer): void; reject(e: Error): void }>();
  private nextId = 1;
  private failure: Error | undefined;
  readonly ready: Promise<void>;
  onNotification: (channel: string, payload: string) => void = () => {};

  constructor(dataDir: string | undefined) {
    this.worker = new Worker(new URL('../../worker/pglite.mjs', import.meta.url), { workerData: { dataDir } });
    this.ready = new Promise((resolve, reject) => {
      this.worker.once('error', reject);
      this.worker.on('message', (message: Message) => (message.ready ? resolve() : this.receive(message)));
    });
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('The embedded PostgreSQL has ended.')));
  }

  run(statement: Statement): Promise<Answer> {
    return this.send(statement);
  }

  async close(): Promise<void> {
    if (!this.failure) await this.send({ close: true });
    await this.worker.terminate();
  }

  private send(body: Statement | { close: true }): Promise<Answer> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...body });
    });
  }

  private receive({ id, notification, error, ...answer }: Message): void {
    if (notification) {
      this.onNotification(notification.channel, notification.payload);
      return;
    }
    const caller = this.waiting.get(id ?? -1);
    this.waiting.delete(id ?? -1);
    if (error) caller?.reject(Object.assign(new Error(error.message), error));
    else caller?.resolve({ rows: answer.rows ?? [], fields: answer.fields ?? [], rowCount: answer.rowCount ?? 0 });
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}
