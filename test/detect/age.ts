import type { Draws } from './draws.js';
import { DAY_MS } from './month.js';
import { fared, watcher } from './watcher.js';

/** New versions come every four weeks, three days sooner or later. */
const CADENCE_DAYS = 28;
const JITTER_DAYS = 3;

/** When each version was first seen, epoch ms, the last one before `untilMs`. */
function versions(untilMs: number, { random }: Draws): number[] {
  const seen = [0];
  for (;;) {
    const next = seen.at(-1)! + (CADENCE_DAYS + JITTER_DAYS * (2 * random.uniform() - 1)) * DAY_MS;
    if (next >= untilMs) return seen;
    seen.push(next);
  }
}

const ageWatcher = (seen: readonly number[]) =>
  watcher('model age', (nowMs) => ({
    newestVersion: async () => ({ version: 'v', firstMs: seen.filter((ms) => ms <= nowMs).at(-1)! }),
    newestDeploy: async () => null,
  }));

/** Alarms per model-month of the model's age while new versions keep coming. */
export const peacefulAge = ({ days }: { days: number }, draws: Draws): Promise<number> =>
  ageWatcher(versions(days * DAY_MS, draws)).inPeace(0, days * DAY_MS);

/** How soon it rings after the last of the new versions. */
export async function afterLastVersion({ runs }: { runs: number }, draws: Draws): Promise<ReturnType<typeof fared>> {
  const WATCHED_DAYS = 120;
  const times: (number | null)[] = [];
  for (let run = 0; run < runs; run++) {
    const seen = versions(100 * DAY_MS, draws);
    const last = seen.at(-1)!;
    times.push(await ageWatcher(seen).after(last, last + WATCHED_DAYS * DAY_MS));
  }
  return fared(times);
}
