'use client';

import type { ReviewView } from '@plumbline/contracts';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { IntervalBar } from '@/charts/IntervalBar';
import { Card, Facts } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { Table } from '@/components/Table';
import { toast } from '@/components/Toast';
import { api } from '@/lib/api';
import { group, number, percent, plural } from '@/lib/format';
import { useMayWrite } from '@/lib/may';
import { queries } from '@/lib/queries';
import { ExportButton } from '@/slice/ExportButton';
import { itemColumns } from './itemColumns';

const IDS_MAX = 1_000;

/** What the labels say of the model, and every decision. */
export function Results({ review: r }: { review: ReviewView }) {
  const list = useInfiniteQuery(queries.reviewItems(r.id));
  const client = useQueryClient();
  const may = useMayWrite();
  const undo = useMutation({
    mutationFn: (n: number) => api.undoItem(r.id, n),
    onSuccess: (_, n) => toast(`Row ${n} waits for a decision again`, 'ok'),
    onError: (error) => toast(error.message),
    onSettled: () => client.invalidateQueries({ queryKey: ['reviews', r.id] }),
  });
  return (
    <Loaded framed query={list} skeleton={<SkeletonRows rows={8} />}>
      {({ pages }) => {
        const items = pages.flatMap((p) => p.items);
        const decided = items.filter((i) => i.state !== 'pending');
        const ids = decided.filter((i) => i.state === 'labelled').map((i) => i.prediction_id);
        const columns = itemColumns(r, may && r.state === 'open' ? (i) => undo.mutate(i.n) : null);
        return (
          <div className="flex flex-col gap-4">
            {r.result.labelled === 0 ? (
              <Card flush>
                <Empty compact icon="review" title="No label yet">
                  What the labels say of the model stands here once there are some.
                </Empty>
              </Card>
            ) : (
              <div className="grid items-start gap-4 lg:grid-cols-2">
                <Verdict review={r} />
                <Taken review={r} />
              </div>
            )}
            {decided.length > 0 && (
              <Card
                flush
                title="Decisions"
                note={plural(decided.length, 'row')}
                actions={
                  <>
                    <CsvButton name={`review-${r.id.slice(-6)}`} columns={columns} rows={decided} />
                    {ids.length > 0 && (
                      <ExportButton
                        label="Export rows"
                        model={r.model}
                        range={{ from: r.from, to: r.to }}
                        version={r.version ?? undefined}
                        filters={[{ field: 'prediction_id', op: 'in', value: ids.slice(0, IDS_MAX) }]}
                      />
                    )}
                  </>
                }
              >
                <Table
                  cards
                  caption="Decisions of the reviewers"
                  rows={decided}
                  columns={columns}
                  rowKey={(i) => String(i.n)}
                />
                <ShowMore list={list} />
              </Card>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Verdict({ review: { result: r, sample, labelled, skipped, rejected, size } }: { review: ReviewView }) {
  const metric = r.accuracy ?? r.mae;
  const show = r.accuracy ? (v: number | null) => percent(v) : (v: number | null) => number(v);
  return (
    <Card title="What the labels say" note={`${group(labelled)} of ${group(size)} rows`}>
      {metric?.value != null && (
        <div className="mb-4">
          <p className="text-xs text-faint">{r.accuracy ? 'Right answers' : 'Mean absolute error'}</p>
          <p className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
            <span className="text-2xl font-semibold">{show(metric.value)}</span>
            {metric.low !== null && metric.high !== null && (
              <span className="text-sm text-muted">
                95 % interval {show(metric.low)} – {show(metric.high)}
              </span>
            )}
          </p>
          <div className="mt-2 max-w-80">
            <IntervalBar
              value={metric.value}
              low={metric.low}
              high={metric.high}
              reference={null}
              label={`${show(metric.value)}, from ${show(metric.low)} to ${show(metric.high)}`}
            />
          </div>
          <p className="mt-2 text-xs text-pretty text-muted">
            {r.representative
              ? 'The rows were drawn at random, so this holds for the whole slice.'
              : `These rows were chosen because they are ${sample === 'diverse' ? 'unlike each other' : sample === 'uncertain' ? 'uncertain' : 'suspicious'}: this says nothing of the slice as a whole.`}
          </p>
        </div>
      )}
      <Facts
        columns="grid-cols-2 sm:grid-cols-3"
        items={[
          { label: 'Labelled', value: group(labelled) },
          { label: 'Skipped', value: group(skipped) },
          ...(rejected > 0 ? [{ label: 'Rejected', value: group(rejected) }] : []),
          {
            label: 'Agree with the earlier label',
            value: r.relabelled === 0 ? 'none had one' : `${group(r.agree)} of ${group(r.relabelled)}`,
          },
        ]}
      />
    </Card>
  );
}

const PAIRS_SHOWN = 12;
function Taken({ review: { result: r } }: { review: ReviewView }) {
  if (r.confusion.length === 0) return null;
  const most = Math.max(...r.confusion.map((c) => c.count));
  return (
    <Card flush title="Answer and label" note="what was taken for what">
      <ul className="py-1">
        {r.confusion.slice(0, PAIRS_SHOWN).map((c) => {
          const right = c.answer === c.label;
          return (
            <li
              key={`${c.answer}/${c.label}`}
              className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_3rem] items-center gap-3 px-4 py-1.5"
            >
              <span className="truncate">
                {c.answer ?? 'no answer'} <span className="text-faint">{right ? 'and is' : 'but is'}</span> {c.label}
              </span>
              <span className="h-3 overflow-hidden rounded-sm bg-sunken">
                <span
                  className={`block h-full ${right ? 'bg-ok/60' : 'bg-critical/60'}`}
                  style={{ width: `${(c.count / most) * 100}%` }}
                />
              </span>
              <span className="text-right">{group(c.count)}</span>
            </li>
          );
        })}
        {r.confusion.length > PAIRS_SHOWN && (
          <li className="px-4 py-1 text-xs text-faint">and {r.confusion.length - PAIRS_SHOWN} more pairs</li>
        )}
      </ul>
    </Card>
  );
}
