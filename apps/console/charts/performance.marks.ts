import { metricText } from '../lib/metrics';
import type { Api, Params } from './performance.lanes';
import type { Mark, PerformanceChart } from './performance.prepare';
import type { Tokens } from './theme';

/** What lies over the lines: the reference's value, deploys, notes and incidents. */
export function reference(chart: PerformanceChart, metric: string, right: number, t: Tokens): object {
  return {
    type: 'custom',
    data: chart.reference === null ? [] : [[0, chart.reference]],
    silent: true,
    clip: false,
    z: 2,
    encode: { x: [], y: 1 },
    renderItem: (params: Params, api: Api) => {
      const { x, width } = params.coordSys;
      const [, y] = api.coord([0, chart.reference!]);
      return {
        type: 'group',
        children: [
          {
            type: 'line',
            shape: { x1: x, x2: x + width, y1: y, y2: y },
            style: { stroke: t.reference, lineWidth: 1.3, lineDash: [5, 4] },
          },
          ...(right > 40
            ? [
                {
                  type: 'text',
                  style: {
                    text: `ref ${metricText(metric, chart.reference)}`,
                    x: x + width + 6,
                    y: y - 6,
                    fill: t.muted,
                    font: `11px ${t.font}`,
                  },
                },
              ]
            : []),
        ],
      };
    },
  };
}

export function marks(all: Mark[], t: Tokens): object {
  return {
    type: 'custom',
    data: all.map((m) => [m.x, 0]),
    silent: true,
    clip: false,
    z: 4,
    encode: { x: 0, y: [] },
    renderItem: (params: Params, api: Api) => {
      const mark = all[params.dataIndex]!;
      const { y, height, x: left, width } = params.coordSys;
      const [x] = api.coord([mark.x, 0]);
      const next = all[params.dataIndex + 1];
      const room = (next ? api.coord([next.x, 0])[0] : left + width) - x - 16;
      const colour = mark.kind === 'incident' ? (mark.severity === 'critical' ? t.critical : t.warning) : t.note;
      const cy = y - 12;
      const shape =
        mark.kind === 'incident'
          ? [
              [x, cy - 5],
              [x + 5.5, cy + 4.5],
              [x - 5.5, cy + 4.5],
            ]
          : mark.kind === 'data'
            ? [
                [x - 4, cy - 4],
                [x + 4, cy - 4],
                [x + 4, cy + 4],
                [x - 4, cy + 4],
              ]
            : [
                [x, cy - 5],
                [x + 5, cy],
                [x, cy + 5],
                [x - 5, cy],
              ];
      return {
        type: 'group',
        children: [
          {
            type: 'line',
            shape: { x1: x, x2: x, y1: y - 6, y2: y + height },
            style: { stroke: colour, lineWidth: 1, lineDash: [2, 3], opacity: 0.8 },
          },
          { type: 'polygon', shape: { points: shape }, style: { fill: colour } },
          ...(room > 36
            ? [
                {
                  type: 'text',
                  style: {
                    text: mark.text,
                    x: x + 9,
                    y: cy - 6,
                    width: Math.min(room, 180),
                    overflow: 'truncate',
                    fill: t.muted,
                    font: `11px ${t.font}`,
                  },
                },
              ]
            : []),
        ],
      };
    },
  };
}
