'use client';

import type { ExploreAnswer, Filter, ModelView } from '@plumbline/contracts';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Icon, type IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { Skeleton } from '@/components/States';
import { chipsOf, filtersParam } from '@/filters/filter';
import { group, percent } from '@/lib/format';
import { changeText, compare, metricLabel, metricText } from '@/lib/metrics';
import { paths } from '@/lib/paths';
import { iso } from '@/lib/time';
import { ExportButton } from '@/slice/ExportButton';
import { ReviewButton } from '@/slice/ReviewButton';
import type { Slice } from '@/slice/slice';
import type { ViewState } from '../useView';
import { type Explore, isSmall } from './search-params';

/** Where one is: the way from all rows to here, how it fares, and what can be done with it. */
export function SliceStrip({
  model,
  explore,
  view,
  answer,
  failed,
  onFilters,
}: {
  model: ModelView;
  explore: Explore;
  view: ViewState;
  answer: ExploreAnswer | undefined;
  /** There will be none. */
  failed: boolean;
  onFilters: (filters: Filter[]) => void;
}) {
  const { filters } = explore;
  const chips = chipsOf(filters);
  return (
    <section aria-label="This slice" className="rounded-lg border border-line bg-surface shadow-card">
      <div className="px-4 py-3">
        <nav aria-label="Way to this slice">
          <ol className="flex flex-wrap items-center gap-x-1 gap-y-0.5 text-sm">
            <Crumb current={chips.length === 0} onClick={() => onFilters([])}>
              All rows
            </Crumb>
            {chips.map((chip, i) => (
              <Crumb
                key={chip.text}
                current={i === chips.length - 1}
                onClick={() => onFilters(chips.slice(0, i + 1).flatMap((c) => c.filters))}
              >
                {chip.text}
              </Crumb>
            ))}
          </ol>
        </nav>
        {answer ? <Facts answer={answer} /> : !failed && <Skeleton className="mt-1 h-5 w-72 max-w-full" />}
      </div>
      <Actions model={model} explore={explore} view={view} />
    </section>
  );
}

function Crumb({ current, onClick, children }: { current: boolean; onClick: () => void; children: string }) {
  return (
    <li className="flex min-w-0 items-center gap-1 not-first:before:text-faint not-first:before:content-['›']">
      {current ? (
        <span aria-current="step" className="font-semibold break-words">
          {children}
        </span>
      ) : (
        <button
          type="button"
          onClick={onClick}
          className="rounded text-left text-muted hover:text-text hover:underline"
        >
          {children}
        </button>
      )}
    </li>
  );
}

function Facts({ answer }: { answer: ExploreAnswer }) {
  const { metric, overall, baseline, change } = answer;
  const verdict = baseline && !isSmall(overall) ? compare(metric, overall, baseline.value) : 'unknown';
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
      <span>
        {metricLabel(metric)} <b className="font-semibold text-text">{metricText(metric, overall.value)}</b>{' '}
        {overall.low !== null && (
          <span className="text-faint">
            ({metricText(metric, overall.low)} – {metricText(metric, overall.high)})
          </span>
        )}
      </span>
      {baseline && (
        <span>
          all rows {metricText(metric, baseline.value)} {verdict === 'worse' && <Badge tone="critical">worse</Badge>}
          {verdict === 'better' && <Badge tone="ok">better</Badge>}
        </span>
      )}
      {change && (
        <span>
          before {metricText(metric, answer.before!.value)}, change {changeText(metric, change.value)}{' '}
          {change.low !== null && (
            <span className="text-faint">
              ({changeText(metric, change.low)} to {changeText(metric, change.high)})
            </span>
          )}
        </span>
      )}
      <span>
        {group(overall.predictions)} predictions
        {baseline && baseline.predictions > 0 && `, ${percent(overall.predictions / baseline.predictions)} of all`}
      </span>
      {overall.predictions > 0 && (
        <span>
          {percent(overall.labelled / overall.predictions)} labelled
          {isSmall(overall) && <span className="text-warning">, too few to tell</span>}
        </span>
      )}
    </p>
  );
}

/** The same rows on other pages: range and conditions go along. */
function Actions({ model, explore, view }: { model: ModelView; explore: Explore; view: ViewState }) {
  const range = 'preset' in view.range ? {} : { from: iso(view.from), to: iso(view.to) };
  const preset = 'preset' in view.range ? view.range.preset : null;
  const more = { range: preset, filters: filtersParam(explore.filters), version: view.params.get('version') };
  const at = 'from' in range ? (range as { from: string; to: string }) : undefined;
  const slice: Slice = {
    model: model.name,
    range: { from: view.from, to: view.to },
    filters: explore.filters,
    version: explore.version,
  };
  const links: [string, IconName, string, string?][] = [
    [
      'Rows',
      'rows',
      `${paths.rows(model.name)}${paths.search({ ...range, ...more, order: 'error' })}`,
      'The rows of this slice, worst first',
    ],
    ['Performance', 'chart', paths.model(model.name, at, { ...more, metric: explore.metric }), 'This slice over time'],
    ['Drift', 'deploy', paths.drift(model.name, at, more), 'Which inputs moved in this slice'],
    [
      'Make a monitor',
      'monitor',
      paths.monitorNew(model.name, { metric: explore.metric, slice: filtersParam(explore.filters) }),
      'A new monitor of this slice and metric',
    ],
  ];
  return (
    <div className="flex flex-wrap gap-2 border-t border-line px-4 py-2.5">
      {links.map(([label, icon, href, tip]) => (
        <Link key={label} href={href} data-tip={tip} className={buttonClass('plain')}>
          <Icon name={icon} size={15} /> {label}
        </Link>
      ))}
      <ExportButton {...slice} />
      <ReviewButton {...slice} />
    </div>
  );
}
