import type { Task } from '@plumbline/contracts';
import { and, type Db, eq, models, withinMs } from '@plumbline/control';

type Cached = { task: Task | null; at: number };
const FRESH_MS = 3_000;
/** How long events wait for PostgreSQL: of a model that is known, and of one that may have to be made. */
const ANSWER_MS = { known: 1_000, unknown: 5_000 };
const CACHED_MAX = 50_000;

/** The task of a model as ingest needs it, cached; a model that nobody knows is created as discovered. */
export class ModelTasks {
  private readonly cache = new Map<string, Cached>();
  constructor(private readonly db: Db) {}

  /** `null` while PostgreSQL is away or silent and the model is not in the cache: the event is taken, the check waits for the worker. */
  async taskOf(projectId: string, name: string, infer: () => Task, nowMs: number): Promise<Task | null> {
    const key = `${projectId}\u0000${name}`;
    const cached = this.cache.get(key);
    if (cached && nowMs - cached.at < FRESH_MS) return cached.task;
    const answer = withinMs(this.findOrDiscover(projectId, name, infer), ANSWER_MS[cached ? 'known' : 'unknown']);
    const task = await answer.catch(() => cached?.task ?? null);
    if (this.cache.size >= CACHED_MAX) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(key, { task, at: nowMs }); // also when nobody answered: the next events need not wait for it again
    return task;
  }

  private async findOrDiscover(projectId: string, name: string, infer: () => Task): Promise<Task> {
    return (await this.find(projectId, name)) ?? (await this.discover(projectId, name, infer()));
  }

  private async find(projectId: string, name: string): Promise<Task | undefined> {
    const [row] = await this.db
      .select({ task: models.task })
      .from(models)
      .where(and(eq(models.projectId, projectId), eq(models.name, name)));
    return row?.task;
  }

  private async discover(projectId: string, name: string, task: Task): Promise<Task> {
    await this.db.insert(models).values({ projectId, name, task, state: 'discovered' }).onConflictDoNothing();
    return (await this.find(projectId, name)) ?? task;
  }
}
