import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Server } from '../e2e/server.js';
import { type RunningDemo, startDemo } from './demo.js';
import { everyPage } from './journeys/everyPage.js';
import { explorer } from './journeys/explorer.js';
import { keyboard } from './journeys/keyboard.js';
import { live } from './journeys/live.js';
import { newcomer } from './journeys/newcomer.js';
import { oncall } from './journeys/oncall.js';
import { owner } from './journeys/owner.js';
import { trouble } from './journeys/trouble.js';

/** PLUMBLINE_TEST_BROWSER=off is for machines without a browser. */
const suite = process.env.PLUMBLINE_TEST_BROWSER === 'off' ? describe.skip : describe;

suite('the console over the demo', { timeout: 120_000 }, () => {
  let demo: RunningDemo;
  beforeAll(async () => {
    demo = await startDemo();
  }, 400_000);
  afterAll(async () => {
    expect(await demo?.stop()).toBe(0);
  }, 90_000);
  for (const journey of [newcomer, oncall, owner, explorer, trouble, keyboard, everyPage]) journey(() => demo);
});

suite('the console over nothing yet', { timeout: 120_000 }, () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start({ NODE_ENV: 'production' }, [], { console: true });
  }, 120_000);
  afterAll(async () => server?.dispose());
  live(() => server);
});
