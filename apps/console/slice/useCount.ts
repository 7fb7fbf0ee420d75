'use client';

import { useQuery } from '@tanstack/react-query';
import { queries } from '@/lib/queries';
import { questionOf, type Slice } from './slice';

/** How many rows a slice has, and how many of them a label; undefined while it is asked. */
export function useCount(slice: Slice): { rows: number; labelled: number } | undefined {
  const { data } = useQuery(
    queries.performance(slice.model, {
      ...questionOf(slice),
      metrics: ['count'],
      granularity: 'all',
      min_labels: 0,
    }),
  );
  if (!data) return undefined;
  const [window] = data.windows;
  return { rows: window?.predictions ?? 0, labelled: window?.labelled ?? 0 };
}
