'use client';

import type { AttributedSlice, AttributionAnswer, Filter, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DifferenceBar } from '@/charts/DifferenceBar';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Icon } from '@/components/icons';
import { Select } from '@/components/Segmented';
import { Empty, Loaded, SkeletonRows } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import { At } from '@/components/Time';
import type { AttributionQuestion } from '@/lib/api';
import { DASH, group, percent } from '@/lib/format';
import { changeText, metricLabel, metricText } from '@/lib/metrics';
import { queries } from '@/lib/queries';

/** The change of a metric between two ranges, as the sum of what each slice's own value and its share of the rows did to it. */
export function Attribution({
  model,
  question,
  onDrill,
}: {
  model: ModelView;
  question: AttributionQuestion;
  onDrill: (filters: Filter[]) => void;
}) {
  const query = useQuery(queries.attribution(model.name, question));
  const [chosen, setChosen] = useState<string | null>(null);
  const { data } = query;
  const field = data?.fields.find((f) => f.field === chosen) ?? data?.fields[0];
  const columns = columnsOf(question.metric ?? model.primary_metric, field?.slices ?? [], onDrill);
  return (
    <Card
      flush
      title="What changed it"
      note={data ? noteOf(data) : undefined}
      actions={
        field && <CsvButton name={`${model.name}-attribution-${field.field}`} rows={field.slices} columns={columns} />
      }
    >
      <Loaded query={query} compact skeleton={<SkeletonRows rows={4} />}>
        {(answer) =>
          !field || answer.change === null ? (
            <Empty compact icon="clock" title="Nothing to take apart">
              Both ranges need rows with a label, and a field with at least two values.
            </Empty>
          ) : (
            <>
              <Companions answer={answer} />
              <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
                <Select
                  label="By"
                  value={field.field}
                  options={answer.fields.map((f) => ({ value: f.field, label: bare(f.field) }))}
                  onChange={setChosen}
                />
                <span className="text-xs text-faint">
                  each field by itself adds up to the whole change of {changeText(answer.metric, answer.change)}
                </span>
              </div>
              <Table<AttributedSlice>
                cards
                caption={`How much each value of ${field.field} changed ${metricLabel(answer.metric)}`}
                rows={field.slices}
                columns={columns}
                rowKey={(s) => s.text}
                onOpen={(s) => s.filters && onDrill(s.filters)}
              />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function noteOf({ metric, before, now, sampled }: AttributionAnswer): string {
  return [
    `${metricLabel(metric)} ${metricText(metric, before.value)} → ${metricText(metric, now.value)}`,
    `${group(now.n)} rows against ${group(before.n)}`,
    sampled > 1 && `one row in ${sampled} looked at`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Since when, what moved along, from where, and what happened before. */
function Companions({ answer: { onset, moved, source, preceded_by: preceded } }: { answer: AttributionAnswer }) {
  const facts = [
    onset && (
      <>
        <b className="font-medium">Since</b> <At at={onset.at} />
      </>
    ),
    moved.length > 0 && (
      <>
        <b className="font-medium">Along with it</b>{' '}
        {moved
          .slice(0, 4)
          .map((m) =>
            m.what === 'missing'
              ? `${bare(m.field)} is missing (${percent(m.missing.before)} → ${percent(m.missing.now)})`
              : `${bare(m.field)} moved`,
          )
          .join(', ')}
      </>
    ),
    source && (
      <>
        <b className="font-medium">Shared source</b> {source.name}
      </>
    ),
    preceded[0] && (
      <>
        <b className="font-medium">Before it</b> {preceded[0].text} (<At at={preceded[0].at} />)
      </>
    ),
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 border-b border-line px-4 py-3 text-sm text-muted">
      {facts.map((fact, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: four sentences in a fixed order
        <li key={i} className="flex gap-2">
          <Icon name="chevron" size={12} className="mt-1 shrink-0 text-faint" />
          <span className="min-w-0 wrap-anywhere">{fact}</span>
        </li>
      ))}
    </ul>
  );
}

const bare = (field: string) => field.replace(/^(features|tags)\./, '');

function columnsOf(
  metric: string,
  slices: readonly AttributedSlice[],
  onDrill: (filters: Filter[]) => void,
): Column<AttributedSlice>[] {
  const most = Math.max(
    ...slices.flatMap((s) => [s.total.low, s.total.value, s.total.high].map((v) => Math.abs(v ?? 0))),
    1e-12,
  );
  const text = (v: number) => changeText(metric, v);
  return [
    {
      key: 'slice',
      header: 'Slice',
      narrow: 'wide',
      csv: (s) => s.text,
      cell: (s) =>
        s.filters ? (
          <button
            type="button"
            className="rounded text-left wrap-anywhere hover:text-accent"
            onClick={() => s.filters && onDrill(s.filters)}
          >
            {s.text}
          </button>
        ) : (
          <span className="text-muted">{s.text}</span>
        ),
    },
    {
      key: 'value',
      header: metricLabel(metric),
      align: 'right',
      csv: (s) => s.now.value,
      cell: (s) => (
        <span className="whitespace-nowrap">
          <span className="text-xs text-faint">{metricText(metric, s.before.value)} →</span>{' '}
          {metricText(metric, s.now.value)}
        </span>
      ),
    },
    {
      key: 'share',
      header: 'Share of rows',
      align: 'right',
      csv: (s) => s.now.share,
      cell: (s) => (
        <span className="whitespace-nowrap">
          <span className="text-xs text-faint">{percent(s.before.share)} →</span> {percent(s.now.share)}
        </span>
      ),
    },
    {
      key: 'rate',
      header: 'By its value',
      tip: 'What the change of its own value did to the whole',
      align: 'right',
      sort: (s) => s.rate.value,
      csv: (s) => s.rate.value,
      cell: (s) => text(s.rate.value),
    },
    {
      key: 'mix',
      header: 'By its share',
      tip: 'What the change of its share of the rows did to the whole',
      align: 'right',
      sort: (s) => s.mix.value,
      csv: (s) => s.mix.value,
      cell: (s) => text(s.mix.value),
    },
    {
      key: 'total',
      header: 'Together',
      align: 'right',
      sort: (s) => s.total.value,
      csv: (s) => s.total.value,
      cell: (s) => (
        <span className="inline-flex items-center justify-end gap-3">
          <span className="hidden w-24 sm:block">
            <DifferenceBar
              value={s.total.value}
              low={s.total.low}
              high={s.total.high}
              reach={most}
              tone="accent"
              label={`${text(s.total.value)}${s.total.low === null || s.total.high === null ? '' : `, ${text(s.total.low)} ${DASH} ${text(s.total.high)}`}`}
            />
          </span>
          <b className="w-16 font-semibold whitespace-nowrap">{text(s.total.value)}</b>
        </span>
      ),
    },
  ];
}
