import { rm } from 'node:fs/promises';
import { createLogger } from '@plumbline/config';
import { openControl } from '@plumbline/control';
import { copyPostgres, eventually, temporaryFolder, testConfig } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Handlers, JOB_NAMES } from './jobs.js';
import { type JobQueue, openQueue } from './open.js';

const log = createLogger({ level: 'silent', pretty: false });
let folder: string;
let queue: JobQueue;
let close: () => Promise<void>;
/** What the workers do; each test says what it wants to see. */
let on: Partial<Handlers>;

async function open() {
  const config = testConfig(folder);
  const control = await openControl(config);
  queue = await openQueue(config, control, log);
  close = async () => {
    await queue.close();
    await control.close();
  };
}
const handlers = Object.fromEntries(
  JOB_NAMES.map((name) => [name, async (data: never) => on[name]?.(data)]),
) as unknown as Handlers;

beforeAll(async () => {
  folder = await temporaryFolder();
  await copyPostgres(folder);
  await open();
  await queue.work(handlers, { reconcile: 100 });
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  on = {};
});

const asked = { projectId: 'p:1', model: 'm' };

describe('jobs', () => {
  it('asked for again before they started are one job', async () => {
    const done: unknown[] = [];
    on = { join: async (data) => void done.push(data), windows: async () => void done.push('w') };
    for (let i = 0; i < 5; i++) await queue.ask('join', asked, 300);
    await queue.ask('join', { projectId: 'p:1', model: 'other' });
    await queue.ask('windows', asked);
    await eventually(() => done.length === 3);
    expect(done).toContainEqual(asked);
    expect(done).toContainEqual({ projectId: 'p:1', model: 'other' });
  });

  it('asked for while they run are run once more: what came meanwhile is not missed', async () => {
    let runs = 0;
    let release!: () => void;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    on = { join: async () => void (++runs === 1 && (await held)) };
    await queue.ask('join', asked);
    await eventually(() => runs === 1);
    for (let i = 0; i < 3; i++) await queue.ask('join', asked);
    release();
    await eventually(() => runs === 2);
    await queue.ask('join', asked);
    await eventually(() => runs === 3);
  });

  it('wait as long as they were told to', async () => {
    const at: number[] = [];
    on = { windows: async () => void at.push(Date.now()) };
    const askedAt = Date.now();
    await queue.ask('windows', asked, 400);
    await eventually(() => at.length === 1);
    expect(at[0]! - askedAt).toBeGreaterThanOrEqual(395);
  });

  it('are repeated by themselves', async () => {
    let runs = 0;
    on = { reconcile: async () => void runs++ };
    await eventually(() => runs >= 3);
  });

  it('that fail hold up neither the next nor the same one later', async () => {
    const done: string[] = [];
    let fails = true;
    on = {
      join: async ({ model }) => {
        if (model === 'bad' && fails) throw new Error('no');
        done.push(model);
      },
    };
    await queue.ask('join', { projectId: 'p', model: 'bad' });
    await queue.ask('join', { projectId: 'p', model: 'good' });
    await eventually(() => done.includes('good'));
    fails = false;
    await eventually(async () => {
      await queue.ask('join', { projectId: 'p', model: 'bad' });
      return done.includes('bad');
    });
  });
});

describe('a store that is closed and opened again', () => {
  it('kept what was asked for; asked while it is away it loses a hint and nothing else', async () => {
    const done: unknown[] = [];
    on = { look: async (data) => void done.push(data) };
    await queue.ask('look', asked, 300);
    await close();
    await expect(queue.ask('look', asked)).resolves.toBeUndefined();
    await open();
    await queue.work(handlers, {});
    await eventually(() => done.length === 1);
    expect(done).toEqual([asked]);
  });
});
