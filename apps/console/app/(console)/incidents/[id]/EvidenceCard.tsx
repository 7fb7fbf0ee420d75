'use client';

import type { Evidence, Finding } from '@plumbline/contracts';
import { useMemo, useState } from 'react';
import { Chart } from '@/charts/Chart';
import { HISTORY_HEIGHT, historyOption } from '@/charts/history.option';
import { prepareHistory } from '@/charts/history.prepare';
import type { Tokens } from '@/charts/theme';
import { Badge } from '@/components/Badge';
import { Button, buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Icon } from '@/components/icons';
import { Link } from '@/components/Link';
import { SeverityBadge } from '@/components/status';
import { type Column, Table } from '@/components/Table';
import { useNow } from '@/components/Time';
import { DASH, group, number, plural, utc, windowLabel } from '@/lib/format';
import { findingText, historySubject, leading, membersOf, metricOf, subjectText } from '@/lib/judged';
import { paths } from '@/lib/paths';
import { ExportButton } from '@/slice/ExportButton';
import { ReviewButton } from '@/slice/ReviewButton';
import type { Slice } from '@/slice/slice';
import { judgedRows, rowsLink } from './rows-link';
import { SliceBars } from './SliceBars';

/** What these say is about rows that did not come. */
const WITHOUT_ROWS = new Set(['freshness', 'volume', 'staleness', 'label_coverage']);

/** The rows that were judged, as they were known then. */
const judgedSlice = (model: string, e: Evidence): Slice => {
  const { from, to, filters, version, known_at, order } = judgedRows(e);
  return { model, range: { from, to }, filters, version, knownAt: known_at, order };
};

/** Up to here what was fine stands beside what was bad; with more it folds away. */
const FINE_SHOWN = 3;

/** What one monitor saw when it fired, frozen: the sentence, the picture, the numbers, where it concentrates. `folded`: the sentence first. */
export function EvidenceCard({
  model,
  evidence: e,
  folded = false,
}: {
  model: string;
  evidence: Evidence;
  folded?: boolean;
}) {
  const [open, setOpen] = useState(!folded);
  const now = useNow();
  return (
    <Card
      flush
      title={e.monitor}
      note={
        <span data-tip={`${utc(e.window.start)}\n${utc(e.window.end)}\nas known at ${utc(e.known_at)}`}>
          {e.kind} · {windowLabel(e.window.start, e.window.end, now)}
        </span>
      }
      actions={
        <>
          <SeverityBadge severity={e.severity} />
          {folded && (
            <Button look="ghost" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? 'Hide evidence' : 'Show evidence'}
            </Button>
          )}
        </>
      }
    >
      <p className={`px-4 pt-3 text-pretty ${open ? '' : 'pb-3'}`}>{e.headline}</p>
      {open && <Seen model={model} evidence={e} />}
    </Card>
  );
}

function Seen({ model, evidence: e }: { model: string; evidence: Evidence }) {
  const subject = historySubject(e);
  const looked = e.findings.flatMap(membersOf);
  const bad = looked.filter((f) => f.state === 'bad').length;
  return (
    <>
      {e.history.some((h) => h.value !== null) && <History evidence={e} subject={subject} />}
      <SliceBars model={model} evidence={e} />
      {e.findings.length > 0 && (
        <div className="mt-3 border-t border-line">
          <p className="flex items-center gap-2 px-4 pt-2.5 text-xs text-faint">
            What was looked at
            <span>
              {plural(looked.length, 'subject')}, {bad} bad
            </span>
          </p>
          <Findings evidence={e} />
        </div>
      )}
      <div className="flex flex-wrap gap-1 border-t border-line px-2 py-1.5">
        {e.kind === 'drift' || e.kind === 'skew' || e.kind === 'missing' ? (
          <Link className={buttonClass('ghost')} href={paths.drift(model, { from: e.window.start, to: e.window.end })}>
            <Icon name="chart" size={14} /> Drift in this window
          </Link>
        ) : e.kind === 'freshness' || e.kind === 'volume' || e.kind === 'schema' ? (
          <Link className={buttonClass('ghost')} href={paths.data(model)}>
            <Icon name="chart" size={14} /> Data checks
          </Link>
        ) : (
          <Link className={buttonClass('ghost')} href={paths.model(model, around(e), { metric: metricOfEvidence(e) })}>
            <Icon name="chart" size={14} /> Performance around it
          </Link>
        )}
        <Link className={buttonClass('ghost')} href={rowsLink(model, e)}>
          <Icon name="rows" size={14} /> Rows that were judged
        </Link>
        {!WITHOUT_ROWS.has(e.kind) && (
          <>
            <ExportButton look="ghost" {...judgedSlice(model, e)} />
            <ReviewButton look="ghost" {...judgedSlice(model, e)} />
          </>
        )}
        <Link className={buttonClass('ghost')} href={paths.monitor(e.monitor_id)}>
          <Icon name="monitor" size={14} /> Monitor
        </Link>
      </div>
    </>
  );
}

/** The frozen window with as much again on each side: a fall is only seen next to what was before. */
function around(e: Evidence): { from: string; to: string } {
  const [from, to] = [Date.parse(e.history[0]?.start ?? e.window.start), Date.parse(e.window.end)];
  const hour = 3_600_000;
  const at = (ms: number, round: (v: number) => number) =>
    new Date(round(ms / hour) * hour).toISOString().replace('.000Z', 'Z');
  return {
    from: at(Math.min(from, Date.parse(e.window.start)), Math.floor),
    to: at(to + Math.min(to - from, 86_400_000) / 4, Math.ceil),
  };
}

function metricOfEvidence(e: Evidence): string | null {
  const first = leading(e.findings);
  return e.kind === 'performance' && first ? metricOf(first) : null;
}

