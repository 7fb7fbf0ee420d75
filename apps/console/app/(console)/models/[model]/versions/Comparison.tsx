'use client';

import type { CompareAnswer, ComparedMetric, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { DifferenceBar } from '@/charts/DifferenceBar';
import { Badge, type Tone } from '@/components/Badge';
import { Card } from '@/components/Card';
import { CsvButton } from '@/components/CsvButton';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { type Column, Table } from '@/components/Table';
import type { CompareQuestion } from '@/lib/api';
import { DASH, group, number, percent, plural } from '@/lib/format';
import { metricLabel, metricText } from '@/lib/metrics';
import { queries } from '@/lib/queries';
import { versionName } from './search-params';
import { differenceText, summary, VERDICT_TEXT, type Verdict, verdictOf } from './verdict';

type Row = { name: string; metric: ComparedMetric; verdict: Verdict };
const BAR: Record<Verdict, 'ok' | 'critical' | 'accent' | 'muted'> = {
  better: 'ok',
  worse: 'critical',
  different: 'accent',
  open: 'muted',
  same: 'muted',
  unknown: 'muted',
};
const TONE: Record<Verdict, Tone> = {
  better: 'ok',
  worse: 'critical',
  different: 'accent',
  open: 'neutral',
  same: 'neutral',
  unknown: 'neutral',
};

export function Comparison({ model, question }: { model: ModelView; question: CompareQuestion }) {
  const query = useQuery(queries.compare(model.name, question));
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-96 w-full rounded-lg" />}>
      {(answer) => <Compared model={model} answer={answer} />}
    </Loaded>
  );
}

function Compared({ model, answer }: { model: ModelView; answer: CompareAnswer }) {
  const [a, b] = [versionName(answer.a.version), versionName(answer.b.version)];
  const rows = Object.entries(answer.metrics).map(
    ([name, metric]): Row => ({ name, metric, verdict: verdictOf(name, metric) }),
  );
  const told = summary(answer.metrics, model.primary_metric);
  const nothing = rows.every((r) => r.metric.difference.value === null);
  const columns = columnsOf(a, b);
  return (
    <div className="flex flex-col gap-4">
      <Card
        flush
        title={
          <span>
            {a} against {b}
          </span>
        }
        note={answer.paired ? 'on the same predictions' : 'each on its own predictions'}
        actions={
          !nothing && <CsvButton name={`${model.name}-${a}-${b}`} rows={rows} columns={[...columns, ...LIMITS]} />
        }
      >
        <Basis answer={answer} a={a} b={b} />
        {nothing ? (
          <Empty compact icon="clock" title="Nothing to compare yet">
            {answer.paired
              ? `${plural(answer.rows, 'prediction')} of both versions ${answer.rows === 1 ? 'has' : 'have'} a label; a comparison needs 30.`
              : 'At least one of the two has fewer than 30 labels in this range.'}
          </Empty>
        ) : (
          <>
            <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-3 text-sm">
              <Badge tone={TONE[told.verdict]}>{VERDICT_TEXT[told.verdict]}</Badge>
              <span>
                <b className="font-semibold">{a}</b>
                {told.verdict === 'open' && (
                  <>
                    {' '}
                    or <b className="font-semibold">{b}</b>
                  </>
                )}{' '}
                on {metricLabel(model.primary_metric)}; {told.text}.
              </span>
            </p>
            <Table caption={`${a} against ${b}`} rows={rows} rowKey={(r) => r.name} columns={columns} cards />
          </>
        )}
      </Card>
    </div>
  );
}

