'use client';

import type { EvaluationView, MonitorView } from '@plumbline/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Badge, type Tone } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import type { IconName } from '@/components/icons';
import { Link } from '@/components/Link';
import { ShowMore } from '@/components/ShowMore';
import { Empty, Loaded, Skeleton, SkeletonRows } from '@/components/States';
import { MonitorBadge, SeverityBadge } from '@/components/status';
import { type Column, Table } from '@/components/Table';
import { Ago, At, useNow } from '@/components/Time';
import { filterText } from '@/filters/filter';
import { DASH, percent, plural, utc, windowLabel } from '@/lib/format';
import { findingText, leading, subjectText, valueText } from '@/lib/judged';
import { paths } from '@/lib/paths';
import { queries } from '@/lib/queries';
import { PageHeader } from '@/shell/PageHeader';
import { AsCode } from '../AsCode';
import { Backtest } from '../Backtest';
import { bodyOf, firings, ruleText } from '../describe';
import { EnabledSwitch } from '../EnabledSwitch';
import { DiagnosisCard } from './DiagnosisCard';

export function Monitor({ id }: { id: string }) {
  const query = useQuery(queries.monitor(id));
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-96 w-full" />}>
      {(monitor) => <MonitorOf monitor={monitor} />}
    </Loaded>
  );
}

const NO_DATA: Record<MonitorView['no_data'], string> = { keep: 'stays as it is', ok: 'is good', alert: 'is bad' };
const windowsText = (n: number, what: string): string => (n === 1 ? `one ${what} window` : `${n} ${what} windows`);
const thresholdText = ({ kind, target, calibrated }: MonitorView): string =>
  calibrated?.value == null
    ? 'not yet'
    : `${calibrated.op === 'gt' ? '>' : '<'} ${valueText(kind, target.metric ?? '')(calibrated.value)}`;

function MonitorOf({ monitor: m }: { monitor: MonitorView }) {
  const model = useQuery(queries.model(m.model)).data;
  return (
    <>
      <title>{`${m.name} · Plumbline`}</title>
      <PageHeader
        crumbs={[
          { label: 'Monitors', href: '/monitors' },
          { label: m.model, href: paths.model(m.model) },
        ]}
        title={m.name}
        badges={
          <>
            {m.enabled ? <MonitorBadge state={m.state} /> : <Badge icon="slash">Off</Badge>}
            <SeverityBadge severity={m.severity} />
          </>
        }
        actions={
          <>
            <span className="flex h-8 items-center gap-2 text-sm text-muted">
              {m.enabled ? 'On' : 'Off'} <EnabledSwitch monitor={m} />
            </span>
            <Link href={paths.monitorEdit(m.id)} className={buttonClass('plain')}>
              Change
            </Link>
          </>
        }
      >
        <p>{ruleText(m)}.</p>
        {m.state_detail && <p className="mt-0.5 text-faint">{m.state_detail}</p>}
      </PageHeader>
      <div className="flex flex-col gap-4">
        <Card>
          <Facts
            columns="grid-cols-2 sm:grid-cols-4 xl:grid-cols-6"
            items={[
              { label: 'Kind', value: m.kind.replace('_', ' ') },
              { label: 'Window', value: m.window },
              { label: 'Every', value: m.every ?? 'by its window' },
              { label: 'Fires after', value: windowsText(m.for, 'bad') },
              { label: 'Resolves after', value: windowsText(m.resolve_for, 'good') },
              { label: 'Without data', value: NO_DATA[m.no_data] },
              ...(m.offset ? [{ label: 'Looks later by', value: m.offset }] : []),
              ...(m.calibrated ? [{ label: 'Threshold found', value: thresholdText(m) }] : []),
              { label: 'Slice', value: m.slice.length === 0 ? 'all rows' : m.slice.map(filterText).join(' and ') },
              { label: 'Least rows', value: m.min_samples ?? 'by its kind' },
              { label: 'Since', value: m.since ? <Ago at={m.since} /> : DASH },
              { label: 'Last evaluated', value: m.evaluated_at ? <Ago at={m.evaluated_at} /> : 'not yet' },
            ]}
          />
        </Card>
        <DiagnosisCard monitor={m} primaryMetric={model?.primary_metric} />
        <Backtest body={bodyOf(m, {})} primaryMetric={model?.primary_metric} />
        <AsCode body={bodyOf(m, {})} />
        <Evaluations monitor={m} />
      </div>
    </>
  );
}

const VERDICT: Record<EvaluationView['verdict'], { tone: Tone; icon: IconName; label: string; bar: string }> = {
  bad: { tone: 'critical', icon: 'incident', label: 'bad', bar: 'bg-critical h-full' },
  error: { tone: 'warning', icon: 'close', label: 'error', bar: 'bg-warning h-2/3' },
  ok: { tone: 'ok', icon: 'check', label: 'ok', bar: 'bg-ok/60 h-2/5' },
  no_data: { tone: 'neutral', icon: 'slash', label: 'no data', bar: 'bg-line-strong h-1/5' },
};

