import { parseArgs } from 'node:util';
import { startFakeVendor } from '@plumbline/testkit';
import { eventually } from '../e2e/eventually.js';
import { Server } from '../e2e/server.js';
import { Dice } from '../fuzz/dice.js';
import type { Trial } from '../trial.js';
import { AlertCase } from './alertCase.js';

/**
 * Where between detection and end the process is killed. At `… at the door` a vendor has done what it was asked and is not
 * heard; after `… answered` nobody has written down what it said.
 */
const STEPS = [
  ...(['fault sent', 'open', 'open at the door', 'open answered'] as const),
  ...(['mended', 'resolved', 'resolve at the door', 'resolve answered'] as const),
];
type Step = (typeof STEPS)[number];
const WAIT_MS = 120_000;
/** Share of kills after which another comes while it starts. */
const AGAIN = 0.25;

/**
 * Kills the server with SIGKILL between any two steps from fault to resolved, and starts it again on the same data. In the end
 * every incident was told to every channel, none twice as a new page, and no end before its beginning. `--cycles N --seed S`.
 */
const chaos: Trial = async (args, progress) => {
  const { values } = parseArgs({ args, options: { cycles: { type: 'string' }, seed: { type: 'string' } } });
  const cycles = Number(values.cycles ?? 25);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  if (!Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(seed))
    throw new Error('--cycles and --seed are whole numbers.');
  progress(`chaos: ${cycles} faults, seed ${seed}`);
  const startedMs = Date.now();
  const dice = new Dice(seed);
  const vendor = await startFakeVendor();
  const server = await Server.start({ PLUMBLINE_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8' });
  const client = server.client();
  const wrong: string[] = [];
  const killedAt: Record<string, number> = {};
  let kills = 0;
  let slackRepeats = 0;
  let pagedTwice = 0;
  let endsFirst = 0;
  let delivered = 0;

  const kill = async (step: Step) => {
    await server.kill9();
    kills += 1;
    killedAt[step] = (killedAt[step] ?? 0) + 1;
    vendor.otherwise('ok');
    if (dice.chance(AGAIN)) {
      const cut = server.restart();
      await new Promise((resolve) => setTimeout(resolve, 50 + dice.below(2_500)));
      await server.kill9();
      kills += 1;
      cut.catch(() => {}); // it waits for any server on its port, so also for the next one
    }
    await server.restart();
  };

  try {
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const it = await AlertCase.begin(client, vendor, cycle);
      // All steps in turn, then at random.
      const step = STEPS[cycle <= STEPS.length ? cycle - 1 : dice.below(STEPS.length)]!;
      const reach = (what: string, ask: () => Promise<boolean> | boolean) =>
        eventually(ask, { what: `${what} of ${it.model}`, withinMs: WAIT_MS, everyMs: 20 });
      const killIf = async (here: Step) => {
        if (here === step) await kill(here);
      };
      const half = async (event: 'open' | 'resolve', state: string, atDoor: Step, seen: Step, answered: Step) => {
        if (step === atDoor) vendor.otherwise('silent');
        let looked = 0;
        await reach(state, async () => {
          // Its schedule looks within the minute; a person who asks is faster.
          if (Date.now() - looked > 1000 && !it.heard(event)) {
            looked = Date.now();
            await it.look();
          }
          if (step === atDoor || step === answered) return it.heard(event);
          return (await it.incidents()).some((i) => i.state === state);
        });
        await killIf(seen);
        await killIf(atDoor);
        await killIf(answered);
        await reach(`the news ${event}`, () => it.heard(event));
      };
      await it.fault();
      await killIf('fault sent');
      await half('open', 'open', 'open at the door', 'open', 'open answered');
      await it.mend();
      await killIf('mended');
      await half('resolve', 'resolved', 'resolve at the door', 'resolved', 'resolve answered');
      await eventually(() => it.ended(), { what: `the end of ${it.model}`, withinMs: WAIT_MS }).then(
        () => {
          delivered += 1;
        },
        (error: Error) => void wrong.push(error.message),
      );
      const found = await it.wrong();
      wrong.push(...found.wrong);
      pagedTwice += found.pagedTwice;
      endsFirst += found.endsFirst;
      slackRepeats += found.slackRepeats;
      progress(`${Math.floor((100 * cycle) / cycles)} % · ${it.model} killed at: ${step} · ${wrong.length} wrong`);
    }
    for (const line of wrong.slice(0, 20)) progress(`wrong: ${line}`);
    return {
      ok: wrong.length === 0 && delivered === cycles && kills >= cycles,
      summary: {
        ...{ cycles, kills, killed_at: killedAt, delivered, lost: cycles - delivered, paged_twice: pagedTwice },
        ...{ resolve_before_trigger: endsFirst, wrong: wrong.length },
        slack_webhook_repeats: slackRepeats,
        seconds: Math.round((Date.now() - startedMs) / 100) / 10,
        seed,
        ...(wrong.length > 0 && { first: wrong.slice(0, 20) }),
      },
    };
  } finally {
    await server.dispose();
    await vendor.close();
  }
};
export default chaos;
