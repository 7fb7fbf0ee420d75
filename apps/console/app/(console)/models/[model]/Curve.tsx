'use client';

import { type ReactNode, useMemo } from 'react';
import { Chart } from '@/charts/Chart';
import { ChartCard, LegendItem } from '@/charts/ChartCard';
import { CURVES_HEIGHT, CURVES_PLOT, curvesOption } from '@/charts/curves.option';
import { type CurveLine, type Plane, tableOfPlane } from '@/charts/curves.prepare';
import type { Tokens } from '@/charts/theme';
import { Empty } from '@/components/States';

export type CurveProps = {
  model: string;
  title: string;
  file: string;
  note: ReactNode;
  plane: Plane;
  names: Record<CurveLine['role'], string>;
  reference: boolean;
  /** What to say when there is nothing to draw. */
  without?: string;
};

/** One plane as a card: drawn, as a table, as a file. */
export function Curve({ model, title, file, note, plane, names, reference, without }: CurveProps) {
  const option = useMemo(() => (t: Tokens, width: number) => curvesOption(plane, names, t, width), [plane, names]);
  const stops = useMemo(() => stopsOf(plane), [plane]);
  const drawn = plane.lines.some((l) => l.role === 'current');
  return (
    <ChartCard
      title={title}
      note={note}
      name={`${model}-${file}`}
      table={tableOfPlane(plane, names)}
      legend={
        drawn && (
          <>
            <LegendItem mark="line" colour="var(--accent)">
              {names.current}
            </LegendItem>
            {reference && (
              <LegendItem mark="dashed" colour="var(--reference)">
                {names.reference}
              </LegendItem>
            )}
            {plane.guide && plane.look !== 'line' && (
              <LegendItem mark="dotted" colour="var(--line-strong)">
                {plane.guide.name}
              </LegendItem>
            )}
            {plane.mark && (
              <LegendItem mark="ring" colour="var(--accent)">
                as decided
              </LegendItem>
            )}
          </>
        )
      }
    >
      {drawn ? (
        <div className="px-1 pt-1 pb-2">
          <Chart
            label={`${title} of ${model}. Arrow keys walk along the curve; the table button shows the numbers.`}
            option={option}
            height={CURVES_HEIGHT}
            plot={CURVES_PLOT}
            stops={stops}
          />
        </div>
      ) : (
        <Empty compact icon="slash" title="Nothing to draw">
          {without}
        </Empty>
      )}
    </ChartCard>
  );
}

const STOPS = 40;
/** Places along x to walk with the arrow keys: those of the points, but not two hundred of them. */
function stopsOf(plane: Plane): number[] {
  const xs = [...new Set(plane.lines.find((l) => l.role === 'current')?.points.map((p) => p.x) ?? [])].sort(
    (a, b) => a - b,
  );
  const every = Math.max(1, Math.ceil(xs.length / STOPS));
  return xs.filter((_, i) => i % every === 0);
}
