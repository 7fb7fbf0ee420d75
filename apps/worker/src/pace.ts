/**
 * Keeps repeated work in proportion: after work of some length the same key rests several times as long, so that a stream
 * of late labels costs a bounded share of a core however fast it comes. The more keys rest at the same time, the longer: all of them
 * together cost at most `1 / factorOfAll` of a core. On a machine that is so slow that rests would become long, the share grows instead: a
 * key rests at most `restMsMax` for each of those that rest. Kept in memory: a new process starts rested.
 */
export class Pace {
  private readonly restUntil = new Map<string, number>();
  constructor(
    private readonly factor: number,
    private readonly factorOfAll = 0,
    private readonly nowMs: () => number = Date.now,
    private readonly restMsMax = Number.POSITIVE_INFINITY,
  ) {}

  /** How long the key still rests, in ms; 0 if it may work now. */
  waitMs(key: string): number {
    return Math.max(0, Math.ceil((this.restUntil.get(key) ?? 0) - this.nowMs()));
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const startedMs = this.nowMs();
    try {
      return await work();
    } finally {
      const endedMs = this.nowMs();
      this.restUntil.delete(key);
      for (const [other, until] of this.restUntil) if (until <= endedMs) this.restUntil.delete(other);
      const resting = this.restUntil.size + 1;
      const restMs = (endedMs - startedMs) * Math.max(this.factor, this.factorOfAll * resting);
      this.restUntil.set(key, endedMs + Math.min(restMs, this.restMsMax * resting));
    }
  }
}

/** Holds a look back while a burst goes on and until it has been quiet for `quietMs`, but never longer than `holdMsMax`. */
export class Hold {
  private readonly bursts = new Map<string, { sinceMs: number; lastMs: number }>();
  constructor(
    private readonly holdMsMax: number,
    private readonly quietMs: number,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** A burst goes on. */
  note(key: string): void {
    const nowMs = this.nowMs();
    this.bursts.set(key, { sinceMs: this.bursts.get(key)?.sinceMs ?? nowMs, lastMs: nowMs });
  }

  /** True: wait. Forgets the key when the burst is over or the wait was long enough. */
  holds(key: string): boolean {
    const burst = this.bursts.get(key);
    if (!burst) return false;
    const nowMs = this.nowMs();
    if (nowMs - burst.lastMs < this.quietMs && nowMs - burst.sinceMs < this.holdMsMax) return true;
    this.bursts.delete(key);
    return false;
  }
}
