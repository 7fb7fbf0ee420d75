import { parseArgs } from 'node:util';
import { Server } from '../e2e/server.js';
import { Dice } from '../fuzz/dice.js';
import type { Trial } from '../trial.js';
import { Account } from './account.js';
import { audit } from './audit.js';
import { Sender } from './sender.js';
import { GIVEN_UP, MODELS, Traffic } from './traffic.js';

const SENDERS = 6;
/** Share of cycles in which it is killed once more while it starts. */
const WHILE_STARTING = 0.3;

/**
 * Kills the server with SIGKILL at random moments under load and starts it again on the same data; senders repeat what
 * was not acknowledged. In the end every acknowledged id is there exactly once. `--cycles N --seed S`.
 */
const chaos: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: { cycles: { type: 'string' }, seed: { type: 'string' }, remember: { type: 'string' } },
  });
  const cycles = Number(values.cycles ?? 25);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  if (!Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(seed))
    throw new Error('--cycles and --seed are whole numbers.');
  progress(`chaos: ${cycles} kills, seed ${seed}`);
  const startedMs = Date.now();
  const dice = new Dice(seed);
  const server = await Server.start(values.remember ? { PLUMBLINE_DEDUP_EVENTS: values.remember } : {});
  const client = server.client();
  const account = new Account();
  let going = true;
  try {
    for (const model of [...MODELS, GIVEN_UP])
      await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
    const senders = Array.from({ length: SENDERS }, (_, i) => {
      const own = new Dice(seed + 7919 * (i + 1));
      return new Sender(client, account, new Traffic(own, `s${i}`), own);
    });
    const sending = Promise.all(senders.map((sender) => sender.run(() => going)));
    const restartsMs: number[] = [];
    const livesMs: number[] = [];
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const before = account.acknowledged;
      await Promise.race([sending, sleep(100 + dice.below(2_400))]);
      await server.kill9();
      const began = account.acknowledged - before;
      if (dice.chance(WHILE_STARTING)) {
        const cut = server.restart();
        await sleep(50 + dice.below(2_500));
        await server.kill9();
        cut.catch(() => {}); // it waits for any server on its port, so also for the next one
      }
      const downMs = Date.now();
      livesMs.push(downMs);
      await server.restart();
      restartsMs.push(Date.now() - downMs);
      progress(
        `${Math.floor((100 * cycle) / cycles)} % · kill ${cycle} of ${cycles} after ${began} more acknowledged events · up again in ${restartsMs.at(-1)} ms · ${account.wrong.length} wrong`,
      );
    }
    going = false;
    await sending;
    progress('senders are done; counting');
    const { joined, countedTwice } = await audit(client, account, senders, livesMs, 240_000);
    for (const wrong of account.wrong.slice(0, 20)) progress(`wrong: ${wrong}`);
    restartsMs.sort((a, b) => a - b);
    return {
      ok: account.wrong.length === 0 && account.lost === 0 && countedTwice === 0 && account.acknowledged > 0,
      summary: {
        cycles,
        acknowledged: account.acknowledged,
        resent: account.resent,
        lost: account.lost,
        counted_twice: countedTwice,
        joined,
        restart_p50_ms: restartsMs[Math.floor(restartsMs.length / 2)],
        restart_max_ms: restartsMs.at(-1),
        seconds: Math.round((Date.now() - startedMs) / 100) / 10,
        seed,
        ...(account.wrong.length > 0 ? { wrong: account.wrong.length, first: account.wrong.slice(0, 20) } : {}),
      },
    };
  } finally {
    going = false;
    await server.dispose();
  }
};
export default chaos;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
