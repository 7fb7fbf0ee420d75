'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef } from 'react';
import { Card } from '@/components/Card';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { SearchBox } from '@/components/SearchBox';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { plural } from '@/lib/format';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { IncidentList } from '../incidents/IncidentList';
import { matches, worstFirst } from './badness';
import { columns } from './columns';
import { FirstEvent } from './FirstEvent';
import { Tally } from './Tally';

/** Worst first; of the same severity the newest, as they come. */
const RANK = { critical: 0, warning: 1, info: 2 };

export function Overview() {
  const router = useRouter();
  const { params, set } = useUrl();
  const typed = params.get('q') ?? '';
  const overview = useQuery(queries.overview());
  const incidents = useQuery(queries.openIncidents());
  const models = useMemo(() => worstFirst(overview.data?.items ?? []), [overview.data]);
  const shown = useMemo(() => models.filter((m) => matches(m, typed)), [models, typed]);
  const open = [...(incidents.data?.items ?? [])].sort((a, b) => RANK[a.severity] - RANK[b.severity]);

  // Who watched the empty project sees the first model as soon as it is there.
  const wasEmpty = useRef(false);
  const first = overview.data && (overview.data.items[0]?.name ?? null);
  useEffect(() => {
    if (first === null) wasEmpty.current = true;
    else if (first !== undefined && wasEmpty.current) router.push(paths.model(first));
  }, [first, router]);

  return (
    <>
      <PageHeader title="Overview" actions={models.length > 0 && <Tally models={models} />} />
      <div className="flex flex-col gap-5">
        {open.length > 0 && (
          <Card
            flush
            title="Open incidents"
            note={plural(open.length, 'unresolved incident')}
            actions={
              <Link
                href="/incidents"
                className="flex items-center gap-1 rounded px-2 py-1 text-xs text-muted hover:text-text"
              >
                All incidents <Icon name="chevron" size={11} />
              </Link>
            }
          >
            <IncidentList incidents={open.slice(0, 5)} />
          </Card>
        )}
        <Card
          flush
          title="Models"
          note={typed ? `${shown.length} of ${models.length}` : undefined}
          actions={
            models.length > 0 && (
              <SearchBox label="Filter models" value={typed} onChange={(q) => set({ q: q || null }, true)} />
            )
          }
        >
          <Loaded query={overview} skeleton={<SkeletonRows rows={4} className="h-8" />}>
            {() =>
              models.length === 0 ? (
                <FirstEvent />
              ) : shown.length === 0 ? (
                <Empty icon="search" title={`No model matches “${typed}”`} compact>
                  The filter looks at names, owners, tasks, versions and health.
                </Empty>
              ) : (
                <Table
                  cards
                  caption="Models, worst first"
                  rows={shown}
                  columns={columns}
                  rowKey={(m) => m.name}
                  onOpen={(m) => router.push(paths.model(m.name))}
                />
              )
            }
          </Loaded>
        </Card>
      </div>
    </>
  );
}
