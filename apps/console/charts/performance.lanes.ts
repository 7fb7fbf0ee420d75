import type { PerformanceChart } from './performance.prepare';
import { alpha, type Tokens } from './theme';

/** The lanes under the metric: labels and volume, one bar a window. */
export type Api = {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
};
export type Params = { coordSys: { x: number; y: number; width: number; height: number }; dataIndex: number };

/** How many of the labels are in, against what could be expected by now and what will ever come. */
export function strip(chart: PerformanceChart, t: Tokens): object {
  return {
    type: 'custom',
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: chart.strip.map((w) => [w.start, w.end, w.coverage ?? 0]),
    encode: { x: [0, 1], y: 2 },
    silent: true,
    clip: true,
    renderItem: (params: Params, api: Api) => {
      const box = rectOf(params, api);
      const window = chart.strip[params.dataIndex]!;
      const filledHeight = box.height * api.value(2);
      return {
        type: 'group',
        children: [
          { type: 'rect', shape: box, style: { fill: t.shade } },
          {
            type: 'rect',
            shape: { ...box, y: box.y + box.height - filledHeight, height: filledHeight },
            style: { fill: alpha(t.accent, 0.6) },
          },
          ...tick(box, window.expected, { stroke: t.text, lineWidth: 1.5 }),
          ...tick(box, window.maturity, { stroke: t.note, lineWidth: 1.5, lineDash: [2, 2] }),
        ],
      };
    },
  };
}

export function volume(chart: PerformanceChart, t: Tokens): object {
  return {
    type: 'custom',
    xAxisIndex: 2,
    yAxisIndex: 2,
    data: chart.strip.map((w) => [w.start, w.end, w.predictions]),
    encode: { x: [0, 1], y: 2 },
    silent: true,
    clip: true,
    renderItem: (params: Params, api: Api) => {
      const box = rectOf(params, api);
      const [, top] = api.coord([api.value(0), api.value(2)]);
      const bottom = box.y + box.height;
      return {
        type: 'rect',
        shape: { ...box, y: top, height: Math.max(0, bottom - top) },
        style: { fill: alpha(t.reference, 0.55) },
      };
    },
  };
}

function rectOf(params: Params, api: Api): { x: number; y: number; width: number; height: number } {
  const [from] = api.coord([api.value(0), 0]);
  const [to] = api.coord([api.value(1), 0]);
  const gap = to - from > 4 ? 1 : 0;
  return { x: from, y: params.coordSys.y, width: Math.max(0.75, to - from - gap), height: params.coordSys.height };
}

function tick(box: { x: number; y: number; width: number; height: number }, share: number | null, style: object) {
  if (share === null) return [];
  const y = box.y + box.height * (1 - Math.min(1, share)) + 0.5;
  return [{ type: 'line', shape: { x1: box.x, x2: box.x + box.width, y1: y, y2: y }, style }];
}