function Evaluations({ monitor }: { monitor: MonitorView }) {
  const list = useInfiniteQuery(queries.evaluations(monitor.id));
  const now = useNow();
  const first = (e: EvaluationView) => leading(e.findings);
  const columns: Column<EvaluationView>[] = [
    {
      key: 'at',
      header: 'Evaluated',
      csv: (e) => e.evaluated_at,
      className: 'whitespace-nowrap',
      narrow: 'wide',
      cell: (e) => <At at={e.evaluated_at} />,
    },
    {
      key: 'verdict',
      header: 'Verdict',
      csv: (e) => e.verdict,
      cell: (e) => (
        <span className="flex items-center gap-1.5">
          <Badge tone={VERDICT[e.verdict].tone} icon={VERDICT[e.verdict].icon}>
            {VERDICT[e.verdict].label}
          </Badge>
          {e.historical && (
            <Badge tip="The window closed long before its data came: judged, never notified">historical</Badge>
          )}
        </span>
      ),
    },
    {
      key: 'value',
      header: 'Value',
      align: 'right',
      csv: (e) => first(e)?.value,
      cell: (e) => {
        const f = first(e);
        return f ? <span data-tip={subjectText(monitor.kind, f)}>{findingText(monitor.kind, f)(f.value)}</span> : DASH;
      },
    },
    {
      key: 'threshold',
      header: 'Threshold',
      align: 'right',
      className: 'text-muted',
      csv: (e) => first(e)?.threshold,
      cell: (e) => {
        const f = first(e);
        return f ? findingText(monitor.kind, f)(f.threshold) : DASH;
      },
    },
    {
      key: 'window',
      header: 'Window',
      csv: (e) => e.window_start,
      narrow: 'wide',
      className: 'text-muted whitespace-nowrap',
      cell: (e) => (
        <span data-tip={`${utc(e.window_start)}\n${utc(e.window_end)}`}>
          {windowLabel(e.window_start, e.window_end, now)}
        </span>
      ),
    },
    {
      key: 'message',
      header: 'Why',
      csv: (e) => e.message,
      narrow: 'wide',
      className: 'text-muted min-w-48',
      cell: (e) => e.message,
    },
  ];

  return (
    <Loaded
      query={list}
      skeleton={
        <Card flush>
          <SkeletonRows rows={8} />
        </Card>
      }
    >
      {({ pages }) => {
        const items = pages.flatMap((p) => p.items);
        if (items.length === 0)
          return (
            <Card flush>
              <Empty icon="monitor" title="It was not evaluated yet">
                The first evaluation comes when its first window has closed.
              </Empty>
            </Card>
          );
        const { bad, runs } = firings(items.map((e) => e.verdict));
        return (
          <div className="flex flex-col gap-4">
            <Card
              title="History"
              note={`newest ${plural(items.length, 'evaluation')} · ${bad === 0 ? 'never bad' : `bad in ${percent(bad / items.length, 0)}, in ${plural(runs, 'stretch', 'stretches')}`}`}
              actions={
                <Link
                  href={`/incidents?state=all&model=${encodeURIComponent(monitor.model)}`}
                  className="rounded px-2 py-1 text-xs text-muted hover:text-text"
                >
                  Incidents of {monitor.model}
                </Link>
              }
            >
              <Strip evaluations={items.slice(0, 200)} />
            </Card>
            <Card
              flush
              title="Evaluations"
              actions={<CsvButton name={`${monitor.name}-evaluations`} columns={columns} rows={items} />}
            >
              <Table
                cards
                caption={`Evaluations of ${monitor.name}`}
                rows={items.slice(0, 1000)}
                columns={columns}
                rowKey={(e) => e.id}
                maxHeight="36rem"
              />
              <ShowMore list={list} />
            </Card>
          </div>
        );
      }}
    </Loaded>
  );
}

/** Oldest left: a bar per evaluation, its height (not only its colour) the verdict. */
function Strip({ evaluations }: { evaluations: EvaluationView[] }) {
  const oldest = [...evaluations].reverse();
  const shown = new Set(oldest.map((e) => e.verdict));
  return (
    <div>
      <div
        role="img"
        aria-label={`${evaluations.filter((e) => e.verdict === 'bad').length} of ${evaluations.length} evaluations were bad`}
        className="flex h-10 items-end gap-px"
      >
        {oldest.map((e) => (
          <span
            key={e.id}
            data-tip={`${utc(e.evaluated_at)}\n${VERDICT[e.verdict].label}: ${e.message}`}
            className="flex h-full min-w-px flex-1 items-end hover:bg-shade"
          >
            <span className={`w-full rounded-t-[1px] ${VERDICT[e.verdict].bar} ${e.historical ? 'opacity-50' : ''}`} />
          </span>
        ))}
      </div>
      <div className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-xs text-faint">
        {oldest[0] && <At at={oldest[0].evaluated_at} />}
        <span className="flex flex-wrap gap-3">
          {(['bad', 'error', 'ok', 'no_data'] as const)
            .filter((v) => shown.has(v))
            .map((v) => (
              <span key={v} className="flex items-center gap-1">
                <span className={`inline-block size-2 rounded-[2px] ${VERDICT[v].bar.split(' ')[0]}`} />{' '}
                {VERDICT[v].label}
              </span>
            ))}
        </span>
        {oldest.length > 1 && <At at={oldest.at(-1)!.evaluated_at} />}
      </div>
    </div>
  );
}
