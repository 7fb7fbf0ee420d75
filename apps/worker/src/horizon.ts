/** How far back a look reaches although everything before was done: clocks differ, and writers may be slow. */
const SLACK_MS = 15 * 60_000;
/** Everything is looked through again this often, whatever was found before. */
const FULL_EVERY_MS = 3_600_000;

/**
 * Since when there may be work: looking for it must not read the whole past every time. Kept in memory, so a new process
 * looks through everything once.
 */
export class Horizon {
  private readonly known = new Map<string, { doneTo: number; fullAt: number }>();
  constructor(private readonly nowMs: () => number = Date.now) {}

  /** Epoch ms from which to look; 0 is everything. */
  since(key: string): number {
    const known = this.known.get(key);
    if (!known || this.nowMs() - known.fullAt >= FULL_EVERY_MS) return 0;
    return Math.max(0, known.doneTo - SLACK_MS);
  }

  /** Something older than what was seen may be there again. */
  forget(key: string): void {
    this.known.delete(key);
  }

  /** A look since `sinceMs` found nothing older than `oldestMs`. */
  saw(key: string, sinceMs: number, oldestMs: number): void {
    const fullAt = sinceMs === 0 ? this.nowMs() : (this.known.get(key)?.fullAt ?? Number.NEGATIVE_INFINITY);
    this.known.set(key, { doneTo: Math.min(oldestMs, this.nowMs()), fullAt });
  }
}
