/**
 * Keeps repeated work in proportion: after work of some length the same key rests several times as long, so that a stream
 * of late labels costs a bounded share of a core however fast it comes. The more keys rest at the same time, the longer: all of them
 * together cost at most `1 / factorOfAll` of a core. Kept in memory: a new process starts rested.
 */
export class Pace {
  private readonly restUntil = new Map<string, number>();
  constructor(
    private readonly factor: number,
    private readonly factorOfAll = 0,
    private readonly nowMs: () => number = Date.now,
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
      const factor = Math.max(this.factor, this.factorOfAll * (this.restUntil.size + 1));
      this.restUntil.set(key, endedMs + (endedMs - startedMs) * factor);
    }
  }
}

/** Holds a look back while a burst goes on, but never longer than `holdMsMax`. */
export class Hold {
  private readonly since = new Map<string, number>();
  constructor(
    private readonly holdMsMax: number,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** True: wait. Forgets the key when the burst is over or the wait was long enough. */
  holds(key: string, burst: boolean): boolean {
    if (!burst) {
      this.since.delete(key);
      return false;
    }
    const since = this.since.get(key) ?? this.nowMs();
    this.since.set(key, since);
    if (this.nowMs() - since < this.holdMsMax) return true;
    this.since.delete(key);
    return false;
  }
}
