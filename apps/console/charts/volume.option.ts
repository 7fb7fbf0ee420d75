import type { EChartsCoreOption } from 'echarts/core';
import { compact, DASH, group, windowLabel } from '../lib/format';
import { windowAt } from './performance.prepare';
import { stops } from './stroke';
import { alpha, axisText, type Tokens, timeAxis, tipHtml, tooltip, valueAxis } from './theme';
import type { VolumeChart } from './volume.prepare';

export const VOLUME_HEIGHT = 260;
export const VOLUME_PLOT = { top: 14, bottom: 28 };
type Api = { coord: (point: [number, number]) => [number, number] };
type Params = { dataIndex: number };
const STATE = { ok: 'as usual', low: '▼ fewer than usual', high: '▲ more than usual', unknown: 'not enough history' };

export function volumeOption(
  chart: VolumeChart,
  range: { utc: boolean; now: number },
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const first = chart.items[0];
  const last = chart.items.at(-1);
  return {
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => {
        const w = windowAt(chart.items, Array.isArray(params) ? Number(params[0]?.axisValue) : Number.NaN);
        if (!w) return '';
        return tipHtml(
          t,
          windowLabel(w.start, w.end, range.now),
          [
            { label: 'Predictions', value: group(w.count), strong: true, colour: odd(w.state) ? t.critical : t.accent },
            ...(w.expected !== null ? [{ label: 'Usual', value: group(w.expected) }] : []),
            ...(w.low !== null && w.high !== null
              ? [{ label: 'Band', value: `${group(w.low)} ${DASH} ${group(w.high)}` }]
              : []),
          ],
          w.state === 'unknown' && w === last ? 'still running' : STATE[w.state],
        );
      },
    }),
    grid: { left: 56, right: 16, top: VOLUME_PLOT.top, bottom: VOLUME_PLOT.bottom },
    xAxis: timeAxis(t, { from: first?.start ?? 0, to: last?.end ?? 1, utc: range.utc, width }),
    yAxis: valueAxis(t, {
      min: 0,
      max: chart.domain.max,
      interval: chart.domain.step,
      axisLabel: { ...axisText(t), formatter: (v: number) => compact(v) },
      axisPointer: { show: false },
    }),
    series: [
      {
        type: 'custom',
        silent: true,
        clip: true,
        z: 2,
        data: chart.items.map((w) => [w.x, w.count]),
        renderItem: (params: Params, api: Api) => {
          const w = chart.items[params.dataIndex]!;
          const [from, top] = api.coord([w.start, w.count]);
          const [to, bottom] = api.coord([w.end, 0]);
          const strange = odd(w.state);
          const open = w.end > range.now + 3_600_000 || (w.state === 'unknown' && w === last);
          const width = Math.max(1, to - from - (to - from > 4 ? 1.5 : 0));
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: from, y: top, width, height: bottom - top },
                style: { fill: alpha(strange ? t.critical : t.accent, strange ? 0.8 : open ? 0.22 : 0.5) },
              },
              // Shape as well as colour: a triangle in the direction it is off.
              ...(strange
                ? [
                    triangle(
                      from + width / 2,
                      w.state === 'high' ? top - 5 : Math.min(top - 5, bottom - 8),
                      w.state === 'high',
                      t,
                    ),
                  ]
                : []),
            ],
          };
        },
      },
      {
        type: 'custom',
        silent: true,
        clip: true,
        z: 3,
        data: chart.bands.map((b) => [b[0]!.x, b[0]!.low]),
        renderItem: (params: Params, api: Api) => {
          const band = chart.bands[params.dataIndex]!;
          const upper = band.map((p) => api.coord([p.x, p.high]));
          const lower = band.map((p) => api.coord([p.x, p.low]));
          const line = (points: [number, number][]) => ({
            type: 'polyline',
            shape: { points },
            style: { stroke: t.reference, lineWidth: 1, lineDash: [3, 3], fill: 'none' },
          });
          return {
            type: 'group',
            children: [
              {
                type: 'polygon',
                shape: { points: [...upper, ...[...lower].reverse()] },
                style: { fill: alpha(t.reference, 0.16) },
              },
              line(upper),
              line(lower),
            ],
          };
        },
      },
      stops(
        chart.items.map((w) => w.x),
        0,
      ),
    ],
  };
}

const odd = (state: string) => state === 'low' || state === 'high';
const triangle = (x: number, y: number, up: boolean, t: Tokens) => ({
  type: 'polygon',
  shape: {
    points: up
      ? [
          [x, y - 4],
          [x + 4.5, y + 3],
          [x - 4.5, y + 3],
        ]
      : [
          [x, y + 4],
          [x + 4.5, y - 3],
          [x - 4.5, y - 3],
        ],
  },
  style: { fill: t.critical },
});
