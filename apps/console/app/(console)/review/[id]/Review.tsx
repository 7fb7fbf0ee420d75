'use client';

import type { ReviewView } from '@plumbline/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Segmented } from '@/components/Segmented';
import { Loaded, Skeleton } from '@/components/States';
import { useNow } from '@/components/Time';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { group, plural } from '@/lib/format';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { SAMPLE, sliceWords } from '../words';
import { Labelling } from './Labelling';
import { Results } from './Results';

export function Review({ id }: { id: string }) {
  const query = useQuery(queries.review(id));
  return (
    <Loaded
      framed
      query={query}
      skeleton={
        <div role="status" aria-label="Loading">
          <Skeleton className="mb-6 h-8 w-72" />
          <Skeleton className="h-96 w-full" />
        </div>
      }
    >
      {(review) => <ReviewOf review={review} />}
    </Loaded>
  );
}

function ReviewOf({ review: r }: { review: ReviewView }) {
  const now = useNow();
  const may = useMayWrite();
  const client = useQueryClient();
  const { params, set } = useUrl();
  const open = r.state === 'open' && may;
  const tab = open && params.get('show') !== 'results' ? 'label' : 'results';
  const close = useMutation({
    mutationFn: () => api.closeReview(r.id),
    onSuccess: (closed) => {
      client.setQueryData(queries.review(r.id).queryKey, closed);
      void client.invalidateQueries({ queryKey: ['reviews', 'list'] });
    },
    onError: (error) => toast(error.message),
  });
  return (
    <>
      <title>{`${r.name} · Plumbline`}</title>
      <PageHeader
        crumbs={[
          { label: 'Review', href: paths.reviews() },
          { label: r.model, href: paths.model(r.model) },
        ]}
        title={r.name}
        badges={
          r.state === 'closed' ? (
            <Badge icon="check">closed{r.closed_by && ` by ${r.closed_by}`}</Badge>
          ) : (
            <Badge tone="accent" icon="circle">
              open
            </Badge>
          )
        }
        actions={
          r.state === 'open' &&
          (may ? (
            <Button
              icon="check"
              disabled={close.isPending}
              data-tip="Its labels stand; rows without one stay so"
              onClick={() => close.mutate()}
            >
              Close review
            </Button>
          ) : (
            <span className="text-xs text-faint">{READ_ONLY}</span>
          ))
        }
      >
        <p className="wrap-anywhere">
          {plural(r.size, 'row')} of {group(r.rows)}, {SAMPLE[r.sample]} · {sliceWords(r, now)}
        </p>
      </PageHeader>
      {open && (
        <div className="mb-4 flex">
          <Segmented
            label="Show"
            value={tab}
            options={[
              { value: 'label', label: 'Label' },
              { value: 'results', label: 'Results' },
            ]}
            onChange={(value) => {
              set({ show: value === 'results' ? 'results' : null });
              void client.invalidateQueries({ queryKey: ['reviews', r.id] });
            }}
          />
        </div>
      )}
      {tab === 'label' ? <Labelling key={r.id} review={r} /> : <Results review={r} />}
    </>
  );
}
