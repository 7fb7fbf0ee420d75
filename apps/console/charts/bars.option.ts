import type { ExploreAnswer } from '@plumbline/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import { changeText, metricText } from '../lib/metrics';
import { groupTip, shadeColour, toneColour } from './groups.look';
import type { Groups } from './groups.prepare';
import { alpha, type Tokens, tooltip, valueAxis } from './theme';

export const BAR_PX = 34;
const AXIS_PX = 26;
export const barsHeight = (groups: Groups): number => Math.max(1, groups.bars.length) * BAR_PX + AXIS_PX;

type Api = { value: (dimension: number) => number; coord: (point: [number, number]) => [number, number] };
type Params = { dataIndex: number; coordSys: { x: number; width: number } };

/** A bar from the value of all rows to that of the group, its interval over it. A small group is an outline. */
export function barsOption(answer: ExploreAnswer, groups: Groups, t: Tokens, width: number): EChartsCoreOption {
  const { bars, centre, overall, domain, comparing } = groups;
  const { metric } = answer;
  const height = Math.max(1, bars.length) * BAR_PX;
  const tick = (v: number) => (comparing ? changeText(metric, v) : metricText(metric, v));
  const clamp = (x: number, { coordSys }: Params) => Math.max(coordSys.x, Math.min(coordSys.x + coordSys.width, x));
  return {
    tooltip: tooltip(t, {
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) =>
        bars[dataIndex] ? groupTip(bars[dataIndex], answer, groups, t) : '',
    }),
    grid: { left: 10, right: 14, top: 0, height },
    xAxis: valueAxis(t, {
      min: domain.min,
      max: domain.max,
      interval: domain.step * (width < 260 ? 2 : 1),
      axisLabel: { color: t.faint, fontSize: 11, fontFamily: t.font, formatter: tick, hideOverlap: true, margin: 8 },
    }),
    yAxis: { type: 'value', min: 0, max: Math.max(1, bars.length), inverse: true, show: false },
    series: [
      {
        type: 'custom',
        clip: true,
        data: bars.map((b, i) => [b.x ?? centre, i]),
        encode: { x: 0, y: 1 },
        renderItem: (params: Params, api: Api) => {
          const bar = bars[params.dataIndex]!;
          const [, y] = api.coord([centre, params.dataIndex + 0.5]);
          const x = (v: number) => clamp(api.coord([v, 0])[0], params);
          const hit = {
            type: 'rect',
            shape: { x: params.coordSys.x, y: y - BAR_PX / 2, width: params.coordSys.width, height: BAR_PX },
            style: { fill: 'transparent' },
          };
          if (bar.x === null) return { type: 'group', children: [hit] };
          const [from, to] = [x(centre), x(bar.x)];
          const [low, high] = [x(bar.low ?? bar.x), x(bar.high ?? bar.x)];
          const colour = toneColour(bar, t);
          return {
            type: 'group',
            children: [
              hit,
              {
                type: 'rect',
                shape: { x: Math.min(from, to), y: y - 8, width: Math.abs(to - from), height: 16, r: 1.5 },
                style: bar.uncertain
                  ? { fill: 'transparent', stroke: t.faint, lineWidth: 1, lineDash: [2, 2] }
                  : { fill: shadeColour(bar, t) },
              },
              {
                type: 'line',
                shape: { x1: low, x2: high, y1: y, y2: y },
                style: { stroke: colour, lineWidth: 1.5, ...(bar.uncertain ? { lineDash: [2, 2] } : {}) },
              },
              ...[low, high].map((at) => ({
                type: 'line',
                shape: { x1: at, x2: at, y1: y - 3.5, y2: y + 3.5 },
                style: { stroke: colour, lineWidth: 1.5 },
              })),
              {
                type: 'circle',
                shape: { cx: to, cy: y, r: 3.5 },
                style: bar.uncertain
                  ? { fill: t.surface, stroke: t.faint, lineWidth: 1.5 }
                  : { fill: colour, stroke: t.surface, lineWidth: 1 },
              },
            ],
          };
        },
      },
      line(centre, height, alpha(t.reference, 1), comparing ? 'solid' : 'dashed'),
      ...(comparing && overall !== null ? [line(overall, height, t.reference, 'dashed')] : []),
    ],
  };
}

/** The value of all rows, from top to bottom. */
const line = (at: number, height: number, colour: string, dash: 'solid' | 'dashed') => ({
  type: 'custom',
  silent: true,
  tooltip: { show: false },
  data: [[at, 0]],
  renderItem: (_: Params, api: Api) => {
    const [x] = api.coord([at, 0]);
    return {
      type: 'line',
      shape: { x1: x, x2: x, y1: 0, y2: height },
      style: { stroke: colour, lineWidth: 1.5, ...(dash === 'dashed' ? { lineDash: [4, 3] } : {}) },
    };
  },
});
