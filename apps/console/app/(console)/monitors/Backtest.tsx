'use client';

import type { BacktestAnswer, MonitorBody } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { BACKTEST_HEIGHT, BACKTEST_PLOT, backtestOption } from '@/charts/backtest.option';
import { prepareBacktest } from '@/charts/backtest.prepare';
import { Chart } from '@/charts/Chart';
import { ChartCard, LegendItem } from '@/charts/ChartCard';
import type { Tokens } from '@/charts/theme';
import { Button } from '@/components/Button';
import { Segmented } from '@/components/Segmented';
import { Empty, Loaded, Skeleton, STALE } from '@/components/States';
import { At, useNow } from '@/components/Time';
import { number, plural } from '@/lib/format';
import { valueText } from '@/lib/judged';
import { queries } from '@/lib/queries';
import { Problems } from './Problems';

const HOUR = 3_600_000;
const SPANS = { '7': '7 d', '30': '30 d', '90': '90 d' } as const;
type Span = keyof typeof SPANS;

/** A rule against history, drawn: what it would have seen, when it would have fired, and the threshold that its budget asks for. */
export function Backtest({
  body,
  primaryMetric,
  actions,
  onChange,
}: {
  body: MonitorBody;
  primaryMetric?: string;
  actions?: ReactNode;
  /** Takes a suggestion over. */
  onChange?: (change: Partial<MonitorBody>) => void;
}) {
  const [days, setDays] = useState<Span>('30');
  const [labels, setLabels] = useState<'then' | 'now'>('now');
  // Whole hours: the same question has the same answer for a while.
  const to = Math.floor(useNow() / HOUR) * HOUR;
  const query = useQuery(queries.backtest({ ...body, channels: [], enabled: true }, Number(days), to, labels));
  const text = useMemo(
    () => valueText(body.kind, body.target.metric ?? primaryMetric ?? ''),
    [body.kind, body.target.metric, primaryMetric],
  );
  // Where statistics decide, a fixed threshold is no answer to anything.
  const byRule = body.condition !== undefined && ('op' in body.condition || body.compare?.to === 'threshold');
  const table = {
    columns: ['evaluated_at', 'verdict', 'state', 'value', 'low', 'high', 'threshold', 'n', 'message'].map(
      (header) => ({ header }),
    ),
    rows: (query.data?.evaluations ?? []).map((e) => [
      e.evaluated_at,
      e.verdict,
      e.state,
      e.value,
      e.low,
      e.high,
      e.threshold,
      e.n,
      e.message,
    ]),
  };
  return (
    <ChartCard
      title="On history"
      note={query.data ? firedText(query.data) : undefined}
      name={`${body.name || 'monitor'}-backtest`}
      table={table}
      actions={actions}
      legend={
        <>
          <LegendItem mark="line" colour="var(--accent)">
            judged value
          </LegendItem>
          <LegendItem mark="dashed" colour="var(--critical)">
            threshold
          </LegendItem>
          {byRule && (
            <LegendItem mark="dotted" colour="var(--reference)">
              suggested
            </LegendItem>
          )}
          <LegendItem mark="band" colour="var(--critical)">
            would have fired
          </LegendItem>
          <span className="ml-auto flex flex-wrap gap-2">
            {body.kind === 'performance' && (
              <Segmented
                label="Which labels count"
                value={labels}
                onChange={setLabels}
                options={[
                  { value: 'now', label: 'All labels', tip: 'Every label that is known now' },
                  {
                    value: 'then',
                    label: 'As of then',
                    tip: 'Only labels that had come when it would have looked; slower',
                  },
                ]}
              />
            )}
            <Segmented
              label="How far back"
              value={days}
              onChange={setDays}
              options={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: SPANS[value] }))}
            />
          </span>
        </>
      }
    >
      <Loaded compact query={query} skeleton={<Skeleton className="m-4 h-56" />}>
        {(answer) => (
          <div className={query.isPlaceholderData ? STALE : ''}>
            <Picture answer={answer} suggests={byRule} name={body.name || 'value'} text={text} />
            <Firings answer={answer} />
            {answer.suggested_threshold !== null && onChange && (
              <Suggestion body={body} answer={answer} text={text} onChange={onChange} />
            )}
            {answer.diagnosis.length > 0 && (
              <div className="border-t border-line">
                <Problems problems={answer.diagnosis} onChange={onChange} />
              </div>
            )}
          </div>
        )}
      </Loaded>
    </ChartCard>
  );
}