function History({ evidence, subject }: { evidence: Evidence; subject: string }) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const option = useMemo(() => {
    const first = leading(evidence.findings);
    const chart = prepareHistory(evidence, first);
    const text = findingText(evidence.kind, first);
    return (t: Tokens, width: number) => historyOption(chart, subject, text, hour, t, width);
  }, [evidence, subject, hour]);
  const stops = useMemo(() => evidence.history.map((h) => Date.parse(h.start)), [evidence]);
  return (
    <figure className="px-1 pt-2">
      <figcaption className="px-3 text-xs text-faint">{subject}</figcaption>
      <Chart
        overTime
        label={`${subject} before and in the judged window. ${evidence.headline}`}
        option={option}
        height={HISTORY_HEIGHT}
        stops={stops}
      />
    </figure>
  );
}

const rowKey = (f: Finding) => `${f.subject} ${String(f.details?.check ?? '')}`;
const NUMBERS = new Set(['drift', 'skew', 'missing', 'performance', 'latency']);

function Findings({ evidence: e }: { evidence: Evidence }) {
  const text = (f: Finding, v: number | null | undefined) => findingText(e.kind, f)(v);
  const columns: Column<Finding>[] = [
    {
      key: 'subject',
      header: e.kind === 'performance' ? 'Metric' : 'Subject',
      sort: (f) => f.subject,
      csv: (f) => f.subject,
      narrow: 'wide',
      cell: (f) => (
        <span className="flex items-center gap-2 md:whitespace-nowrap">
          <Icon
            name={f.state === 'bad' ? 'incident' : f.state === 'ok' ? 'check' : 'slash'}
            size={13}
            className={f.state === 'bad' ? 'text-critical' : f.state === 'ok' ? 'text-ok' : 'text-faint'}
          />
          <span className={f.state === 'bad' ? 'font-medium' : ''}>{subjectText(e.kind, f)}</span>
          <span className="sr-only">{f.state.replace('_', ' ')}</span>
          {typeof f.details?.source === 'string' && (
            <Badge tip="Where this feature comes from">{f.details.source}</Badge>
          )}
        </span>
      ),
    },
    {
      key: 'value',
      header: 'Value',
      align: 'right',
      sort: (f) => f.value,
      csv: (f) => f.value,
      cell: (f) => <span className={f.state === 'bad' ? 'font-semibold text-critical' : ''}>{text(f, f.value)}</span>,
    },
    {
      key: 'interval',
      header: 'Interval',
      align: 'right',
      className: 'whitespace-nowrap text-muted',
      csv: (f) => (f.low ?? null) !== null && `${f.low} ${f.high}`,
      cell: (f) =>
        f.low === null || f.low === undefined || f.high === null || f.high === undefined
          ? DASH
          : `${text(f, f.low)} ${DASH} ${text(f, f.high)}`,
    },
    {
      key: 'debiased',
      header: 'Debiased',
      tip: 'Without what sampling alone would show at these sizes',
      align: 'right',
      narrow: 'omit',
      className: 'text-muted',
      csv: (f) => (typeof f.details?.debiased === 'number' ? f.details.debiased : null),
      cell: (f) => number(typeof f.details?.debiased === 'number' ? f.details.debiased : null),
    },
    {
      key: 'threshold',
      header: 'Threshold',
      align: 'right',
      csv: (f) => f.threshold,
      cell: (f) => text(f, f.threshold),
    },
    {
      key: 'baseline',
      header: 'Baseline',
      narrow: 'omit',
      align: 'right',
      csv: (f) => f.baseline,
      className: 'text-muted',
      cell: (f) => text(f, f.baseline),
    },
    {
      key: 'n',
      header: 'n',
      tip: 'Rows that were judged',
      align: 'right',
      sort: (f) => f.n,
      csv: (f) => f.n,
      className: 'text-muted',
      cell: (f) => group(f.n),
    },
    {
      key: 'message',
      header: 'Why',
      narrow: 'wide',
      csv: (f) => f.message,
      className: 'text-muted min-w-40 wrap-anywhere',
      cell: (f) => f.message || DASH,
    },
  ];
  // Bad ones first; of what was fine only a few unless asked.
  const rank = { bad: 0, no_data: 1, ok: 2 };
  const sorted = e.findings.flatMap(membersOf).sort((a, b) => rank[a.state] - rank[b.state]);
  const shown: Record<string, boolean> = {
    interval: sorted.some((f) => f.low != null),
    baseline: sorted.some((f) => f.baseline != null),
    debiased: sorted.some((f) => typeof f.details?.debiased === 'number'),
    // Where the sentence only repeats the numbers of its row.
    message:
      (!NUMBERS.has(e.kind) || sorted.some((f) => f.state === 'no_data')) &&
      !(sorted.length === 1 && sorted[0]!.message === e.headline),
  };
  const used = columns.filter((c) => shown[c.key] ?? true);
  const bad = sorted.filter((f) => f.state === 'bad');
  const short = bad.length === 0 || sorted.length - bad.length <= FINE_SHOWN ? sorted.slice(0, 12) : bad;
  return (
    <>
      <Table cards caption={`Findings of ${e.monitor}`} rows={short} columns={used} rowKey={rowKey} />
      {sorted.length > short.length && (
        <details className="border-t border-line">
          <summary className="px-4 py-2 text-xs text-muted hover:text-text">
            {plural(sorted.length - short.length, 'more subject')} {bad.length > 0 && 'without a problem'}
          </summary>
          <Table
            cards
            caption="Findings without a problem"
            rows={sorted.slice(short.length)}
            columns={used}
            rowKey={rowKey}
          />
        </details>
      )}
    </>
  );
}
