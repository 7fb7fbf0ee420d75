'use client';

import type { ExploreAnswer, Filter } from '@plumbline/contracts';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { barsHeight, barsOption } from '@/charts/bars.option';
import { Chart } from '@/charts/Chart';
import { ChartCard } from '@/charts/ChartCard';
import { groupText, type Groups as Prepared, prepareGroups, prepareMatrix } from '@/charts/groups.prepare';
import { MATRIX_PLOT, matrixHeight, matrixOption } from '@/charts/matrix.option';
import type { Tokens } from '@/charts/theme';
import { Card } from '@/components/Card';
import { Segmented, Select } from '@/components/Segmented';
import { Empty, ErrorPanel, Loaded, Skeleton, STALE } from '@/components/States';
import { fieldLabel } from '@/filters/filter';
import { group, percent, plural } from '@/lib/format';
import { changeText, metricLabel, metricText } from '@/lib/metrics';
import { GroupLegend } from './GroupLegend';
import { GroupRows } from './GroupRows';
import type { Explore, Shape, Sort } from './search-params';
import { Treemap } from './Treemap';

type Set = (patch: Record<string, string | null>) => void;

/** A metric over the groups of one or two fields; a click goes into a group. */
export function Groups({
  model,
  query,
  failed,
  explore,
  by,
  choice,
  onSet,
  onDrill,
}: {
  model: string;
  query: UseQueryResult<ExploreAnswer>;
  /** Why there are no fields to choose from. */
  failed: Error | null;
  explore: Explore;
  by: string[];
  choice: ReactNode;
  onSet: Set;
  onDrill: (filters: Filter[]) => void;
}) {
  const two = by.length > 1;
  const bar = (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5">
      {choice}
      <Segmented<Shape>
        label="Shape"
        value={explore.shape === 'treemap' ? 'treemap' : two ? 'matrix' : 'bars'}
        options={[
          two ? { value: 'matrix', label: 'Heatmap' } : { value: 'bars', label: 'Bars' },
          { value: 'treemap', label: 'Treemap' },
        ]}
        onChange={(shape) => onSet({ view: shape === 'treemap' ? 'treemap' : null })}
      />
      {!two && explore.shape !== 'treemap' && (
        <Select<Sort | ''>
          label="Order"
          value={explore.sort ?? ''}
          options={[
            { value: '', label: 'as it suits' },
            { value: 'worst', label: 'worst first' },
            { value: 'impact', label: explore.compare.kind === 'none' ? 'moves the whole most' : 'part of the change' },
            { value: 'size', label: 'largest first' },
            { value: 'own', label: 'by value' },
          ]}
          onChange={(sort) => onSet({ sort: sort || null })}
        />
      )}
      <Select
        label="Bins"
        value={explore.bins}
        options={[
          { value: 'quantile', label: 'of equal size' },
          { value: 'equal_width', label: 'of equal width' },
        ]}
        onChange={(bins) => onSet({ bins: bins === 'quantile' ? null : bins })}
      />
    </div>
  );
  // The choices stay: another field may be the way out.
  const error = failed ?? (query.data === undefined || query.isPlaceholderData ? query.error : null);
  if (error)
    return (
      <Card flush title="Groups">
        {bar}
        <ErrorPanel compact error={error} retry={failed ? undefined : () => void query.refetch()} />
      </Card>
    );
  return (
    <Loaded
      framed
      query={query}
      skeleton={
        <Card flush title="Groups">
          {bar}
          <div className="p-4">
            <Skeleton className="h-72 w-full" />
          </div>
        </Card>
      }
    >
      {(answer) => (
        <Drawn
          model={model}
          answer={answer}
          explore={explore}
          bar={bar}
          stale={query.isPlaceholderData}
          onDrill={onDrill}
        />
      )}
    </Loaded>
  );
}

