import type { EChartsCoreOption } from 'echarts/core';
import { DASH, dateTime } from '../lib/format';
import type { BacktestChart, BacktestItem } from './backtest.prepare';
import { stops, stroke } from './stroke';
import { alpha, axisText, type Tokens, timeAxis, tipHtml, tooltip, valueAxis } from './theme';

export const BACKTEST_HEIGHT = 240;
export const BACKTEST_PLOT = { top: 14, bottom: 44 };
const LANE_PX = 9;
type Api = { coord: (point: [number, number]) => [number, number] };
type Params = { coordSys: { x: number; y: number; width: number; height: number }; dataIndex: number };

const LANE: Record<string, (t: Tokens) => string> = {
  firing: (t) => t.critical,
  pending: (t) => t.warning,
  error: (t) => t.warning,
  ok: (t) => alpha(t.ok, 0.55),
  no_data: (t) => t['line-strong'],
  unknown: (t) => t['line-strong'],
};

/** The judged value with its interval and threshold, where it would have fired behind it, the state below. `text` writes a value. */
export function backtestOption(
  chart: BacktestChart,
  name: string,
  text: (v: number | null) => string,
  now: number,
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const narrow = width < 520;
  const { domain } = chart;
  return {
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => {
        const x = Array.isArray(params) ? Number(params[0]?.axisValue) : Number.NaN;
        const item = nearest(chart.items, x);
        if (!item) return '';
        const interval =
          item.low !== null && item.high !== null
            ? [{ label: '95 % interval', value: `${text(item.low)} ${DASH} ${text(item.high)}` }]
            : [];
        const limit =
          item.threshold === null ? [] : [{ label: 'Threshold', value: text(item.threshold), colour: t.critical }];
        return tipHtml(
          t,
          dateTime(item.x, now),
          [
            { label: name, value: item.value === null ? 'no data' : text(item.value), colour: t.accent, strong: true },
            ...interval,
            ...limit,
            { label: 'State', value: item.state.replace('_', ' '), colour: LANE[item.state]?.(t) },
          ],
          item.message,
        );
      },
    }),
    grid: { left: narrow ? 48 : 58, right: narrow || chart.suggested === null ? 14 : 116, ...BACKTEST_PLOT },
    xAxis: timeAxis(t, { from: chart.x[0], to: chart.x[1], utc: false, width }, { offset: LANE_PX + 6 }),
    yAxis: valueAxis(t, {
      min: domain.min,
      max: domain.max,
      interval: domain.step,
      axisLabel: { ...axisText(t), formatter: (v: number) => text(v) },
      axisPointer: { show: false },
    }),
    series: [
      shades(chart, t),
      lane(chart, t),
      bands(chart, t),
      ...chart.runs.map((run) =>
        stroke({
          points: run.map((i) => [i.x, i.value!]),
          colour: t.accent,
          width: 1.6,
          marks: run.length === 1 && { shape: 'circle', fill: t.accent, size: () => 5 },
          z: 3,
        }),
      ),
      ...chart.limits.map((run) =>
        stroke({ points: run.map((i) => [i.x, i.threshold!]), colour: t.critical, width: 1.3, dash: [5, 4], z: 2 }),
      ),
      ...(chart.suggested === null ? [] : [suggestion(chart, chart.suggested, text, narrow, t)]),
      stops(
        chart.items.map((i) => i.x),
        domain.min,
      ),
    ],
  };
}

const nearest = (items: readonly BacktestItem[], x: number): BacktestItem | undefined =>
  items.reduce<BacktestItem | undefined>(
    (best, i) => (best === undefined || Math.abs(i.x - x) < Math.abs(best.x - x) ? i : best),
    undefined,
  );

const shades = ({ fired, domain }: BacktestChart, t: Tokens) => ({
  type: 'custom',
  data: fired.map((f) => [f.from, domain.min]),
  silent: true,
  clip: false,
  z: 0,
  renderItem: (params: Params, api: Api) => {
    const f = fired[params.dataIndex]!;
    const [from] = api.coord([f.from, domain.min]);
    const [to] = api.coord([f.to, domain.min]);
    const { y, height } = params.coordSys;
    const x = from;
    const wide = Math.max(2, to - from);
    return {
      type: 'group',
      children: [
        { type: 'rect', shape: { x, y, width: wide, height }, style: { fill: alpha(t.critical, 0.09) } },
        { type: 'line', shape: { x1: x, x2: x, y1: y, y2: y + height }, style: { stroke: t.critical, lineWidth: 1.4 } },
      ],
    };
  },
});

/** The state of every look, below the axis. */
const lane = ({ items, domain, x: [, end] }: BacktestChart, t: Tokens) => ({
  type: 'custom',
  data: items.map((i) => [i.x, domain.min]),
  silent: true,
  clip: false,
  z: 1,
  renderItem: (params: Params, api: Api) => {
    const item = items[params.dataIndex]!;
    const next = items[params.dataIndex + 1]?.x ?? end;
    const [from, y] = api.coord([item.x, domain.min]);
    const [to] = api.coord([next, domain.min]);
    return {
      type: 'rect',
      shape: { x: from, y: y + 4, width: Math.max(1, to - from + 0.5), height: LANE_PX },
      style: { fill: (LANE[item.state] ?? LANE.unknown!)(t) },
    };
  },
});

const bands = ({ runs }: BacktestChart, t: Tokens) => ({
  type: 'custom',
  data: runs.map((r) => [r[0]!.x, r[0]!.value]),
  silent: true,
  clip: true,
  z: 1,
  renderItem: (params: Params, api: Api) => {
    const known = (runs[params.dataIndex] ?? []).filter((i) => i.low !== null && i.high !== null);
    if (known.length < 2) return;
    const points = [
      ...known.map((i) => api.coord([i.x, i.high!])),
      ...known.map((i) => api.coord([i.x, i.low!])).reverse(),
    ];
    return { type: 'polygon', shape: { points }, style: { fill: alpha(t.accent, 0.15) } };
  },
});

const suggestion = (
  { x: [from] }: BacktestChart,
  value: number,
  text: (v: number | null) => string,
  narrow: boolean,
  t: Tokens,
) => ({
  type: 'custom',
  data: [[from, value]],
  encode: { x: [], y: 1 },
  silent: true,
  z: 2,
  renderItem: (params: Params, api: Api) => {
    const { x, width } = params.coordSys;
    const [, y] = api.coord([from, value]);
    const line = {
      type: 'line',
      shape: { x1: x, x2: x + width, y1: y, y2: y },
      style: { stroke: t.reference, lineWidth: 1.3, lineDash: [2, 3] },
    };
    if (narrow) return line;
    const label = {
      text: `suggested ${text(value)}`,
      x: x + width + 6,
      y: y - 6,
      fill: t.reference,
      font: `11px ${t.font}`,
    };
    return { type: 'group', children: [line, { type: 'text', style: label }] };
  },
});