/** What the comparison stands on. */
function Basis({ answer, a, b }: { answer: CompareAnswer; a: string; b: string }) {
  const { paired, rows, shared, only_a, only_b } = answer;
  const all = answer.a.predictions + answer.b.predictions;
  const facts: [string, string, string?][] = paired
    ? [
        ['Compared', plural(rows, 'labelled prediction'), `of ${group(shared)} that both versions made`],
        [`Only ${a}`, group(only_a)],
        [`Only ${b}`, group(only_b)],
      ]
    : [
        [`Labels of ${a}`, group(answer.a.labelled), `of ${plural(answer.a.predictions, 'prediction')}`],
        [`Labels of ${b}`, group(answer.b.labelled), `of ${plural(answer.b.predictions, 'prediction')}`],
        [`Share of ${a}`, percent(all > 0 ? answer.a.predictions / all : null), 'of the traffic of both'],
      ];
  return (
    <div className="border-b border-line px-4 py-3">
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {facts.map(([label, value, more]) => (
          <div key={label}>
            <dt className="text-xs text-faint">{label}</dt>
            <dd className="text-sm">
              {value} {more && <span className="text-xs text-muted">{more}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {!paired && (
        <p className="mt-2 max-w-3xl text-xs text-muted">
          The two share no prediction, so this is the difference of two samples: wider, and also that of their traffic
          unless chance decided who got what.
        </p>
      )}
    </div>
  );
}

const interval = (name: string, { low, high }: ComparedMetric['a']) =>
  low === null || high === null ? '' : `${metricText(name, low)} ${DASH} ${metricText(name, high)}`;
const pText = (p: number | null) => (p === null ? DASH : p < 0.001 ? '< 0.001' : number(p, 2));

/** In the file only: the limits are numbers of their own there. */
const LIMITS = (['low', 'high'] as const).map(
  (key): Column<Row> => ({ key, header: key, cell: () => null, csv: (r) => r.metric.difference[key] }),
);

function columnsOf(a: string, b: string): Column<Row>[] {
  const side = (key: 'a' | 'b', header: string): Column<Row> => ({
    key,
    header,
    align: 'right',
    csv: (r) => r.metric[key].value,
    cell: (r) => (
      <span data-tip={interval(r.name, r.metric[key]) || undefined} className="whitespace-nowrap">
        {metricText(r.name, r.metric[key].value)}
      </span>
    ),
  });
  return [
    {
      key: 'metric',
      narrow: 'wide',
      header: 'Metric',
      cell: (r) => <b className="font-medium">{metricLabel(r.name)}</b>,
      csv: (r) => r.name,
    },
    side('a', a),
    side('b', b),
    {
      key: 'difference',
      header: 'Difference',
      align: 'right',
      csv: (r) => r.metric.difference.value,
      cell: (r) => <span className="font-semibold whitespace-nowrap">{differenceText(r.name, r.metric).value}</span>,
    },
    {
      key: 'interval',
      header: '95 % interval',
      align: 'right',
      className: 'text-muted whitespace-nowrap',
      cell: (r) => differenceText(r.name, r.metric).interval,
    },
    {
      key: 'bar',
      header: `${b} ← → ${a}`,
      tip: 'Which of the two is higher; the dashed line is no difference. Each metric on a scale of its own.',
      className: 'md:w-[26%] md:min-w-40',
      narrow: 'wide',
      cell: (r) =>
        r.metric.difference.value === null ? null : (
          <DifferenceBar
            value={r.metric.difference.value}
            low={r.metric.difference.low}
            high={r.metric.difference.high}
            tone={BAR[r.verdict]}
            label={`Difference of ${metricLabel(r.name)}: ${differenceText(r.name, r.metric).interval}`}
          />
        ),
    },
    {
      key: 'p',
      header: 'p',
      tip: 'Probability of such a difference, or a larger one, if there were none',
      align: 'right',
      csv: (r) => r.metric.p_value,
      cell: (r) => <span className="whitespace-nowrap text-muted">{pText(r.metric.p_value)}</span>,
    },
    {
      key: 'verdict',
      header: `${a} is`,
      cell: (r) => <Badge tone={TONE[r.verdict]}>{VERDICT_TEXT[r.verdict]}</Badge>,
    },
  ];
}