function Drawn({
  model,
  answer,
  explore,
  bar,
  stale,
  onDrill,
}: {
  model: string;
  answer: ExploreAnswer;
  explore: Explore;
  bar: ReactNode;
  /** Still the answer before the last choice. */
  stale: boolean;
  onDrill: (filters: Filter[]) => void;
}) {
  const { metric } = answer;
  const two = answer.by.length > 1;
  const groups = useMemo(() => prepareGroups(answer, two ? 'own' : explore.sort), [answer, two, explore.sort]);
  const shape: Shape = explore.shape === 'treemap' ? 'treemap' : two ? 'matrix' : 'bars';
  const names = answer.by.map((b) => fieldLabel(b.field)).join(' and ');
  const nothing = answer.overall.predictions + (answer.before?.predictions ?? 0) === 0;
  return (
    <div aria-busy={stale} className={stale ? STALE : ''}>
      <ChartCard
        title={`${metricLabel(metric)} by ${names}`}
        note={nothing ? undefined : `${plural(answer.groups.length, 'group')}, click one to go into it`}
        name={`${model}-${metric}-by-${names}`}
        table={tableOf(answer, groups)}
        legend={nothing ? undefined : <GroupLegend answer={answer} groups={groups} shape={shape} />}
        bar={bar}
      >
        {nothing ? (
          <Empty icon="chart" title="No rows here">
            There are no predictions in this range that fit. Take a filter away or choose a longer range.
          </Empty>
        ) : shape === 'bars' ? (
          <Bars answer={answer} groups={groups} onDrill={onDrill} />
        ) : shape === 'matrix' ? (
          <Matrix answer={answer} groups={groups} onDrill={onDrill} />
        ) : (
          <Treemap answer={answer} groups={groups} onDrill={onDrill} />
        )}
      </ChartCard>
    </div>
  );
}

type Drawing = { answer: ExploreAnswer; groups: Prepared; onDrill: (filters: Filter[]) => void };

function Bars({ answer, groups, onDrill }: Drawing) {
  const option = useMemo(() => (t: Tokens, width: number) => barsOption(answer, groups, t, width), [answer, groups]);
  return (
    <GroupRows answer={answer} groups={groups} onDrill={onDrill}>
      <Chart
        label={`${metricLabel(answer.metric)} of ${groups.bars.length} groups with intervals. The names beside it go into each.`}
        option={option}
        height={barsHeight(groups)}
        plot={{ top: 0, bottom: 26 }}
        onPick={(_, y) => {
          const bar = groups.bars[Math.floor(y)];
          if (bar) onDrill(bar.group.filters);
        }}
      />
    </GroupRows>
  );
}

function Matrix({ answer, groups, onDrill }: Drawing) {
  const matrix = useMemo(() => prepareMatrix(groups), [groups]);
  const option = useMemo(
    () => (t: Tokens, width: number) => matrixOption(answer, groups, matrix, t, width),
    [answer, groups, matrix],
  );
  const [down, across] = answer.by.map((b) => fieldLabel(b.field));
  return (
    <div className="px-2 pt-3 pb-2 sm:px-4">
      <div className="overflow-x-auto">
        <div style={{ minWidth: 108 + matrix.columns.length * 58 }}>
          <Chart
            label={`${metricLabel(answer.metric)} by ${down} (down) and ${across} (across), ${matrix.cells.length} cells. The same numbers are in the table.`}
            option={option}
            height={matrixHeight(matrix)}
            plot={MATRIX_PLOT}
            onPick={(x, y) => {
              const hit = matrix.cells.find((c) => c.column === x && c.row === y);
              if (hit) onDrill(hit.bar.group.filters);
            }}
          />
        </div>
      </div>
      <p className="pt-1 text-center text-xs text-faint">
        {across} across, {down} down
      </p>
    </div>
  );
}

function tableOf(answer: ExploreAnswer, groups: Prepared) {
  const value = (v: string | number | null) => metricText(answer.metric, typeof v === 'number' ? v : null);
  const change = (v: string | number | null) => changeText(answer.metric, typeof v === 'number' ? v : null);
  const share = (v: string | number | null) => percent(typeof v === 'number' ? v : null);
  const count = (v: string | number | null) => group(typeof v === 'number' ? v : null);
  const { comparing } = groups;
  return {
    columns: [
      { header: 'Group' },
      { header: metricLabel(answer.metric), text: value },
      { header: 'Low', text: value },
      { header: 'High', text: value },
      ...(comparing
        ? [
            { header: 'Before', text: value },
            { header: 'Change', text: change },
            { header: 'Change low', text: change },
            { header: 'Change high', text: change },
            { header: 'Part of the change', text: change },
          ]
        : [{ header: 'Moves the whole by', text: change }]),
      { header: 'Predictions', text: count },
      { header: 'With label', text: count },
      { header: 'Share', text: share },
      { header: 'Enough rows' },
    ],
    rows: groups.bars.map(({ group: g, uncertain }) => [
      groupText(g),
      g.value,
      g.low,
      g.high,
      ...(comparing
        ? [g.before!.value, g.change!.value, g.change!.low, g.change!.high, g.contribution ?? null]
        : [g.impact]),
      g.predictions,
      g.labelled,
      g.share,
      uncertain ? 'no' : 'yes',
    ]),
  };
}
