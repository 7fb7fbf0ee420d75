import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { windowStart } from '@plumbline/rows';
import type { DriftInput } from '../drift.js';
import type { StoredReference } from '../reference.js';
import { seenInProfiles } from './seen.js';
import type { KeptRange } from './whole.js';

/** Windows that wait to be computed again, by their starts. */
export type DirtyWindows = (from: number, to: number) => Promise<readonly number[]>;

/** What `drift` may take instead of rows: the profiles of a range, but for hours that wait to be computed again. */
export function keptRange(
  store: EventStore,
  model: ModelContext,
  reference: StoredReference,
  range: Omit<KeptRange, 'dirty'>,
  dirtyWindows: DirtyWindows,
): NonNullable<DriftInput['kept']> {
  return async (kinds, asked) => {
    const dirty = await dirtyWindows(windowStart(range.from, model.granularity), range.to);
    return seenInProfiles(store, model, reference, { ...range, dirty: new Set(dirty) }, kinds, asked);
  };
}
