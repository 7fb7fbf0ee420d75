import type { EventStore } from '@plumbline/clickhouse';
import type { Db, ModelContext } from '@plumbline/control';
import { dirtyStarts, windowStart } from '@plumbline/windows';
import type { DriftInput } from '../drift.js';
import type { StoredReference } from '../reference.js';
import { seenInProfiles } from './seen.js';
import type { KeptRange } from './whole.js';

/** What `drift` may take instead of rows: the profiles of a range, but for hours that wait to be computed again. */
export function keptRange(
  store: EventStore,
  db: Db,
  model: ModelContext,
  reference: StoredReference,
  range: Omit<KeptRange, 'dirty'>,
): NonNullable<DriftInput['kept']> {
  return async (kinds, asked) => {
    const dirty = await dirtyStarts(db, model, windowStart(range.from, model.granularity), range.to);
    return seenInProfiles(store, model, reference, { ...range, dirty: new Set(dirty) }, kinds, asked);
  };
}
