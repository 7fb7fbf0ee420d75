import { durationMs, type Task } from '@plumbline/contracts';
import { and, type Db, eq, models, withinMs } from '@plumbline/control';

/** What ingest needs to know of a model. `task` is null while PostgreSQL is away: the event is taken unchecked. */
export type ModelInfo = { task: Task | null; retentionMs: number | null };
type Cached = ModelInfo & { at: number };
/** Changes are announced, so this is only how long one that was missed may go unseen. An unknown task never gets stale: it is asked for. */
const FRESH_MS = 3_000;
const STALE_MS = 30_000;
/** How long events wait for PostgreSQL: of a model that is known, and of one that may have to be made. */
const ANSWER_MS = { known: 1_000, unknown: 5_000 };
const CACHED_MAX = 50_000;
const UNKNOWN: ModelInfo = { task: null, retentionMs: null };

/** Models as ingest needs them, cached; one that nobody knows is created as discovered. */
export class Models {
  private readonly cache = new Map<string, Cached>();
  private readonly asked = new Map<string, Promise<ModelInfo>>();
  constructor(private readonly db: Db) {}

  /** What is known and recent; otherwise ask with `find`. One in use is asked for ahead of time, so that nobody waits. */
  known(projectId: string, name: string, nowMs: number): ModelInfo | undefined {
    const cached = this.cache.get(key(projectId, name));
    if (!cached) return undefined;
    const { task, at } = cached;
    if (nowMs - at >= (task ? STALE_MS : FRESH_MS)) return undefined;
    if (task && nowMs - at >= FRESH_MS) void this.find(projectId, name, () => task, nowMs).catch(() => {});
    return cached;
  }

  /** Asks PostgreSQL, once for all who wait. */
  find(projectId: string, name: string, infer: () => Task, nowMs: number): Promise<ModelInfo> {
    const id = key(projectId, name);
    const under = this.asked.get(id);
    if (under) return under;
    const asking = this.ask(projectId, name, infer).then((found) => {
      // An answer that `forget` overtook is of before the change; somebody may be asking again already.
      if (this.asked.get(id) === asking) {
        this.asked.delete(id);
        this.keep(id, { ...found, at: nowMs });
      }
      return found;
    });
    this.asked.set(id, asking);
    return asking;
  }

  /** It was changed or deleted. */
  forget(projectId: string, name: string): void {
    const id = key(projectId, name);
    this.asked.delete(id);
    const cached = this.cache.get(id);
    if (cached) cached.at = Number.NEGATIVE_INFINITY;
  }

  /** What PostgreSQL says; when it does not answer, what was known before. Never rejects. */
  private async ask(projectId: string, name: string, infer: () => Task): Promise<ModelInfo> {
    const cached = this.cache.get(key(projectId, name));
    const answer = withinMs(this.findOrDiscover(projectId, name, infer), ANSWER_MS[cached ? 'known' : 'unknown']);
    return answer.catch(() => cached ?? UNKNOWN);
  }

  /** Also what is known when nobody answered: the next events need not wait for it again. */
  private keep(id: string, found: Cached): void {
    if (this.cache.size >= CACHED_MAX) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(id, found);
  }

  private async findOrDiscover(projectId: string, name: string, infer: () => Task): Promise<ModelInfo> {
    const found = await this.select(projectId, name);
    if (found) return found;
    const task = infer();
    await this.db.insert(models).values({ projectId, name, task, state: 'discovered' }).onConflictDoNothing();
    return (await this.select(projectId, name)) ?? { task, retentionMs: null };
  }

  private async select(projectId: string, name: string): Promise<ModelInfo | undefined> {
    const [row] = await this.db
      .select({ task: models.task, spec: models.spec })
      .from(models)
      .where(and(eq(models.projectId, projectId), eq(models.name, name)));
    return row && { task: row.task, retentionMs: row.spec.retention ? durationMs(row.spec.retention) : null };
  }
}

const key = (projectId: string, name: string) => `${projectId}\u0000${name}`;
