'use client';

import { type ReactNode, useMemo } from 'react';
import { useNow } from '@/components/Time';
import { Chart } from './Chart';
import { LegendItem } from './ChartCard';
import { colourName, LATE_TOP, lateBottom, lateOption, lateStops } from './late.option';
import type { LateChart as Prepared } from './late.prepare';
import type { Tokens } from './theme';

/** A picture of late labels through the one chart wrapper. */
export function LateChart({ chart, label, height = 260 }: { chart: Prepared; label: string; height?: number }) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const option = useMemo(() => (t: Tokens, width: number) => lateOption(chart, hour, t, width), [chart, hour]);
  const stops = useMemo(() => lateStops(chart), [chart]);
  return (
    <Chart
      overTime={chart.x.kind === 'time'}
      label={label}
      option={option}
      height={height}
      stops={stops}
      plot={{ top: LATE_TOP, bottom: lateBottom(chart) }}
    />
  );
}

export function LateLegend({ chart, children }: { chart: Prepared; children?: ReactNode }) {
  const dashes = ['line', 'dashed', 'dotted', 'dashed'] as const;
  return (
    <>
      {chart.lines.map((line, i) => (
        <LegendItem
          key={line.name}
          mark={
            line.look === 'class'
              ? dashes[i % 4]!
              : line.look === 'realized'
                ? 'line'
                : line.look === 'estimated'
                  ? 'dashed'
                  : 'dotted'
          }
          colour={colourName(line, i)}
        >
          {line.name}
        </LegendItem>
      ))}
      {children}
    </>
  );
}
