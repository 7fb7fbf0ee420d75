'use client';

import type { ReviewItem, ReviewView } from '@plumbline/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { toast } from '@/components/Toast';
import { ApiError, api } from '@/lib/api';
import { queries } from '@/lib/queries';

/** So many rows are at hand, so that nobody waits for the next one. */
const AT_HAND = 4;

/** One window of the browser, over reloads. */
function claimantOf(): string {
  const key = 'plumbline-claimant';
  const known = sessionStorage.getItem(key);
  if (known) return known;
  const made = crypto.getRandomValues(new Uint32Array(3)).join('-');
  sessionStorage.setItem(key, made);
  return made;
}

const countsOf = ({ labelled, skipped, rejected }: ReviewView) => ({ labelled, skipped, rejected });

export type Labelling = {
  /** The row before the reviewer; undefined while it is fetched, null when there is none left for them. */
  item: ReviewItem | null | undefined;
  decided: number;
  skipped: number;
  /** Labels that could not become outcomes. */
  rejected: number;
  canUndo: boolean;
  error: Error | null;
  label(label: string, note: string): void;
  skip(): void;
  undo(): void;
  reload(): void;
};

/** The rows of a review one after the other: decisions are sent behind the reviewer's back, in their order. */
export function useLabelling(review: ReviewView): Labelling {
  const { id } = review;
  const client = useQueryClient();
  const [queue, setQueue] = useState<ReviewItem[] | null>(null);
  const [counts, setCounts] = useState(countsOf(review));
  const [past, setPast] = useState<{ item: ReviewItem; what: 'labelled' | 'skipped' }[]>([]);
  const [error, setError] = useState<Error | null>(null);
  const chain = useRef(Promise.resolve());
  /** Decided here: an answer that was on its way before does not bring them back. */
  const gone = useRef(new Set<number>());
  /** Decided here and not yet told: the server does not count them. */
  const untold = useRef({ labelled: 0, skipped: 0 });

  const fill = useCallback(async () => {
    const { items, review: fresh } = await api.claimItems(id, AT_HAND, claimantOf());
    setQueue(items.filter((i) => !gone.current.has(i.n)));
    const { labelled, skipped } = untold.current;
    const told = countsOf(fresh);
    setCounts({ ...told, labelled: told.labelled + labelled, skipped: told.skipped + skipped });
    client.setQueryData(queries.review(id).queryKey, fresh);
    setError(null);
  }, [id, client]);

  /** One after the other; what fails is told, and what is true is fetched again. */
  const run = useCallback(
    (work: () => Promise<unknown>) => {
      chain.current = chain.current.then(work).then(
        () => {},
        async (failure: Error) => {
          gone.current.clear();
          untold.current = { labelled: 0, skipped: 0 };
          if (failure instanceof ApiError && failure.status < 500) toast(failure.message);
          else setError(failure);
          await fill().catch(setError);
        },
      );
    },
    [fill],
  );
  useEffect(() => run(fill), [run, fill]);

  const item = queue === null ? undefined : (queue[0] ?? null);
  const decide = (what: 'labelled' | 'skipped', send: (n: number) => Promise<unknown>) => {
    if (!item) return;
    gone.current.add(item.n);
    const rest = queue!.slice(1);
    setQueue(rest.length > 0 ? rest : null);
    setCounts((c) => ({ ...c, [what]: c[what] + 1 }));
    setPast((all) => [...all, { item, what }]);
    untold.current[what]++;
    run(() => send(item.n).then(() => void untold.current[what]--));
    if (rest.length <= 1) run(fill);
  };
  return {
    item,
    decided: counts.labelled + counts.skipped + counts.rejected,
    skipped: counts.skipped,
    rejected: counts.rejected,
    canUndo: past.length > 0,
    error,
    label: (label, note) =>
      decide('labelled', (n) => api.labelItem(id, n, { label, ...(note ? { note } : {}), claimant: claimantOf() })),
    skip: () => decide('skipped', (n) => api.skipItem(id, n, claimantOf())),
    undo: () => {
      const last = past.at(-1);
      if (!last) return;
      setPast((all) => all.slice(0, -1));
      gone.current.delete(last.item.n);
      setQueue((now) => [last.item, ...(now ?? [])]);
      setCounts((c) => ({ ...c, [last.what]: c[last.what] - 1 }));
      untold.current[last.what]--;
      run(() => api.undoItem(id, last.item.n, claimantOf()).then(() => void untold.current[last.what]++));
      run(fill);
    },
    reload: () => run(fill),
  };
}
