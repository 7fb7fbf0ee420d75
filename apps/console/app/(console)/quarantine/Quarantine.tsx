'use client';

import type { QuarantinedEvent, RejectionCode } from '@plumbline/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button, buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Link } from '@/components/Link';
import { SearchBox } from '@/components/SearchBox';
import { Segmented, Select } from '@/components/Segmented';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { At } from '@/components/Time';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { group } from '@/lib/format';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { useUrl } from '@/lib/url';
import { matching, parseQuarantine, type QuarantineFilter, quarantineQuestion, REASONS, told } from './search-params';

/** Refused events with their reasons. Of one model, beside its checks, or of the whole project. */
export function Quarantine({ model }: { model?: string }) {
  const { params, set } = useUrl();
  const view = parseQuarantine((key) => params.get(key));
  const asked = { ...view, model: model ?? view.model };
  const list = useInfiniteQuery(queries.quarantine(quarantineQuestion(asked)));
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const narrowed = Boolean(view.code || view.search || (model === undefined && view.model));

  return (
    <Card
      flush
      title={model ? 'Quarantine' : 'Refused events'}
      note={model ? 'events of this model that were refused' : undefined}
      actions={
        <>
          {model && (
            <Link href={paths.quarantine({ model })} className={buttonClass('ghost')}>
              Open
            </Link>
          )}
          {items.length > 0 && (
            <>
              <CsvButton name={`quarantine${model ? `-${model}` : ''}`} columns={COLUMNS} rows={items} />
              {view.state !== 'replayed' && <ReplayAll filter={asked} />}
            </>
          )}
        </>
      }
    >
      {model === undefined && (
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-3">
          <Segmented
            label="State"
            options={[
              { value: 'waiting', label: 'Waiting' },
              { value: 'replayed', label: 'Taken after all' },
            ]}
            value={view.state}
            onChange={(state) => set({ state: state === 'waiting' ? null : state })}
          />
          <Select
            label="Reason"
            value={view.code ?? ''}
            options={[
              { value: '', label: 'All' },
              ...Object.entries(REASONS).map(([value, label]) => ({ value, label })),
            ]}
            onChange={(code) => set({ code: code || null })}
          />
          <SearchBox
            label="Search in the events"
            value={view.search ?? ''}
            onChange={(search) => set({ search: search || null }, true)}
          />
          {view.model && (
            <span className="inline-flex h-8 items-center gap-1 rounded-md border border-accent/40 bg-accent/8 pl-2.5 text-sm font-medium text-accent">
              {view.model}
              <Button
                look="ghost"
                icon="close"
                label="Events of all models"
                className="size-7! text-accent!"
                onClick={() => set({ model: null })}
              />
            </span>
          )}
        </div>
      )}
      <Loaded query={list} skeleton={<SkeletonRows rows={3} />} compact>
        {() =>
          items.length === 0 ? (
            <Empty
              compact
              icon={narrowed ? 'search' : 'check'}
              title={
                narrowed
                  ? 'No such event'
                  : view.state === 'replayed'
                    ? 'None was taken after all'
                    : 'Nothing was refused'
              }
              action={
                narrowed && <Button onClick={() => set({ code: null, search: null, model: null })}>Show all</Button>
              }
            >
              {narrowed
                ? 'No refused event matches these filters.'
                : 'An event that is not usable is kept here with the reason; the rest of its request is taken.'}
            </Empty>
          ) : (
            <>
              <Table
                cards
                caption="Refused events, newest first"
                rows={items}
                columns={model ? COLUMNS.filter((c) => c.key !== 'model') : COLUMNS}
                rowKey={(e) => e.id}
                details={(e) => <Details event={e} />}
              />
              <ShowMore list={list} />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

const COLUMNS: Column<QuarantinedEvent>[] = [
  {
    key: 'received_at',
    header: 'Received',
    cell: (e) => <At at={e.received_at} />,
    csv: (e) => e.received_at,
    className: 'whitespace-nowrap',
  },
  {
    key: 'model',
    header: 'Model',
    cell: (e) => e.model || <i className="text-faint">none</i>,
    csv: (e) => e.model,
    className: 'max-w-40 truncate whitespace-nowrap',
  },
  {
    key: 'prediction_id',
    header: 'Prediction',
    cell: (e) =>
      e.prediction_id ? (
        <span className="block max-w-40 truncate font-mono text-xs" title={e.prediction_id}>
          {e.prediction_id}
        </span>
      ) : (
        <i className="text-faint">none</i>
      ),
    csv: (e) => e.prediction_id,
  },
  { key: 'kind', header: 'Kind', cell: (e) => (e.kind === 'outcomes' ? 'outcome' : 'prediction'), csv: (e) => e.kind },
  {
    key: 'code',
    header: 'Reason',
    cell: (e) => (
      <Badge tone={e.replayed_at ? 'ok' : 'warning'}>
        {e.replayed_at ? 'taken' : (REASONS[e.code as RejectionCode] ?? e.code)}
      </Badge>
    ),
    csv: (e) => e.code,
  },
  {
    key: 'message',
    header: 'What',
    narrow: 'wide',
    cell: (e) => <span className="line-clamp-2 wrap-anywhere text-muted">{e.message}</span>,
    csv: (e) => e.message,
  },
];

/** A thousand events each. */
const ROUNDS_MAX = 100;

function Details({ event }: { event: QuarantinedEvent }) {
  const replay = useReplay(() => api.replay(event.id));
  const may = useMayWrite();
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="text-sm wrap-anywhere">{event.message}</p>
      <pre className="max-h-72 overflow-auto rounded-md border border-line bg-surface p-3 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere">
        {pretty(event.body)}
      </pre>
      {event.replayed_at ? (
        <p className="text-xs text-muted">
          Taken <At at={event.replayed_at} />
        </p>
      ) : (
        <div>
          <Button
            icon="refresh"
            disabled={!may || replay.isPending}
            data-tip={may ? undefined : READ_ONLY}
            onClick={() => replay.mutate()}
          >
            Send again
          </Button>
        </div>
      )}
    </div>
  );
}

/** Page by page, so that a long list shows how far it is and a slow one can be left alone. */
function ReplayAll({ filter }: { filter: QuarantineFilter }) {
  const [sent, setSent] = useState(0);
  const replay = useReplay(async () => {
    const sum = { accepted: 0, duplicates: 0, rejected: 0 };
    setSent(0);
    for (let cursor: string | undefined, round = 0; round < ROUNDS_MAX; round++) {
      const { replayed, next_cursor, ...counts } = await api.replayAll({ ...matching(filter), cursor });
      for (const name of ['accepted', 'duplicates', 'rejected'] as const) sum[name] += counts[name];
      setSent((before) => before + replayed);
      if (!next_cursor) break;
      cursor = next_cursor;
    }
    return sum;
  });
  const may = useMayWrite();
  return (
    <Button
      icon="refresh"
      disabled={!may || replay.isPending}
      data-tip={may ? 'All that match the filters' : READ_ONLY}
      onClick={() => replay.mutate()}
    >
      {replay.isPending ? (sent > 0 ? `${group(sent)} sent…` : 'Sending…') : 'Send all again'}
    </Button>
  );
}

type Taken = { accepted: number; duplicates: number; rejected: number | { message: string }[] };
function useReplay(send: () => Promise<Taken>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (answer) => toast(told(answer), answer.accepted + answer.duplicates > 0 ? 'ok' : 'error'),
    onSettled: () => client.invalidateQueries({ queryKey: ['quarantine'] }),
  });
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
