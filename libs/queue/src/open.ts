import type { Config, Logger } from '@plumbline/config';
import type { ControlStore } from '@plumbline/control';
import { createPostgresBackend, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { type Handlers, JOB_NAMES, type JobName, type Jobs } from './jobs.js';

export interface JobQueue {
  /** Asks for work soon; the same request made again before it started is one job. Never throws: a lost hint is found by `reconcile`. */
  ask<N extends JobName>(name: N, data: Jobs[N], delayMs?: number): Promise<void>;
  /** Starts a worker for every job name. */
  work(handlers: Handlers, every: Partial<Record<JobName, number>>): Promise<void>;
  close(): Promise<void>;
}

const QUEUE = 'plumbline';
const TIMING = { lockDuration: 30_000, stalledInterval: 15_000, maxStalledCount: 20, drainDelay: 5 };
const KEEP = { removeOnComplete: true, removeOnFail: { count: 100 } };

/** BullMQ on Redis when there is one, otherwise on PostgreSQL, embedded or not. One queue per job name, so that no kind starves another. */
export async function openQueue(config: Config, control: ControlStore, log: Logger): Promise<JobQueue> {
  const {
    Queue: QueueOn,
    Worker: WorkerOn,
    connection,
    end,
  } = config.REDIS_URL ? onRedis(config.REDIS_URL) : await onPostgres(control);
  const quiet = (error: Error) =>
    log.warn({ err: error.message }, 'the job store cannot be reached; work goes on when it is back');
  const queues = Object.fromEntries(
    JOB_NAMES.map((name) => {
      const queue = new QueueOn(`${QUEUE}-${name}`, { connection });
      queue.on('error', quiet);
      return [name, queue];
    }),
  ) as unknown as Record<JobName, Queue>;
  const workers: Worker[] = [];

  return {
    async ask(name, data, delayMs = 0) {
      const id = [name, ...Object.values(data)].join('~').replaceAll(':', '_');
      try {
        await queues[name].add(name, data, { ...KEEP, delay: delayMs, deduplication: { id, keepLastIfActive: true } });
      } catch (error) {
        quiet(error as Error);
      }
    },
    async work(handlers, every) {
      for (const name of JOB_NAMES) {
        const handle = handlers[name] as (data: unknown) => Promise<void>;
        const worker = new WorkerOn(
          `${QUEUE}-${name}`,
          async (job) => {
            const startedMs = performance.now();
            try {
              await handle(job.data);
              log.debug({ job: name, data: job.data, ms: Math.round(performance.now() - startedMs) }, 'a job is done');
            } catch (error) {
              log.error({ job: name, data: job.data, err: error }, 'a job failed; it is found again by reconcile');
              throw error;
            }
          },
          { connection, concurrency: name === 'deliver' ? 4 : 2, ...TIMING },
        );
        worker.on('error', quiet);
        workers.push(worker as unknown as Worker);
        const intervalMs = every[name];
        if (intervalMs)
          await queues[name].upsertJobScheduler(`every-${name}`, { every: intervalMs }, { name, data: {}, opts: KEEP });
      }
    },
    async close() {
      await Promise.allSettled(workers.map((w) => w.close()));
      await Promise.allSettled(Object.values(queues).map((q) => q.close()));
      await end();
    },
  };
}

function onRedis(url: string) {
  const connection = new Redis(url, { maxRetriesPerRequest: null, enableOfflineQueue: true });
  return { Queue, Worker, connection: connection as never, end: async () => void connection.disconnect() };
}

async function onPostgres(control: ControlStore) {
  const client = await control.pool.connect();
  try {
    await runMigrations(client as never, 'bullmq');
  } finally {
    client.release();
  }
  const classes = withBackend(createPostgresBackend);
  return {
    Queue: classes.Queue as unknown as typeof Queue,
    Worker: classes.Worker as unknown as typeof Worker,
    connection: control.pool as never,
    end: async () => {},
  };
}
