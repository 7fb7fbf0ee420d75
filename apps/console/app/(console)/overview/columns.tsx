import type { ModelSummary } from '@plumbline/contracts';
import { CoverageStrip, Sparkline } from '@/charts/Sparkline';
import { TONE_TEXT } from '@/components/Badge';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { HEALTH_RANK } from '@/components/rank';
import { HealthBadge } from '@/components/status';
import type { Column } from '@/components/Table';
import { Ago } from '@/components/Time';
import { compact, DASH, percent, plural } from '@/lib/format';
import { compare, metricLabel, metricText } from '@/lib/metrics';
import { paths } from '@/lib/paths';

export const columns: Column<ModelSummary>[] = [
  {
    key: 'name',
    header: 'Model',
    sort: (m) => m.name,
    narrow: 'wide',
    cell: (m) => (
      <div className="min-w-0">
        <Link href={paths.model(m.name)} className="rounded font-medium hover:underline">
          {m.name}
        </Link>
        <p className="truncate text-xs text-faint md:max-w-34 2xl:max-w-none">
          {m.task}
          {m.owner && ` · ${m.owner}`}
          {m.state === 'discovered' && ' · discovered'}
        </p>
      </div>
    ),
  },
  {
    key: 'health',
    header: 'Health',
    sort: (m) => HEALTH_RANK[m.health],
    cell: (m) => (
      <div className="flex flex-col items-start gap-0.5">
        <HealthBadge health={m.health} />
        {m.open_incidents > 0 && (
          <span className="pl-1 text-xs text-muted">{plural(m.open_incidents, 'incident')}</span>
        )}
      </div>
    ),
  },
  {
    key: 'metric',
    header: 'Main metric',
    tip: 'The newest windows with enough labels, with their interval, against the reference. Dashed: labels still come.',
    narrow: 'wide',
    cell: (m) => <MetricCell model={m} />,
  },
  {
    key: 'labels',
    header: 'Labels',
    tip: 'Share of predictions whose outcome is known, window by window',
    sort: (m) => m.label_coverage,
    cell: (m) => (
      <div className="flex flex-col gap-1">
        <CoverageStrip points={m.sparkline} width={64} label={`Label coverage ${percent(m.label_coverage)}`} />
        <span className="text-xs text-muted">
          {m.label_coverage === null ? 'none yet' : percent(m.label_coverage, 0)}
        </span>
      </div>
    ),
  },
  {
    key: 'drift',
    header: 'Drift',
    tip: 'Share of monitored features that moved beyond their threshold',
    sort: (m) => m.drifted_share,
    cell: (m) => <DriftCell model={m} />,
  },
  {
    key: 'volume',
    header: 'Volume',
    tip: 'Predictions in the newest whole window, against what is usual for that time',
    sort: (m) => m.predictions_last,
    cell: (m) => <VolumeCell model={m} />,
  },
  {
    key: 'last',
    header: 'Last event',
    sort: (m) => (m.last_event ? Date.parse(m.last_event) : null),
    cell: (m) =>
      m.last_event ? (
        <Ago at={m.last_event} className="whitespace-nowrap" />
      ) : (
        <span className="text-faint">never</span>
      ),
  },
  {
    key: 'change',
    header: 'Last change',
    sort: (m) => (m.last_annotation ? Date.parse(m.last_annotation.ts) : null),
    cell: (m) => <ChangeCell model={m} />,
  },
];

const VERDICT = { worse: 'worse than', better: 'better than', different: 'not', same: 'ref.', unknown: 'ref.' };

function MetricCell({ model: m }: { model: ModelSummary }) {
  const { value, low, high, reference } = m.metric;
  const verdict = compare(m.primary_metric, m.metric, reference);
  const name = metricLabel(m.primary_metric);
  const interval =
    low !== null && high !== null
      ? `${metricText(m.primary_metric, low)} ${DASH} ${metricText(m.primary_metric, high)}`
      : null;
  return (
    <div className="flex items-center gap-2.5">
      <Sparkline
        width={92}
        points={m.sparkline}
        reference={reference}
        tone={verdict === 'worse' ? 'critical' : 'accent'}
        label={`${name}, newest ${plural(m.sparkline.length, 'window')}, now ${metricText(m.primary_metric, value)}`}
      />
      <div className="min-w-0 whitespace-nowrap" data-tip={interval ? `${name}\n95 % interval ${interval}` : name}>
        <p>
          <span className={`font-semibold ${verdict === 'worse' ? 'text-critical' : ''}`}>
            {metricText(m.primary_metric, value)}
          </span>
          {reference !== null && (
            <span className="text-xs text-muted">
              {' '}
              {VERDICT[verdict]} {metricText(m.primary_metric, reference)}
            </span>
          )}
        </p>
        <p className="text-xs text-faint">{name}</p>
      </div>
    </div>
  );
}

function DriftCell({ model: m }: { model: ModelSummary }) {
  if (m.drifted_share === null) return <span className="text-xs text-faint">not compared</span>;
  if (m.drifted.length === 0) return <span className="text-muted">none</span>;
  return (
    <Link
      href={paths.drift(m.name)}
      className="group block md:max-w-26 2xl:max-w-52 rounded"
      data-tip={m.drifted.join('\n')}
    >
      <span className={`flex items-center gap-1 font-medium group-hover:underline ${TONE_TEXT.warning}`}>
        <span aria-hidden="true" className="text-[0.5rem]">
          ●
        </span>
        {percent(m.drifted_share, 0)}
      </span>
      <span className="block truncate text-xs text-muted">{m.drifted.join(', ')}</span>
    </Link>
  );
}

function VolumeCell({ model: m }: { model: ModelSummary }) {
  const { predictions_last: now, predictions_expected: usual } = m;
  const ratio = usual ? now / usual : null;
  const odd = ratio !== null && (ratio < 0.5 || ratio > 2);
  return (
    <div
      className="w-16"
      data-tip={
        usual === null ? 'Not enough history to know what is usual' : `${compact(now)} of ${compact(usual)} expected`
      }
    >
      <span className={odd ? `font-medium ${TONE_TEXT.warning}` : ''}>
        {compact(now)}
        {odd && <span className="text-xs"> {ratio < 1 ? 'low' : 'high'}</span>}
      </span>
      {ratio !== null && (
        <div className="relative mt-1.5 h-1 rounded-full bg-shade">
          <div
            className={`h-1 rounded-full ${odd ? 'bg-warning' : 'bg-accent/55'}`}
            style={{ width: `${Math.min(100, ratio * 50)}%` }}
          />
          <div className="absolute -top-0.5 left-1/2 h-2 w-px bg-reference" />
        </div>
      )}
    </div>
  );
}

function ChangeCell({ model: m }: { model: ModelSummary }) {
  if (!m.last_annotation) {
    const version = m.versions.at(-1);
    return <span className="text-xs text-faint">{version ? `version ${version}` : DASH}</span>;
  }
  return (
    <div className="min-w-0 md:max-w-26 2xl:max-w-60">
      <span className="flex items-center gap-1.5 whitespace-nowrap">
        <Icon name={m.last_annotation.kind === 'deploy' ? 'deploy' : 'note'} size={12} className="text-note" />
        <Ago at={m.last_annotation.ts} />
      </span>
      <p className="truncate text-xs text-faint" title={m.last_annotation.text}>
        {m.last_annotation.text}
      </p>
    </div>
  );
}
