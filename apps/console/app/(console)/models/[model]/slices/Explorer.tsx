'use client';

import type { Filter, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Combobox } from '@/components/Combobox';
import { Select } from '@/components/Segmented';
import { Loaded, Skeleton } from '@/components/States';
import { FilterBar } from '@/filters/FilterBar';
import { fieldOptions } from '@/filters/fields';
import { filtersParam, withFilters } from '@/filters/filter';
import { CHOICES, metricLabel } from '@/lib/metrics';
import { queries } from '@/lib/queries';
import { RangeBar } from '../RangeBar';
import { useView } from '../useView';
import { VersionSelect } from '../VersionSelect';
import { Attribution } from './Attribution';
import { CompareSelect } from './CompareSelect';
import { FoundSlices } from './FoundSlices';
import { Groups } from './Groups';
import { SliceStrip } from './SliceStrip';
import {
  attributionAsked,
  type Explore,
  exploreQuestion,
  parseExplore,
  slicesQuestion,
  suggestedField,
} from './search-params';
import { TopSlices } from './TopSlices';

export function Explorer({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<Skeleton className="h-[40rem] w-full" />}>
      {(m) => <ExplorerOf model={m} />}
    </Loaded>
  );
}

function ExplorerOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const { params, set } = view;
  const explore = useMemo(() => parseExplore((key) => params.get(key), model), [params, model]);
  const range = { from: view.from, to: view.to };
  const known = useQuery(queries.fields(model.name));
  const fields = known.data?.items ?? [];
  const slices = useQuery(queries.slices(model.name, slicesQuestion(explore, range)));
  // Nothing chosen: the field in which the model is worst, as soon as that is known.
  const ready = known.isSuccess && (explore.by !== null || slices.isSuccess || slices.isError);
  const by = explore.by ?? (ready ? suggestedField(slices.data?.slices, fields, explore.filters) : null);
  const names = by === null ? [] : [by, ...(explore.by2 && explore.by2 !== by ? [explore.by2] : [])];
  const groups = useQuery({
    ...queries.explore(model.name, exploreQuestion(explore, range, names)),
    enabled: ready && by !== null,
  });
  const attribution = attributionAsked(explore, range, model);
  const choices = [...new Set([model.primary_metric, ...CHOICES[model.task], explore.metric])];
  const options = fieldOptions(fields);

  const setFilters = (filters: Filter[]) => set({ filters: filtersParam(filters) });
  /** A level deeper: the rows of what was clicked, cut by the field that says most about them. */
  const drill = (filters: Filter[]) =>
    set({ filters: filtersParam(withFilters(explore.filters, filters)), by: null, by2: null });
  const scope = { model: model.name, ...range, version: explore.version };

  return (
    <>
      <RangeBar view={view} granular={false}>
        <Select
          label="Metric"
          value={explore.metric}
          options={choices.map((name) => ({ value: name, label: metricLabel(name) }))}
          onChange={(name) => set({ metric: name === model.primary_metric ? null : name })}
        />
        <VersionSelect model={model} view={view} />
        <CompareSelect model={model} explore={explore} range={range} onChange={(compare) => set({ compare })} />
      </RangeBar>
      <FilterBar scope={scope} filters={explore.filters} onChange={setFilters} />
      <div className="flex flex-col gap-4">
        <SliceStrip
          model={model}
          explore={explore}
          view={view}
          answer={groups.data}
          failed={groups.isError || known.isError}
          onFilters={setFilters}
        />
        <Groups
          model={model.name}
          query={groups}
          failed={known.error}
          explore={explore}
          by={names}
          onSet={set}
          onDrill={drill}
          choice={<GroupBy explore={explore} by={by} options={options} onSet={(patch) => set(patch)} />}
        />
        {attribution && <Attribution model={model} question={attribution} onDrill={drill} />}
        <TopSlices model={model} explore={explore} query={slices} onSet={set} onDrill={drill} />
        <FoundSlices model={model} onDrill={drill} />
      </div>
    </>
  );
}

/** Which field, and which second one. */
function GroupBy({
  explore,
  by,
  options,
  onSet,
}: {
  explore: Explore;
  by: string | null;
  options: ReturnType<typeof fieldOptions>;
  onSet: (patch: Record<string, string | null>) => void;
}) {
  return (
    <div className="flex w-full min-w-0 flex-wrap items-center gap-2 sm:w-auto">
      <span className="text-xs text-faint">{explore.by === null ? 'Suggested' : 'Group by'}</span>
      <Combobox
        label="Group by"
        placeholder="Field…"
        className="min-w-32 flex-1 sm:w-40 sm:flex-none"
        value={by ?? ''}
        options={options}
        onChange={(field) => onSet({ by: field, by2: explore.by2 === field ? null : explore.by2 })}
      />
      <span className="text-xs text-faint">and</span>
      <Combobox
        label="And by"
        placeholder="a second field"
        className="min-w-32 flex-1 sm:w-40 sm:flex-none"
        value={explore.by2 ?? ''}
        options={[{ value: '', label: 'nothing else' }, ...options.filter((o) => o.value !== by)]}
        onChange={(field) => onSet({ by, by2: field || null })}
      />
    </div>
  );
}
