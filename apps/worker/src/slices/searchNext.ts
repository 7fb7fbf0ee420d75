import type { Granularity } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import type { Context } from '@plumbline/runtime';
import { defaultLoss, FOLLOWED_WINDOWS, readFound, searchWindow } from '@plumbline/slices';
import { dirtyStarts, matureWindows } from '@plumbline/windows';

/** With fewer labelled rows a window says nothing about its slices. */
const LABELLED_MIN = 100;
const LENGTHS = ['1h', '1d', '7d'] as const;

type Mature = { granularity: Exclude<Granularity, 'all'>; windows: Awaited<ReturnType<typeof matureWindows>> };

/**
 * Searches the newest mature window of a model that was not searched since its labels last changed; where windows mostly hold too few
 * labels for that, days or weeks. One window a call: the rest waits for its turn. `more`: there are others.
 */
export async function searchNext(context: Context, model: ModelContext, nowMs: number): Promise<{ more: boolean }> {
  const { store, config, log } = context;
  // Read first: of what is computed meanwhile the labels are not all there, and it comes up again afterwards.
  const dirty = await dirtyStarts(context.control.db, model, 0, nowMs);
  const { granularity, windows: mature } = await searchable(context, model, nowMs);
  const length = stepMs(granularity);
  const windows = mature.filter((w) => !dirty.some((start) => start >= w.start && start < w.start + length));
  const earliest = windows.at(-1);
  if (!earliest) return { more: false };
  const kept = await readFound(store, model, { kind: 'window', loss: defaultLoss(model), from: earliest.start });
  const searches = kept.filter((row) => row.slice === '' && row.end - row.start === length);
  const searchedAt = new Map(searches.map((row) => [row.start, row.computedAt]));
  const due = windows.filter((w) => w.computedAt > (searchedAt.get(w.start) ?? 0));
  const [next] = due;
  if (!next) return { more: false };
  const timeoutMs = config.PLUMBLINE_QUERY_SECONDS_MAX * 1000;
  const { found } = await searchWindow(store, model, { start: next.start, granularity }, nowMs, timeoutMs);
  if (found > 0) log.debug({ model: model.model, window: next.start, found }, 'slices were found');
  return { more: due.length > 1 };
}

/** The newest mature windows with enough labels: the model's own if half of them have enough, otherwise longer ones. */
async function searchable({ store }: Context, model: ModelContext, nowMs: number): Promise<Mature> {
  let found: Mature = { granularity: model.granularity, windows: [] };
  for (const granularity of LENGTHS.slice(LENGTHS.indexOf(model.granularity))) {
    const mature = await matureWindows(store, model, { granularity, limit: FOLLOWED_WINDOWS, nowMs });
    found = { granularity, windows: mature.filter((w) => w.labelled >= LABELLED_MIN) };
    if (found.windows.length > 0 && found.windows.length * 2 >= mature.length) break;
  }
  return found;
}
