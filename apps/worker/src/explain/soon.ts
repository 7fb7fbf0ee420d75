import { setTimeout } from 'node:timers/promises';
import type { Evidence, Explanation } from '@plumbline/contracts';
import { PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Context } from '@plumbline/runtime';
import pLimit from 'p-limit';
import { explain } from './explain.js';
import { keepExplained } from './keepExplained.js';

/** An alarm waits this long for what explains it, and not at all while another one is explained. */
const WITHIN_MS = 2_500;
/** One at a time: a search is heavy, and what is to ring goes first. */
const line = pLimit(1);
const running = new Map<string, Promise<Explanation | null>>();

/** What a search says of evidence. Asked twice for the same, it searches once. */
export function explained(
  { store, control, config }: Pick<Context, 'store' | 'control' | 'config'>,
  model: ModelContext,
  evidence: Evidence,
): Promise<Explanation | null> {
  const key = JSON.stringify([model.projectId, evidence.monitor_id, evidence.known_at, evidence.headline]);
  const known = running.get(key);
  if (known) return known;
  const timeoutMs = config.PLUMBLINE_QUERY_SECONDS_MAX * 1000;
  const search = async () => {
    const found = await explain({ store, db: control.db }, model, evidence, Date.now(), timeoutMs);
    if (found) await keepExplained(store, model, evidence, found);
    return found;
  };
  const work = line(search).finally(() => running.delete(key));
  running.set(key, work);
  return work;
}

/** The evidence with what explains it, if that is found quickly; otherwise as it is, and the `explain` job brings it later. */
export async function explainedSoon(context: Context, model: ModelContext, evidence: Evidence): Promise<Evidence> {
  if (line.activeCount > 0) return evidence;
  const found = explained(context, model, evidence).then(
    (explanation) => ({ ...evidence, explanation }),
    () => evidence,
  );
  const end = new AbortController();
  const late = setTimeout(WITHIN_MS, evidence, { signal: end.signal }).catch(() => evidence);
  return Promise.race([found, late]).finally(() => end.abort());
}

/** Errors after which a search may succeed another time. */
export const passing = (error: unknown): boolean =>
  error instanceof PlumblineError && ['store_unavailable', 'overloaded'].includes(error.code);
