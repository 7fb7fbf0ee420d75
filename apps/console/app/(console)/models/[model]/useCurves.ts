'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import type { PerformanceQuestion } from '@/lib/api';
import { queries } from '@/lib/queries';

export type CurvesRange = Pick<PerformanceQuestion, 'from' | 'to' | 'version' | 'filters'>;

/** The curves of a range beside the newest reference: one answer for all that is drawn of it. */
export function useCurves(model: ModelView, range: CurvesRange, chosen: string | null) {
  const references = useQuery(queries.references(model.name));
  const reference = references.data?.items[0];
  return useQuery({
    ...queries.curves(model.name, {
      ...range,
      ...(chosen === null ? {} : { class: chosen }),
      ...(reference ? { reference: reference.reference } : {}),
    }),
    // Not twice, without and then with the reference; and not for a model that has no labels.
    enabled: !references.isPending && model.labels.joined > 0,
  });
}
