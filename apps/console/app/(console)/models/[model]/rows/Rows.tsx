'use client';

import type { EventRow, ModelView } from '@plumbline/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Icon } from '@/components/icons';
import { Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, Skeleton, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { At, useNow } from '@/components/Time';
import { FilterBar } from '@/filters/FilterBar';
import { dateTime, plural } from '@/lib/format';
import { type RowsLink, rowsParams } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import { ExportButton } from '@/slice/ExportButton';
import { ReviewButton } from '@/slice/ReviewButton';
import type { Slice } from '@/slice/slice';
import { RangeBar } from '../RangeBar';
import { useView } from '../useView';
import { rowColumns } from './columns';
import { RowDetails } from './RowDetails';
import { parseRows, rowsQuestion } from './search-params';

export function Rows({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-[30rem] w-full" />}>
      {(m) => <RowsOf model={m} />}
    </Loaded>
  );
}

function RowsOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const { params, set } = view;
  const link = useMemo(() => parseRows((key) => params.get(key)), [params]);
  const question = rowsQuestion(link, { from: iso(view.from), to: iso(view.to) });
  const list = useInfiniteQuery(queries.rows(model.name, question));
  const ask = (change: Partial<RowsLink>) => {
    const { filters, known_at, order, seed } = rowsParams({ ...link, ...change });
    set({ filters: filters ?? null, known_at: known_at ?? null, order: order ?? null, seed: seed ?? null });
  };
  // A link with everything in one parameter becomes the ordinary form, which the range bar understands.
  useEffect(() => {
    if (params.has('q')) set({ ...rowsParams(link), q: null }, true);
  }, [params, link, set]);
  const slice: Slice = {
    model: model.name,
    range: { from: view.from, to: view.to },
    filters: link.filters,
    version: link.version,
    knownAt: link.known_at,
    order: link.order,
    seed: link.seed,
  };
  const columns = useMemo(() => rowColumns(model), [model]);

  return (
    <>
      <RangeBar view={view} granular={false}>
        <Select
          label="Order"
          value={question.order ?? 'ts'}
          options={[
            { value: 'ts', label: 'Newest first' },
            { value: 'error', label: 'Worst first' },
            { value: 'random', label: 'At random' },
            ...(model.task === 'regression' ? [] : [{ value: 'boundary' as const, label: 'Closest to the decision' }]),
          ]}
          onChange={(order) => ask({ order, seed: undefined })}
        />
        {question.order === 'random' && (
          <Button icon="refresh" onClick={() => ask({ seed: (link.seed ?? 0) + 1 })}>
            Draw others
          </Button>
        )}
      </RangeBar>
      {link.known_at && <Frozen at={link.known_at} onThaw={() => ask({ known_at: undefined })} />}
      <div className="mb-4 flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1">
          <FilterBar
            scope={{ model: model.name, from: view.from, to: view.to, version: link.version }}
            filters={link.filters ?? []}
            onChange={(filters) => ask({ filters })}
          />
        </div>
        <ExportButton {...slice} />
        <ReviewButton {...slice} />
      </div>
      <Loaded
        framed
        query={list}
        skeleton={
          <Card flush>
            <SkeletonRows rows={10} />
          </Card>
        }
      >
        {({ pages }) => {
          const rows = pages.flatMap((p) => p.items);
          return (
            <Card
              flush
              title="Rows"
              note={`${plural(rows.length, 'row')}${list.hasNextPage ? ' so far' : ''}`}
              actions={<CsvButton name={`${model.name}-rows`} columns={columns} rows={rows} />}
            >
              {rows.length === 0 ? (
                <Empty icon="rows" title="No row fits">
                  {(link.filters?.length ?? 0) > 0
                    ? 'Take a filter away or choose a longer range.'
                    : 'There are no predictions in this range.'}
                </Empty>
              ) : (
                <Table<EventRow>
                  cards
                  caption={`Predictions of ${model.name}`}
                  rows={rows}
                  columns={columns}
                  rowKey={(r) => `${r.prediction_id}/${r.version}`}
                  details={(row) => <RowDetails row={row} model={model} />}
                />
              )}
              <ShowMore list={list} />
            </Card>
          );
        }}
      </Loaded>
    </>
  );
}

function Frozen({ at, onThaw }: { at: string; onThaw: () => void }) {
  const now = useNow();
  return (
    <p className="mb-4 flex flex-wrap items-center gap-x-2 gap-y-1 rounded-md border border-note/30 bg-note/6 px-3 py-2 text-sm">
      <Icon name="clock" size={14} className="text-note" />
      <span>
        As it was known on <At at={at} className="font-medium" />: labels that came later are not shown.
      </span>
      <button
        type="button"
        onClick={onThaw}
        className="font-medium text-accent hover:underline"
        aria-label={`Show what is known now instead of ${dateTime(at, now)}`}
      >
        Show what is known now
      </button>
    </p>
  );
}