function firedText({ would_have_fired: fired, per_month, looks, exact, every }: BacktestAnswer): string {
  const often =
    fired.length === 0
      ? 'would not have fired'
      : fired.length === 1
        ? 'would have fired once'
        : `would have fired ${fired.length} times, ${number(per_month)} a month`;
  return `${often} · ${plural(looks, 'look')}${exact ? '' : `, one in ${every}`}`;
}

function Picture({
  answer,
  suggests,
  name,
  text,
}: {
  answer: BacktestAnswer;
  suggests: boolean;
  name: string;
  text: (v: number | null) => string;
}) {
  const chart = useMemo(
    () => prepareBacktest(suggests ? answer : { ...answer, suggested_threshold: null }),
    [answer, suggests],
  );
  const now = Math.floor(useNow() / HOUR) * HOUR;
  const option = useMemo(
    () => (t: Tokens, width: number) => backtestOption(chart, name, text, now, t, width),
    [chart, name, text, now],
  );
  const stops = useMemo(() => chart.items.map((i) => i.x), [chart]);
  if (chart.runs.length === 0)
    return (
      <Empty compact icon="slash" title="There was nothing to judge">
        {answer.evaluations.at(-1)?.message ?? 'No look fell into this range.'}
      </Empty>
    );
  return (
    <Chart
      overTime
      label={`${name}: ${firedText(answer)}`}
      option={option}
      height={BACKTEST_HEIGHT}
      stops={stops}
      plot={BACKTEST_PLOT}
    />
  );
}

const SHOWN = 5;
function Firings({ answer: { would_have_fired: fired } }: { answer: BacktestAnswer }) {
  const [all, setAll] = useState(false);
  if (fired.length === 0) return null;
  const newest = [...fired].reverse();
  return (
    <ul className="flex flex-col gap-1 border-t border-line px-4 py-3 text-sm">
      {(all ? newest : newest.slice(0, SHOWN)).map((f) => (
        <li key={f.at} className="flex min-w-0 flex-wrap gap-x-2">
          <span className="whitespace-nowrap text-critical">
            <At at={f.at} />
          </span>
          <span className="whitespace-nowrap text-faint">
            {f.resolved_at ? (
              <>
                to <At at={f.resolved_at} />
              </>
            ) : (
              'and still at the end'
            )}
          </span>
          <span className="min-w-0 flex-1 basis-60 text-muted">{f.message}</span>
        </li>
      ))}
      {fired.length > SHOWN && !all && (
        <li>
          <Button look="ghost" onClick={() => setAll(true)}>
            {`Show ${fired.length - SHOWN} more`}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Suggestion({
  body,
  answer,
  text,
  onChange,
}: {
  body: MonitorBody;
  answer: BacktestAnswer;
  text: (v: number | null) => string;
  onChange: (change: Partial<MonitorBody>) => void;
}) {
  const rule = body.condition && 'op' in body.condition ? body.condition : null;
  if (!rule) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2 text-sm text-muted">
      <span>
        One false alarm in 30 days on this history: a threshold of{' '}
        <strong className="font-medium text-text">{text(answer.suggested_threshold)}</strong>.
      </span>
      <Button onClick={() => onChange({ condition: { op: rule.op, value: answer.suggested_threshold! } })}>
        Use it
      </Button>
    </div>
  );
}
