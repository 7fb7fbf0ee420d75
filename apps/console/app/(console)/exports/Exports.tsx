'use client';

import type { ExportSummary } from '@plumbline/contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Card } from '@/components/Card';
import { Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { PageHeader } from '@/shell/PageHeader';
import { exportColumns } from './columns';
import { ExportDetails } from './ExportDetails';

/** Every file that was asked for, how far it is, and until when it is there. */
export function Exports() {
  const { params, set } = useUrl();
  const model = params.get('model') || undefined;
  const may = useMayWrite();
  const client = useQueryClient();
  const known = useQuery(queries.models());
  const list = useInfiniteQuery(queries.exports(model));
  const remove = useMutation({
    mutationFn: (e: ExportSummary) => api.deleteExport(e.id),
    onSuccess: (_, e) => toast(e.state === 'done' ? 'The file was deleted' : 'The export was deleted', 'ok'),
    onError: (error) => toast(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ['exports', 'list'] }),
  });
  const models = [...new Set([...(known.data?.items.map((m) => m.name) ?? []), ...(model ? [model] : [])])].sort();
  const columns = exportColumns({ onDelete: may ? (e) => remove.mutate(e) : null });

  return (
    <>
      <PageHeader title="Exports">
        Rows as files. Each stays as it was known when it was asked for; ask for new ones on the rows of a model.
      </PageHeader>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Select
          label="Model"
          value={model ?? ''}
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
                <Empty icon="download" title="No exports yet">
                  On the rows of a model, choose a range and filters, then Export: Parquet, CSV or NDJSON of as many
                  rows as there are.
                </Empty>
              );
            return (
              <>
                <Table
                  cards
                  caption="Exports"
                  rows={items}
                  columns={columns}
                  rowKey={(e) => e.id}
                  details={(e) => <ExportDetails id={e.id} />}
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
