/** What memory knows about an identity: what was said under it, and, while it is being written, who writes it. */
export type Known = { payload: string; givenTs: number | null; writing?: Ticket };

/** The fate of one row of a flush; `done` settles when its flush has ended. */
export type Ticket = {
  verdict: 'accepted' | 'duplicate' | 'conflict' | 'unstorable' | undefined;
  reason?: string;
  done: Promise<void>;
};

/**
 * A bounded memory of identities in two generations: when the young one is full, the old one is forgotten.
 * `coveredFromMs` is the arrival time since which nothing was forgotten.
 */
export class Seen {
  private young = new Map<string, Known>();
  private old = new Map<string, Known>();
  private youngSinceMs: number;

  constructor(
    private readonly entriesMax: number,
    public coveredFromMs: number,
    nowMs: number,
  ) {
    this.youngSinceMs = nowMs;
  }

  get(key: string): Known | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: string, known: Known, nowMs: number): void {
    if (this.young.size >= this.entriesMax / 2 && !this.young.has(key)) {
      if (this.old.size > 0) this.coveredFromMs = this.youngSinceMs;
      this.old = this.young;
      this.young = new Map();
      this.youngSinceMs = nowMs;
    }
    this.young.set(key, known);
  }

  delete(key: string): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  /** Forgets all that is stored; from now on an earlier copy is looked up there. */
  clear(nowMs: number): void {
    const writing = [...this.old, ...this.young].filter(([, known]) => known.writing);
    this.old = new Map();
    this.young = new Map(writing);
    this.youngSinceMs = nowMs;
    this.coveredFromMs = nowMs;
  }

  /** May an earlier copy of an event of this time have been forgotten? Events come at most `aheadMs` before their time. */
  mayHaveForgotten(eventMs: number, aheadMs: number): boolean {
    return eventMs - aheadMs < this.coveredFromMs;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
