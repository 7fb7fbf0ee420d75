'use client';

import type { ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Link } from '@/components/Link';
import { Select } from '@/components/Segmented';
import { Loaded, Skeleton } from '@/components/States';
import { FilterBar } from '@/filters/FilterBar';
import type { PerformanceQuestion } from '@/lib/api';
import { CHOICES, metricLabel } from '@/lib/metrics';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { iso } from '@/lib/time';
import { Curves } from './Curves';
import { MetricSummary } from './MetricSummary';
import { PerformanceChart } from './PerformanceChart';
import { RangeBar } from './RangeBar';
import { parseClass, parseMetric, parseVersion } from './search-params';
import { useView } from './useView';
import { VersionSelect } from './VersionSelect';

export function Performance({ model }: { model: string }) {
  const facts = useQuery(queries.model(model));
  return (
    <Loaded framed query={facts} skeleton={<PerformanceSkeleton />}>
      {(m) => <PerformanceOf model={m} />}
    </Loaded>
  );
}

function PerformanceSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <Skeleton className="h-8 w-96 max-w-full" />
      <Skeleton className="h-[29rem] w-full" />
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        <Skeleton className="h-24" />
        <Skeleton className="h-24" />
        <Skeleton className="h-24" />
        <Skeleton className="h-24" />
      </div>
    </div>
  );
}

function PerformanceOf({ model }: { model: ModelView }) {
  const view = useView(model);
  const metric = parseMetric(view.params.get('metric'), model);
  const chosen = parseClass(view.params.get('class'), model);
  const choice = parseVersion(view.params.get('version'));
  const range: Pick<PerformanceQuestion, 'from' | 'to' | 'version' | 'filters'> = {
    from: iso(view.from),
    to: iso(view.to),
    ...(view.filters.length > 0 ? { filters: view.filters } : {}),
    ...(choice.kind === 'one' ? { version: choice.version } : {}),
  };
  const choices = [...new Set([model.primary_metric, ...CHOICES[model.task], metric, ...perClass(model)])];

  return (
    <>
      <RangeBar view={view}>
        <Select
          label="Metric"
          value={metric}
          options={choices.map((name) => ({ value: name, label: metricLabel(name) }))}
          onChange={(name) => view.set({ metric: name === model.primary_metric ? null : name })}
        />
        <VersionSelect model={model} view={view} split />
        {choice.kind === 'split' && model.versions.length > 1 && (
          <Link className={buttonClass('ghost')} href={paths.versions(model.name, rangeOf(view))}>
            Compare two
          </Link>
        )}
      </RangeBar>
      <FilterBar
        scope={{ model: model.name, from: view.from, to: view.to, version: range.version }}
        filters={view.filters}
        onChange={view.setFilters}
      />
      <div className="flex flex-col gap-4">
        <PerformanceChart model={model} view={view} metric={metric} range={range} split={choice.kind === 'split'} />
        <MetricSummary
          model={model}
          metric={metric}
          range={range}
          chosen={chosen}
          onMetric={(name) => view.set({ metric: name === model.primary_metric ? null : name })}
        />
        {model.labels.joined > 0 && (
          <Curves
            model={model}
            range={range}
            chosen={chosen}
            onClass={(name) => view.set({ class: name === model.classes[0] ? null : name })}
          />
        )}
        {model.labels.joined === 0 && (
          <Card>
            <p className="text-muted">
              No outcome has met a prediction of this model yet. Send outcomes with the same{' '}
              <code className="font-mono text-xs">prediction_id</code>; they are joined whenever they come.
            </p>
          </Card>
        )}
      </div>
    </>
  );
}

const rangeOf = (view: ReturnType<typeof useView>) => ({ from: iso(view.from), to: iso(view.to) });

const perClass = (model: ModelView): string[] =>
  model.task === 'multiclass' && model.classes.length <= 12
    ? model.classes.flatMap((c) => [`recall:${c}`, `precision:${c}`])
    : [];
