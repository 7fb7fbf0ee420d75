export type OfModel = { projectId: string; model: string };
export const keyOf = ({ projectId, model }: OfModel): string => `${projectId}~${model}`;

/** A stream of late labels must not make monitors look over the past all the time. */
const LOOK_BACK_EVERY_MS = 3_600_000;

/**
 * What came of models since their monitors looked, kept in memory: it only decides what is looked at first and how soon. What changed
 * before this process began may not have been looked at, so every past counts as changed at first.
 */
export class News {
  private readonly rows = new Map<string, number>();
  private readonly pastKnown = new Set<string>();
  private readonly pastChanged = new Map<string, OfModel>();
  /** When the past of a model may be looked at again. */
  private readonly pastRests = new Map<string, number>();

  /** Rows that came since the last look; undefined if none are known of. */
  of(model: OfModel): number | undefined {
    return this.rows.get(keyOf(model));
  }

  came(model: OfModel, rows: number): void {
    this.rows.set(keyOf(model), (this.of(model) ?? 0) + rows);
  }

  /** Monitors look at what came until now. */
  seen(model: OfModel): void {
    this.rows.delete(keyOf(model));
  }

  changedPast({ projectId, model }: OfModel): void {
    this.pastChanged.set(keyOf({ projectId, model }), { projectId, model });
  }

  /** Is there a past that was not looked at since it changed, and may it be looked at? */
  isPastDue(model: OfModel, nowMs: number): boolean {
    const key = keyOf(model);
    return (!this.pastKnown.has(key) || this.pastChanged.has(key)) && nowMs >= (this.pastRests.get(key) ?? 0);
  }

  /** Models whose past changed while it rested, and rests no more: nobody else asks for them. */
  pastsDue(nowMs: number): OfModel[] {
    return [...this.pastChanged].flatMap(([key, of]) =>
      nowMs >= (this.pastRests.get(key) ?? Number.POSITIVE_INFINITY) ? [of] : [],
    );
  }

  pastSeen(model: OfModel): void {
    this.pastKnown.add(keyOf(model));
    this.pastChanged.delete(keyOf(model));
  }

  /** It had something to say, or could not be looked at in full: it rests for a while. */
  pastRestsFrom(model: OfModel, nowMs: number): void {
    this.pastRests.set(keyOf(model), nowMs + LOOK_BACK_EVERY_MS);
  }
}
