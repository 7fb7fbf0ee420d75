import type { EventStore } from '@plumbline/clickhouse';
import { type DriftAnswer, type DriftQuestion, durationMs, iso, PlumblineError } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import {
  type Past,
  predictionSource,
  type Reference,
  type ReferenceRow,
  referenceFromRows,
  referencePart,
  storedReference,
  type Target,
} from '@plumbline/drift';
import { findReference } from '../references/find.js';

/** What drift and profiles have in common. */
type Range = Pick<DriftQuestion, 'from' | 'to' | 'filters' | 'version' | 'known_at'>;

export const selectionOf = (q: Range & { targets?: readonly Target[] }, nowMs: number) => ({
  from: q.from,
  to: q.to,
  filters: q.filters,
  version: q.version,
  knownAt: q.known_at,
  nowMs,
  ...(!q.targets || q.targets.includes('label') ? {} : { unlabelled: true as const }),
});

/** Profiles know nothing of filters, nor of what was known when. */
export const profilesMayAnswer = (q: Pick<DriftQuestion, 'filters' | 'known_at'> & { exact?: boolean }) =>
  !q.exact && q.filters.length === 0 && q.known_at === undefined;
type PastAsked = { past: Past; name: string };
/** The past that a question compares each window with, if it does. */
export function pastAsked({ reference }: Pick<DriftQuestion, 'reference'>): PastAsked | null {
  if (typeof reference !== 'object') return null;
  if ('trailing' in reference)
    return {
      past: { trailingMs: durationMs(reference.trailing) },
      name: `the ${reference.trailing} before each window`,
    };
  if ('previous' in reference)
    return { past: { earlierMs: durationMs(reference.previous) }, name: `the same span ${reference.previous} earlier` };
  return null;
}

/** A range of production, the named reference, or the default one. */
export async function referenceOf(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: Range & Pick<DriftQuestion, 'reference' | 'same_slice'>,
  nowMs: number,
): Promise<{ reference: Reference; described: DriftAnswer['reference'] }> {
  if (typeof q.reference === 'object' && 'from' in q.reference) {
    const range = { ...q, ...q.reference };
    const reference = await referenceFromRows(
      store,
      model,
      await predictionSource(store, model, selectionOf(range, nowMs), '0'),
    );
    return {
      reference,
      described: { name: `${iso(range.from)}/${iso(range.to)}`, revision: null, rows: reference.rows },
    };
  }
  const row = await findReference(db, model, q.reference as string | undefined, q.version);
  if (!row)
    throw new PlumblineError(
      'invalid_request',
      `The model '${model.model}' has no reference. Upload one (POST /v1/models/${model.model}/references) or compare with a range: "reference": {"from": …, "to": …}.`,
    );
  const reference = (await partOf(store, model, row, q)) ?? storedReference(store, model, row);
  return { reference, described: { name: row.name, revision: row.revision, rows: reference.rows } };
}

const PART_MIN = 30;
/** The part of a stored reference that is of the asked slice; null if all of it is. Refuses what leaves nothing to compare with. */
export async function partOf(
  store: EventStore,
  model: ModelContext,
  row: Pick<ReferenceRow, 'id' | 'name' | 'profiles'>,
  q: Pick<DriftQuestion, 'filters' | 'same_slice'>,
): Promise<Reference | null> {
  // Which version is looked at is not said of the reference.
  const filters = q.same_slice ? q.filters.filter((f) => f.field !== 'version') : [];
  if (filters.length === 0) return null;
  const part = await referencePart(store, model, row, filters);
  if (part.rows >= PART_MIN) return part;
  throw new PlumblineError(
    'invalid_request',
    `The reference '${row.name}' has ${part.rows} rows of this slice, fewer than ${PART_MIN}: there is nothing to compare with. Compare with a range of production, or leave out same_slice.`,
  );
}
