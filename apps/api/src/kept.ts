import { Inject, Injectable } from '@nestjs/common';
import type { ModelContext } from '@plumbline/control';
import { atOneMoment, isLight, stampOf } from '@plumbline/rows';
import { CONTEXT, type Context } from '@plumbline/runtime';
import { LRUCache } from 'lru-cache';

const CHARACTERS_MAX = 32_000_000;
/** One answer may take so much of that. */
const ANSWER_MAX = 4_000_000;
/** While nothing comes, the labels that are missing still grow older. */
const KEPT_MS = 60_000;

/** Makes an answer; `light` if the model has so few rows that nothing has to wait for its turn. */
type Make = (light: boolean) => Promise<unknown>;

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
  json(model: ModelContext, question: unknown, make: Make, dependsOn: 'rows' | 'all' = 'rows'): Promise<string> {
    return atOneMoment(() => this.answer(model, question, make, dependsOn));
  }

  private async answer(model: ModelContext, question: unknown, make: Make, dependsOn: 'rows' | 'all'): Promise<string> {
    // Read before the answer: what comes meanwhile makes the next one.
    const rows = await stampOf(this.context.store, model, dependsOn);
    const light = isLight(rows);
    // Silence becomes a label at its time, without any event.
    if (model.missingLabels === 'negative') return JSON.stringify(await make(light));
    const key = JSON.stringify([question, model]);
    const stamp = JSON.stringify(rows);
    const found = this.kept.get(key);
    if (found?.stamp === stamp) return found.json;
    const json = JSON.stringify(await make(light));
    this.kept.set(key, { stamp, json });
    return json;
  }
}
