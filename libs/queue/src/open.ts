import type { Config, Logger } from '@plumbline/config';
import { type ControlStore, withinMs } from '@plumbline/control';
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
/** How long a hint may hold up whoever gives it; while the job store is away it is dropped. */
const ASK_MS_MAX = 2_000;
/** How often it is looked whether the schedules are still there: an emptied Redis has lost them. */
const SCHEDULES_MS = 15_000;
const ASKED_MAX = 50_000;
const WARN_MS = 10_000;
/** How often it is said what closing waits for. */
const CLOSING_TOLD_MS = 3_000;

/** BullMQ on Redis when there is one, otherwise on PostgreSQL, embedded or not. One queue per job name, so that no kind starves another. */
export async function openQueue(config: Config, control: ControlStore, log: Logger): Promise<JobQueue> {
  const {
    Queue: QueueOn,
    Worker: WorkerOn,
    asking,
    working,
    end,
  } = config.REDIS_URL ? onRedis(config.REDIS_URL) : await onPostgres(control);
  let warnedMs = 0;
  const quiet = (error: unknown) => {
    if (Date.now() - warnedMs < WARN_MS) return;
    warnedMs = Date.now();
    log.warn({ err: error }, 'the job store cannot be reached; work goes on when it is back');
  };
  const queues = Object.fromEntries(
    JOB_NAMES.map((name) => {
      const queue = new QueueOn(`${QUEUE}-${name}`, { connection: asking });
      queue.on('error', quiet);
      return [name, queue];
    }),
  ) as unknown as Record<JobName, Queue>;
  const workers: Worker[] = [];
  const underWay = new Set<string>();
  /** Jobs that were asked for and cannot have begun yet, by when they may. */
  const dueAt = new Map<string, number>();
  let schedules: NodeJS.Timeout | undefined;

  const remember = (id: string, due: number) => {
    if (dueAt.size >= ASKED_MAX) dueAt.clear();
    dueAt.set(id, due);
  };

  return {
    async ask(name, data, delayMs = 0) {
      const id = [name, ...Object.values(data)].join('~').replaceAll(':', '_');
      const now = Date.now();
      if (now < (dueAt.get(id) ?? 0)) return; // it will see what this caller has just written
      if (delayMs > 0) remember(id, now + delayMs);
      try {
        const options = { ...KEEP, delay: delayMs, deduplication: { id, keepLastIfActive: true } };
        await withinMs(queues[name].add(name, data, options), ASK_MS_MAX);
      } catch (error) {
        dueAt.delete(id);
        quiet(error);
      }
    },
    async work(handlers, every) {
      for (const name of JOB_NAMES) {
        const handle = handlers[name] as (data: unknown) => Promise<void>;
        const worker = new WorkerOn(
          `${QUEUE}-${name}`,
          async (job) => {
            const startedMs = performance.now();
            const called = [name, ...Object.values(job.data as object)].join(' ');
            underWay.add(called);
            try {
              await handle(job.data);
              log.debug({ job: name, data: job.data, ms: Math.round(performance.now() - startedMs) }, 'a job is done');
            } catch (error) {
              log.error({ job: name, data: job.data, err: error }, 'a job failed; it is found again by reconcile');
              throw error;
            } finally {
              underWay.delete(called);
            }
          },
          { connection: working, concurrency: name === 'deliver' ? 4 : 2, ...TIMING },
        );
        worker.on('error', quiet);
        workers.push(worker as unknown as Worker);
      }
      const schedule = async (only: 'missing' | 'all') => {
        for (const [name, everyMs] of Object.entries(every) as [JobName, number][]) {
          const id = `every-${name}`;
          if (only === 'missing' && (await queues[name].getJobScheduler(id))) continue;
          await queues[name].upsertJobScheduler(id, { every: everyMs }, { name, data: {}, opts: KEEP });
        }
      };
      await schedule('all');
      schedules = setInterval(() => void schedule('missing').catch(quiet), SCHEDULES_MS);
    },
    async close() {
      clearInterval(schedules);
      const tell = setInterval(() => log.info({ jobs: [...underWay] }, 'closing waits for jobs'), CLOSING_TOLD_MS);
      await Promise.allSettled(workers.map((w) => w.close()));
      clearInterval(tell);
      await Promise.allSettled(Object.values(queues).map((q) => q.close()));
      await end();
    },
  };
}

/** Whoever asks is refused at once while Redis is away; workers wait for it. */
function onRedis(url: string) {
  const asking = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const working = new Redis(url, { maxRetriesPerRequest: null });
  const all = [asking, working];
  for (const connection of all) connection.on('error', () => {}); // the queues and workers on it tell
  const end = async () => {
    for (const connection of all) connection.disconnect();
  };
  return { Queue, Worker, asking: asking as never, working: working as never, end };
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
    asking: control.pool as never,
    working: control.pool as never,
    end: async () => {},
  };
}
