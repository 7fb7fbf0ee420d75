'use client';

import type { CurveSet, ModelView, PerformanceWindow } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { IntervalBar } from '@/charts/IntervalBar';
import { Card } from '@/components/Card';
import { Empty, Loaded, Skeleton } from '@/components/States';
import type { PerformanceQuestion } from '@/lib/api';
import { DASH, group, percent } from '@/lib/format';
import { CHOICES, compare, metricLabel, metricText } from '@/lib/metrics';
import { queries } from '@/lib/queries';
import { Confusion, type Matrix } from './Confusion';
import { useCurves } from './useCurves';

const CELLS = ['tp', 'fp', 'tn', 'fn'];
const VERDICT = {
  worse: 'worse than reference',
  better: 'better than reference',
  different: 'differs from reference',
  same: 'like the reference',
  unknown: '',
};

/** The whole range as one window: each metric with its interval against the reference, and who was taken for whom. */
export function MetricSummary({
  model,
  metric,
  range,
  chosen,
  onMetric,
}: {
  model: ModelView;
  metric: string;
  range: Pick<PerformanceQuestion, 'from' | 'to' | 'version' | 'filters'>;
  /** The class whose curves are drawn below: their answer has the reference's confusion too. */
  chosen: string | null;
  onMetric: (metric: string) => void;
}) {
  // Nine fill three columns beside the confusion matrix, eight the four without.
  const names = CHOICES[model.task].slice(0, model.task === 'regression' ? 8 : 9);
  const extra = model.task === 'binary' ? CELLS : model.task === 'multiclass' ? ['confusion'] : [];
  const query = useQuery(
    queries.performance(model.name, { ...range, granularity: 'all', estimate: true, metrics: [...names, ...extra] }),
  );
  const references = useQuery(queries.references(model.name));
  const curves = useCurves(model, range, chosen);
  const reference = references.data?.items[0];

  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-40 w-full rounded-lg" />}>
      {(answer) => {
        const window = answer.windows[0];
        if (!window) return null;
        const matrix = matrixOf(window, model);
        const shown = names.filter((n) => !n.startsWith('latency') || (window.metrics[n]?.value ?? null) !== null);
        const columns = matrix ? 3 : 4;
        return (
          <div
            className={`grid gap-4 ${matrix ? 'xl:grid-cols-[minmax(0,1fr)_23rem] 2xl:grid-cols-[minmax(0,1fr)_28rem]' : ''}`}
          >
            <Card
              flush
              title="The whole range"
              note={`${group(window.labelled)} of ${group(window.predictions)} predictions have a label (${percent(window.coverage, 0)})${reference ? ` · reference: ${(range.filters?.length ?? 0) > 0 ? 'all of ' : ''}${reference.name}, ${group(reference.rows)} rows` : ''}`}
            >
              {names.every((n) => (window.metrics[n]?.value ?? null) === null) ? (
                <Empty compact icon="clock" title="Not enough labels yet">
                  Below 30 labels a metric is not shown: it would be a guess.
                </Empty>
              ) : (
                <ul
                  className={`grid grid-cols-2 gap-px overflow-hidden rounded-b-lg bg-line ${matrix ? 'sm:grid-cols-3' : 'sm:grid-cols-4'}`}
                >
                  {shown.map((name) => (
                    <MetricTile
                      key={name}
                      name={name}
                      current={name === metric}
                      value={shownOf(window.metrics[name])}
                      meanwhile={window.state === 'final' ? undefined : window.metrics[name]?.values}
                      reference={reference?.metrics[name] ?? null}
                      onChoose={() => onMetric(name)}
                    />
                  ))}
                  {shown.length % columns > 0 && (
                    <li
                      aria-hidden="true"
                      className="bg-surface max-sm:hidden"
                      style={{ gridColumn: `span ${columns - (shown.length % columns)}` }}
                    />
                  )}
                </ul>
              )}
            </Card>
            {matrix && (
              <Card title="Confusion" note="share of each actual class">
                <Confusion matrix={matrix} reference={confusionOf(curves.data?.reference, matrix)} />
              </Card>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

type Shown = PerformanceWindow['metrics'][string];
/** What came true as far as labels say it; what is expected only where they do not. */
function shownOf(m: Shown | undefined): Shown | undefined {
  const realized = m?.values?.realized;
  return realized && realized.value !== null ? { ...realized, kind: 'realized' } : m;
}

function MetricTile({
  name,
  value,
  meanwhile,
  reference,
  current,
  onChoose,
}: {
  name: string;
  value: Shown | undefined;
  /** While labels are still coming: what they say corrected for those to come, and what the scores let one expect. */
  meanwhile: Shown['values'];
  reference: number | null;
  current: boolean;
  onChoose: () => void;
}) {
  const corrected = meanwhile?.corrected?.value == null ? undefined : meanwhile.corrected;
  // Early labels need not be like the rest: they are not judged by themselves if it is known what that changes.
  const judged = corrected ?? value;
  const verdict = judged ? compare(name, judged, reference) : 'unknown';
  const tone = verdict === 'worse' ? 'critical' : verdict === 'better' ? 'ok' : 'accent';
  const interval =
    value && value.low !== null && value.high !== null
      ? `${metricText(name, value.low)} ${DASH} ${metricText(name, value.high)}`
      : null;
  return (
    <li className="bg-surface max-sm:nth-last-[1]:odd:col-span-2">
      <button
        type="button"
        onClick={onChoose}
        aria-pressed={current}
        data-tip="Show over time"
        className={`flex h-full w-full flex-col items-stretch p-3.5 text-left hover:bg-hover ${current ? 'bg-accent/6' : ''}`}
      >
        <span className="flex items-baseline gap-1.5 text-xs text-muted">
          <span className="truncate">{metricLabel(name)}</span>
          {value?.kind === 'estimated' && <span className="text-note">estimated</span>}
        </span>
        <span className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
          <span className={`text-lg font-semibold ${verdict === 'worse' ? 'text-critical' : ''}`}>
            {metricText(name, value?.value)}
          </span>
          {interval && <span className="text-xs text-faint">{interval}</span>}
        </span>
        {value && value.value !== null && (
          <span className="mt-1.5 block">
            <IntervalBar
              value={value.value}
              low={value.low}
              high={value.high}
              reference={reference}
              tone={tone}
              label={`${metricLabel(name)} ${interval ?? ''}`}
            />
          </span>
        )}
        {value?.kind === 'realized' && <Meanwhile name={name} label="corrected" value={corrected} />}
        <span
          className={`mt-1 block text-xs ${verdict === 'worse' ? 'text-critical' : verdict === 'better' ? 'text-ok' : 'text-faint'}`}
        >
          {reference === null ? 'no reference' : `${VERDICT[verdict] || 'reference'} ${metricText(name, reference)}`}
        </span>
        {value?.kind === 'realized' && <Meanwhile name={name} label="estimated" value={meanwhile?.estimated} />}
      </button>
    </li>
  );
}

type Meant = { value: number | null; low: number | null; high: number | null } | undefined;
function Meanwhile({ name, label, value }: { name: string; label: 'corrected' | 'estimated'; value: Meant }) {
  if (!value || value.value === null) return null;
  return (
    <span className={`mt-0.5 block text-xs ${label === 'estimated' ? 'text-note' : 'text-muted'}`}>
      {label} {metricText(name, value.value)}{' '}
      {value.low !== null && value.high !== null && (
        <span className="whitespace-nowrap text-faint">
          {metricText(name, value.low)} {DASH} {metricText(name, value.high)}
        </span>
      )}
    </span>
  );
}

/** Two classes are told by their place: negative first, whatever they are called here and there. */
function confusionOf(set: CurveSet | undefined, { classes }: Matrix): Matrix | null {
  const found = set && set.labelled > 0 ? set.confusion : undefined;
  return found ? { classes: classes.length === 2 ? classes : found.classes, counts: found.counts } : null;
}

function matrixOf(window: PerformanceWindow, model: ModelView): Matrix | null {
  if (window.confusion) return window.labelled > 0 ? window.confusion : null;
  const [tp, fp, tn, fn] = CELLS.map((name) => {
    const m = window.metrics[name];
    return (m?.values ? m.values.realized.value : m?.value) ?? null;
  });
  if (
    tp === null ||
    fp === null ||
    tn === null ||
    fn === null ||
    tp === undefined ||
    fp === undefined ||
    tn === undefined ||
    fn === undefined
  )
    return null;
  if (tp + fp + tn + fn === 0) return null;
  const positive = model.positive_class ?? 'positive';
  const negative = model.classes.find((c) => c !== positive) ?? 'negative';
  return {
    classes: [negative, positive],
    counts: [
      [tn, fp],
      [fn, tp],
    ],
  };
}
