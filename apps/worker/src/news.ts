/** A stream of late labels must not make monitors look over the past all the time. */
const LOOK_BACK_EVERY_MS = 3_600_000;

/**
 * What came of models since their monitors looked, kept in memory: it only decides what is looked at first and how soon. What changed
 * before this process began may not have been looked at, so every past counts as changed at first.
 */
export class News {
  private readonly rows = new Map<string, number>();
  private readonly pastKnown = new Set<string>();
  private readonly pastChanged = new Set<string>();
  /** When a past was last found to say something. */
  private readonly pastTold = new Map<string, number>();

  /** Rows that came since the last look; undefined if none are known of. */
  of(key: string): number | undefined {
    return this.rows.get(key);
  }

  came(key: string, rows: number): void {
    this.rows.set(key, (this.rows.get(key) ?? 0) + rows);
  }

  /** Monitors look at what came until now. */
  seen(key: string): void {
    this.rows.delete(key);
  }

  changedPast(key: string): void {
    this.pastChanged.add(key);
  }

  isPastNew(key: string): boolean {
    return !this.pastKnown.has(key) || this.pastChanged.has(key);
  }

  /** How long until the past may be looked at again, in ms. */
  pastRestMs(key: string, nowMs: number): number {
    return (this.pastTold.get(key) ?? 0) + LOOK_BACK_EVERY_MS - nowMs;
  }

  pastSeen(key: string): void {
    this.pastKnown.add(key);
    this.pastChanged.delete(key);
  }

  pastSaid(key: string, nowMs: number): void {
    this.pastTold.set(key, nowMs);
  }
}
