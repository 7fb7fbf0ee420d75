import type { ModelContext } from '@plumbline/control';
import type { Context } from '@plumbline/runtime';
import { defaultLoss, FOLLOWED_WINDOWS, readFound, searchWindow } from '@plumbline/slices';
import { matureWindows } from '@plumbline/windows';

/** With fewer labelled rows a window says nothing about its slices. */
const LABELLED_MIN = 200;

/**
 * Searches the newest mature window of a model that was not searched since its labels last changed. One window a call: the rest waits for
 * its turn. `more`: there are others.
 */
export async function searchNext(
  { store, config, log }: Context,
  model: ModelContext,
  nowMs: number,
): Promise<{ more: boolean }> {
  const mature = await matureWindows(store, model, { labelledMin: LABELLED_MIN, limit: FOLLOWED_WINDOWS });
  const earliest = mature.at(-1);
  if (!earliest) return { more: false };
  const kept = await readFound(store, model, { kind: 'window', loss: defaultLoss(model), from: earliest.start });
  const searchedAt = new Map(kept.filter((row) => row.slice === '').map((row) => [row.start, row.computedAt]));
  const due = mature.filter((w) => w.computedAt > (searchedAt.get(w.start) ?? 0));
  const [next] = due;
  if (!next) return { more: false };
  const { found } = await searchWindow(store, model, next.start, nowMs, config.PLUMBLINE_QUERY_SECONDS_MAX * 1000);
  if (found > 0) log.debug({ model: model.model, window: next.start, found }, 'slices were found');
  return { more: due.length > 1 };
}
