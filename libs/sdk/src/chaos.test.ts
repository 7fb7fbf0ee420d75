import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from './testing/fake-server.js';
import { fakeServer, prediction, testClient } from './testing/harness.js';

const trouble = fc.constantFrom<Reply>(
  'accept',
  'accept',
  'reset',
  'accept-then-reset',
  { status: 500 },
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 413 },
  { status: 415 },
  { status: 401 },
  { status: 200, body: 'not a receipt' },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ log: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.constant('flush' as const) },
  { weight: 1, arbitrary: fc.constant('turn' as const) },
);

describe('whatever the server does', () => {
  it.each([false, true])('every event has exactly one fate (spool: %s)', async (spooling) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trouble, { maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        async (script, steps) => {
          const server = await fakeServer();
          server.script.push(...script);
          const dir = mkdtempSync(join(tmpdir(), 'plumbline-chaos-'));
          const spool = spooling ? { dir } : undefined;
          const { client, drops } = testClient(server.url, { batchSize: 7, queueMax: 60, flushIntervalMs: 1, spool });
          const ids: string[] = [];
          for (const next of steps) {
            if (next === 'flush') await client.flush();
            else if (next === 'turn') await new Promise((resolve) => setImmediate(resolve));
            else for (let i = 0; i < next.log; i++) ids.push(client.logPrediction(prediction()));
            const { queued, accepted, duplicates, rejected, dropped } = client.stats();
            expect(queued + accepted + duplicates + rejected + dropped).toBe(ids.length);
          }
          // a flush ends early at a 401, of which there is a bounded number
          for (let i = 0; i <= script.length && client.stats().queued > 0; i++) await client.flush();
          const { pending } = await client.close();
          const stats = client.stats();
          expect([pending, stats.queued, stats.spooled]).toEqual([0, 0, 0]);
          expect(stats.accepted + stats.duplicates + stats.dropped).toBe(ids.length);
          const lost = drops.map(({ event }) => event?.prediction_id as string);
          const stored = server.events.map((event) => event.prediction_id);
          // given up or stored; both only for one that was refused after an answer of its acceptance was lost
          expect([...new Set([...lost, ...stored])].toSorted()).toEqual(ids.toSorted());
          expect(readdirSync(dir)).toEqual([]);
          rmSync(dir, { recursive: true });
          await server.stop();
        },
      ),
      { numRuns: 25 },
    );
  });
});
