import { Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@plumbline/clickhouse';
import { and, type Db, eq, estimators, type ModelContext, references } from '@plumbline/control';
import { CONTEXT, type Context } from '@plumbline/runtime';
import { LRUCache } from 'lru-cache';

const CHARACTERS_MAX = 32_000_000;
/** One answer may take so much of that. */
const ANSWER_MAX = 4_000_000;
/** While nothing comes, the labels that are missing still grow older. */
const KEPT_MS = 60_000;
/** Whatever comes of a model, or is computed of it, adds a row to one of these. */
const TABLES = ['predictions', 'labels', 'unmatched', 'window_results', 'catalog'];

/**
 * Answers as JSON, kept for those who ask the same again: who reloads a page, who opens the link that a colleague sent, and all open
 * pages when a live event says that something may have changed. An answer serves until anything has come of its model, at most a minute.
 */
@Injectable()
export class KeptAnswers {
  private readonly kept = new LRUCache<string, { stamp: string; json: string }>({
    maxSize: CHARACTERS_MAX,
    maxEntrySize: ANSWER_MAX,
    sizeCalculation: ({ json }, key) => key.length + json.length,
    ttl: KEPT_MS,
  });

  constructor(@Inject(CONTEXT) private readonly context: Context) {}

  /** `question` is all that the answer depends on beside the model and what is known of it. */
  async json(model: ModelContext, question: unknown, make: () => Promise<unknown>): Promise<string> {
    // Silence becomes a label at its time, without any event.
    if (model.missingLabels === 'negative') return JSON.stringify(await make());
    const key = JSON.stringify([question, model]);
    // Read before the answer: what comes meanwhile makes the next one.
    const stamp = await stampOf(this.context, model);
    const found = this.kept.get(key);
    if (found?.stamp === stamp) return found.json;
    const json = JSON.stringify(await make());
    this.kept.set(key, { stamp, json });
    return json;
  }
}

async function stampOf({ store, control }: Context, model: ModelContext): Promise<string> {
  const [rows, estimates] = await Promise.all([rowsOf(store, model), estimatesOf(control.db, model)]);
  return JSON.stringify([rows, estimates]);
}

const rowsOf = ({ query, database }: EventStore, { projectId: project, model }: ModelContext) =>
  query(
    `SELECT * FROM (${TABLES.map(
      (table) =>
        `SELECT '${table}' AS name, count() AS n FROM ${database}.${table} WHERE project = {project:String} AND model = {model:String}`,
    ).join(' UNION ALL ')}) ORDER BY name`,
    { project, model },
  );

/** What metrics are estimated by. */
const estimatesOf = (db: Db, { projectId, model }: ModelContext) =>
  db
    .select({ id: references.id, learned: estimators.reference })
    .from(references)
    .leftJoin(estimators, eq(estimators.reference, references.id))
    .where(and(eq(references.projectId, projectId), eq(references.model, model)))
    .orderBy(references.id)
    .limit(1000);
