'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { queries } from '@/lib/queries';
import { type SummaryRange, summaryQuery } from './summary';

/**
 * The curves of a range beside the newest reference: one answer for all that is drawn of it. They lie further down: what is seen
 * first is not made to share the store with them.
 */
export function useCurves(model: ModelView, range: SummaryRange, chosen: string | null) {
  const references = useQuery(queries.references(model.name));
  const reference = references.data?.items[0];
  const summary = useQuery(summaryQuery(model, range));
  return useQuery({
    ...queries.curves(model.name, {
      ...range,
      ...(chosen === null ? {} : { class: chosen }),
      ...(reference ? { reference: reference.reference } : {}),
    }),
    // Not twice, without and then with the reference; and not for a model that has no labels.
    enabled: !references.isPending && !summary.isPending && model.labels.joined > 0,
  });
}
