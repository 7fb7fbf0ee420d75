'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Segmented, Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { IncidentList } from './IncidentList';
import { incidentQuestion, parseIncidentFilter, STATES } from './search-params';
import { Undelivered } from './Undelivered';

const LABEL = {
  unresolved: 'Unresolved',
  open: 'Open',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  all: 'All',
};

export function Incidents() {
  const { params, set } = useUrl();
  const filter = parseIncidentFilter((key) => params.get(key));
  const known = useQuery(queries.models());
  const list = useInfiniteQuery(queries.incidents(incidentQuestion(filter)));
  const models = [
    ...new Set([...(known.data?.items.map((m) => m.name) ?? []), ...(filter.model ? [filter.model] : [])]),
  ].sort();

  return (
    <>
      <PageHeader title="Incidents" />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <div className="max-w-full overflow-x-auto">
          <Segmented
            label="State"
            options={STATES.map((s) => ({ value: s, label: LABEL[s] }))}
            value={filter.state}
            onChange={(s) => set({ state: s === 'unresolved' ? null : s })}
          />
        </div>
        <Select
          label="Model"
          value={filter.model ?? ''}
          options={[{ value: '', label: 'All' }, ...models.map((m) => ({ value: m, label: m }))]}
          onChange={(m) => set({ model: m || null })}
        />
      </div>
      <Undelivered />
      <Card flush>
        <Loaded query={list} skeleton={<SkeletonRows rows={6} className="h-8" />}>
          {({ pages }) => {
            const items = pages.flatMap((p) => p.items);
            if (items.length === 0)
              return filter.state === 'unresolved' ? (
                <Empty
                  icon="check"
                  title="Nothing needs you"
                  action={<Button onClick={() => set({ state: 'all' })}>Show resolved ones too</Button>}
                >
                  {filter.model
                    ? `${filter.model} has no unresolved incident.`
                    : 'No model has an unresolved incident.'}
                </Empty>
              ) : (
                <Empty icon="incident" title="No such incident">
                  An incident opens when a monitor finds that something is wrong.
                </Empty>
              );
            return (
              <>
                <IncidentList incidents={items} />
                <ShowMore list={list} />
              </>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}
