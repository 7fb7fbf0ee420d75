'use client';

import type { DelaysAnswer, ModelView } from '@plumbline/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ChartCard, type ChartTable } from '@/charts/ChartCard';
import { LateChart, LateLegend } from '@/charts/LateChart';
import { prepareClassDelays, prepareDelays } from '@/charts/late.prepare';
import { Card } from '@/components/Card';
import { Empty, Loaded, Skeleton } from '@/components/States';
import { DASH, duration, group, percent } from '@/lib/format';
import { queries } from '@/lib/queries';
import { seconds } from './windows';

/** How long labels take: of all predictions, and of each class where they differ. */
export function Delays({ model }: { model: ModelView }) {
  const query = useQuery(queries.delays(model.name));
  return (
    <Loaded framed query={query} skeleton={<Skeleton className="h-80 w-full rounded-lg" />}>
      {(answer) =>
        answer.curve.length === 0 ? (
          <Card title="How long labels take">
            <Empty compact icon="clock" title="No delay is known yet">
              None of the predictions of the last months has a label. The curve begins with the first one.
            </Empty>
          </Card>
        ) : (
          <Drawn model={model} answer={answer} />
        )
      }
    </Loaded>
  );
}

function Drawn({ model, answer }: { model: ModelView; answer: DelaysAnswer }) {
  const within = seconds(answer.attribution_window);
  const all = useMemo(() => prepareDelays(answer, within), [answer, within]);
  const classes = useMemo(
    () =>
      answer.classes.differ && Object.keys(answer.classes.curves).length > 0
        ? prepareClassDelays(answer, within)
        : null,
    [answer, within],
  );
  const name = model.name;
  return (
    <div className={`grid gap-4 ${classes ? 'xl:grid-cols-2' : ''}`}>
      <ChartCard
        title="How long labels take"
        note={`${answer.sampled < 1 ? 'a sample of ' : ''}${group(answer.predictions)} predictions, ${group(answer.labelled)} with a label`}
        name={`${name}-delays`}
        table={tableOf([['all', answer.curve]])}
        legend={<LateLegend chart={all} />}
      >
        <Summary answer={answer} />
        <div className="px-1 pt-1 pb-2">
          <LateChart
            chart={all}
            label={`Share of the predictions of ${name} that have a label, by age. The table button shows the numbers.`}
          />
        </div>
      </ChartCard>
      {classes && (
        <ChartCard
          title="By true class"
          note="share of the labels that ever come"
          name={`${name}-delays-by-class`}
          table={tableOf(Object.entries(answer.classes.curves).map(([c, { curve }]) => [c, curve]))}
          legend={<LateLegend chart={classes} />}
        >
          <p className="px-4 pt-3 text-xs text-pretty text-muted">
            Labels of some classes come later: the early ones are not like the rest. Provisional windows say what that
            changes as the corrected value.
          </p>
          <div className="px-1 pt-1 pb-2">
            <LateChart
              chart={classes}
              label={`Share of the labels of each class of ${name} that are known, by age. The table button shows the numbers.`}
            />
          </div>
        </ChartCard>
      )}
    </div>
  );
}

function Summary({ answer }: { answer: DelaysAnswer }) {
  const { plateau } = answer;
  const half = ageOf(answer, 0.5);
  const most = ageOf(answer, 0.9);
  const sentence = [
    half === null ? null : `Half of the labels that come are there after ${duration(half)}`,
    most === null ? null : `nine in ten after ${duration(most)}`,
  ].filter(Boolean);
  return (
    <p className="px-4 pt-3 text-xs text-pretty text-muted">
      {sentence.length > 0 && `${sentence.join(', ')}. `}
      {plateau.value !== null &&
        `${percent(plateau.value)} of the predictions ever get one (${percent(plateau.low)} ${DASH} ${percent(plateau.high)})${plateau.settled || (plateau.high ?? 0) >= 0.9995 ? '.' : '; the curve is still rising, so this is the least.'}`}
      {answer.missing === 'negative' &&
        ' A prediction without a label is taken as negative after the attribution window.'}
      {answer.attribution_window === null && ' No attribution window is declared.'}
      {!answer.classes.differ &&
        Object.keys(answer.classes.curves).length === 0 &&
        ' No difference between classes is known.'}
    </p>
  );
}

/** In milliseconds: when this share of what ever comes has come. */
function ageOf({ curve, plateau }: DelaysAnswer, share: number): number | null {
  const last = plateau.value ?? curve.at(-1)?.share ?? 0;
  const point = curve.find((p) => p.share >= share * last);
  return point && last > 0 ? point.age * 1000 : null;
}

function tableOf(curves: [string, DelaysAnswer['curve']][]): ChartTable {
  const share = (v: string | number | null) => percent(typeof v === 'number' ? v : null);
  return {
    columns: [
      { header: 'Point' },
      { header: 'Age (s)' },
      { header: 'Age', text: (v) => duration(typeof v === 'number' ? v * 1000 : null) },
      { header: 'Known by then', text: share },
      { header: 'Standard error', text: share },
    ],
    rows: curves.flatMap(([name, curve]) => curve.map((p, i) => [`${name} ${i + 1}`, p.age, p.age, p.share, p.error])),
  };
}
