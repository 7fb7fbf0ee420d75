'use client';

import type { Filter, ModelView } from '@plumbline/contracts';
import { useMemo } from 'react';
import { useNow } from '@/components/Time';
import { filtersParam, parseFilters } from '@/filters/filter';
import { type Range, rangeParams, type Step } from '@/lib/range';
import { useUrl } from '@/lib/url';
import { parseView } from './search-params';

const HOUR = 3_600_000;

/** The range and granularity of a model page, from the URL; changing them changes the URL. */
export function useView(model: ModelView) {
  const { params, set } = useUrl();
  // The hour, not the second: the same question until the next window begins.
  const hour = Math.floor(useNow() / HOUR) * HOUR;
  const view = useMemo(
    () => parseView((key) => params.get(key), { granularity: model.granularity, first_event: model.first_event }, hour),
    [params, model.granularity, model.first_event, hour],
  );
  const filters = useMemo(() => parseFilters(params.get('filters')), [params]);
  return {
    ...view,
    params,
    /** Conditions on the rows; pages that show parts of a model share them. */
    filters,
    set,
    /** A new range chooses its granularity anew: 90 days of hours are nobody's wish. */
    setRange: (range: Range) => set({ ...rangeParams(range), granularity: null }),
    setFilters: (next: Filter[]) => set({ filters: filtersParam(next) }),
    setGranularity: (step: Step | 'auto') => set({ granularity: step === 'auto' ? null : step }),
  };
}
export type ViewState = ReturnType<typeof useView>;
