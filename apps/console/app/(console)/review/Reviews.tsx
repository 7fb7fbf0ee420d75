'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Segmented, Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { reviewColumns } from './columns';
import { parseReviewFilter, reviewFilter, STATES } from './search-params';

const LABEL = { open: 'Open', closed: 'Closed', all: 'All' };

/** Samples of rows before experts: how far each is, and what it found. */
export function Reviews() {
  const router = useRouter();
  const { params, set } = useUrl();
  const filter = parseReviewFilter((key) => params.get(key));
  const known = useQuery(queries.models());
  const list = useInfiniteQuery(queries.reviews(reviewFilter(filter)));
  const models = [
    ...new Set([...(known.data?.items.map((m) => m.name) ?? []), ...(filter.model ? [filter.model] : [])]),
  ].sort();
  return (
    <>
      <PageHeader title="Review">
        Samples of rows that experts label. What they say becomes an outcome, and counts like any other.
      </PageHeader>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Segmented
          label="State"
          options={STATES.map((s) => ({ value: s, label: LABEL[s] }))}
          value={filter.state}
          onChange={(s) => set({ state: s === 'open' ? null : s })}
        />
        <Select
          label="Model"
          value={filter.model ?? ''}
          options={[{ value: '', label: 'All' }, ...models.map((m) => ({ value: m, label: m }))]}
          onChange={(m) => set({ model: m || null })}
        />
      </div>
      <Card flush>
        <Loaded query={list} skeleton={<SkeletonRows rows={6} className="h-8" />}>
          {({ pages }) => {
            const items = pages.flatMap((p) => p.items);
            if (items.length === 0)
              return (
                <Empty
                  icon="review"
                  title={filter.state === 'open' ? 'Nothing to review' : 'No such review'}
                  action={
                    filter.state === 'open' ? (
                      <Button onClick={() => set({ state: 'all' })}>Show closed ones too</Button>
                    ) : undefined
                  }
                >
                  On the rows of a model, choose a slice, then Send to review: a sample of it comes here, one row at a
                  time.
                </Empty>
              );
            return (
              <>
                <Table
                  cards
                  caption="Reviews"
                  rows={items}
                  columns={reviewColumns()}
                  rowKey={(r) => r.id}
                  onOpen={(r) => router.push(paths.review(r.id))}
                />
                <ShowMore list={list} />
              </>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}
