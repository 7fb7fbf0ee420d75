import { Failure } from '../failure.js';
import { notReached } from './api.js';
import { backoffMs, sleep } from './retry.js';

/** Something that may be otherwise later. `away`: there was no answer at all. */
export type Passing = { why: string; afterMs: number; away: boolean };

/** A server that was never reached is most likely a wrong address: nobody should wait minutes to hear of it. */
const FIRST_ANSWER_MS = 15_000;

/** How long requests are tried again: one clock for all that are under way, set anew by every success. */
export class Patience {
  #since: number;
  #reached = false;
  #failures = 0;

  constructor(
    private readonly options: {
      url: string;
      giveUpMs?: number;
      stop: AbortSignal;
      nowMs: () => number;
      random: () => number;
      /** Told what is waited for; null when it goes on. */
      onWait(why: string | null): void;
    },
  ) {
    this.#since = options.nowMs();
  }

  succeeded(): void {
    if (this.#failures > 0) this.options.onWait(null);
    this.#failures = 0;
    this.#reached = true;
    this.#since = this.options.nowMs();
  }

  /** Waits for the next try, or throws because it has been long enough. */
  async wait({ why, afterMs, away }: Passing): Promise<void> {
    const { url, giveUpMs, stop, nowMs, random, onWait } = this.options;
    if (!away) this.#reached = true;
    const limitMs = giveUpMs ?? (this.#reached ? GIVE_UP_MS : FIRST_ANSWER_MS);
    const leftMs = this.#since + limitMs - nowMs();
    if (leftMs <= 0)
      throw new Failure(
        away ? notReached(url, why) : `${url} has not taken anything for ${Math.round(limitMs / 1000)} s (${why}).`,
      );
    this.#failures++;
    const ms = Math.min(Math.max(afterMs, backoffMs(this.#failures, random())), leftMs);
    onWait(`waiting for ${url} (${why})`);
    await sleep(ms, stop);
  }
}
export const GIVE_UP_MS = 5 * 60_000;
