import type { EChartsCoreOption } from 'echarts/core';
import { compact, DASH, group, percent, windowLabel } from '../lib/format';
import { metricLabel, metricText } from '../lib/metrics';
import { type Mark, type PerformanceChart, type Point, type Segment, windowAt } from './performance.prepare';
import { alpha, axisText, lineLook, type TipRow, type Tokens, timeAxis, tipHtml, tooltip, valueAxis } from './theme';

/** Top to bottom: marks, the metric, how many labels are in, how many predictions there were. One crosshair through all. */
const LANE = 26;
const METRIC = 230;
const GAP = 16;
const COVERAGE = 12;
const VOLUME = 44;
const AXIS = 28;
export const PERFORMANCE_HEIGHT = LANE + METRIC + GAP + COVERAGE + GAP + VOLUME + AXIS;
export const PERFORMANCE_PLOT = { top: LANE, bottom: AXIS };

type Api = {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
};
type Params = { coordSys: { x: number; y: number; width: number; height: number }; dataIndex: number };

export function performanceOption(
  chart: PerformanceChart,
  metric: string,
  range: { from: number; to: number; utc: boolean; now: number },
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const left = width < 520 ? 44 : 56;
  const right = width < 520 ? 12 : chart.reference !== null ? 64 : 20;
  const tops = { metric: LANE, coverage: LANE + METRIC + GAP, volume: LANE + METRIC + GAP + COVERAGE + GAP };
  const x = { from: range.from, to: range.to, utc: range.utc, width };
  const nothing = chart.series.every((s) => s.points.every((p) => p.value === null));
  const volumeMost = Math.max(1, ...chart.strip.slice(0, 5000).map((w) => w.predictions));

  return {
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => tipOf(chart, metric, axisValue(params), range.now, t),
    }),
    grid: [
      { left, right, top: tops.metric, height: METRIC },
      { left, right, top: tops.coverage, height: COVERAGE },
      { left, right, top: tops.volume, height: VOLUME },
    ],
    xAxis: [
      timeAxis(t, x, { gridIndex: 0, axisLabel: { show: false }, axisLine: { lineStyle: { color: t.line } } }),
      timeAxis(t, x, { gridIndex: 1, axisLabel: { show: false }, axisLine: { show: false } }),
      timeAxis(t, x, { gridIndex: 2 }),
    ],
    yAxis: [
      valueAxis(t, {
        gridIndex: 0,
        min: chart.domain.min,
        max: chart.domain.max,
        interval: chart.domain.step,
        axisLabel: nothing
          ? { show: false }
          : { ...axisText(t), formatter: (v: number) => axisNumber(metric, v, chart.domain.step) },
        axisPointer: { show: false },
      }),
      sideAxis(t, 1, 'labels'),
      { ...sideAxis(t, 2, compact(volumeMost)), max: volumeMost },
    ],
    series: [
      ...(nothing ? [] : [shading(chart, t)]),
      ...chart.series.flatMap((s, i) => lines(s.segments, s.name, i, chart.series.length > 1, t)),
      reference(chart, metric, right, t),
      marks(chart.marks, t),
      ...(nothing ? [notYet(chart, t)] : []),
      strip(chart, t),
      volume(chart, t),
      // Nothing to see: gives the crosshair a stop at every window, also where there is no value.
      {
        type: 'line',
        data: chart.strip.map((w) => [w.x, chart.domain.min]),
        symbol: 'none',
        lineStyle: { opacity: 0 },
        silent: true,
      },
    ],
  };
}

const sideAxis = (t: Tokens, gridIndex: number, name: string) => ({
  type: 'value',
  gridIndex,
  min: 0,
  max: 1,
  interval: 1e9,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: { show: false },
  axisPointer: { show: false },
  name,
  nameLocation: 'middle',
  nameRotate: 0,
  nameGap: 8,
  nameTextStyle: { ...axisText(t), align: 'right', fontSize: 10 },
});

export function axisNumber(metric: string, v: number, step: number): string {
  const text = metricText(metric, v);
  if (text.endsWith('%')) return percent(v, step < 0.01 ? 1 : 0);
  if (Math.abs(v) >= 1000 || /ms|min|[sh]$/.test(text)) return text;
  return String(Number(v.toFixed(6))).replace('-', '−');
}

function axisValue(params: unknown): number {
  const first = Array.isArray(params) ? params[0] : params;
  return typeof first === 'object' && first !== null && 'axisValue' in first ? Number(first.axisValue) : Number.NaN;
}

function tipOf(chart: PerformanceChart, metric: string, x: number, now: number, t: Tokens): string {
  const at = windowAt(chart.strip, x);
  if (!at) return '';
  const split = chart.series.length > 1;
  const rows: TipRow[] = [];
  for (const [i, s] of chart.series.entries()) {
    const p = s.points.find((q) => q.start === at.start);
    if (!p) continue;
    const colour = split ? lineLook(t, i).colour : p.kind === 'estimated' ? t.note : t.accent;
    rows.push({
      label: split ? s.name || '(no version)' : metricLabel(metric),
      value: p.value === null ? 'too few labels' : metricText(metric, p.value),
      colour,
      strong: true,
    });
    if (!split && p.low !== null && p.high !== null)
      rows.push({
        label: '95 % interval',
        value: `${metricText(metric, p.low)} ${DASH} ${metricText(metric, p.high)}`,
      });
    if (!split && p.kind !== 'mature')
      rows.push({ label: 'State', value: p.kind === 'estimated' ? 'estimated' : 'labels still coming' });
  }
  if (chart.reference !== null)
    rows.push({ label: 'Reference', value: metricText(metric, chart.reference), colour: t.reference });
  rows.push({ label: 'Predictions', value: group(at.predictions) });
  rows.push({ label: 'With label', value: `${group(at.labelled)} (${percent(at.coverage, 0)})` });
  const here = chart.marks.filter((m) => m.x >= at.start && m.x < at.end).map((m) => `${SIGN[m.kind]} ${m.text}`);
  return tipHtml(t, windowLabel(at.start, at.end, now), rows, here.join(' · ') || undefined);
}
const SIGN: Record<Mark['kind'], string> = { deploy: '◆', data: '■', note: '●', incident: '▲' };

/** Bands as polygons, one a stretch: a stacked area would bridge gaps and fail below zero. */
function lines(segments: Segment[], name: string, at: number, split: boolean, t: Tokens): object[] {
  const look = lineLook(t, at);
  const colourOf = (kind: Segment['kind']) => (split ? look.colour : kind === 'estimated' ? t.note : t.accent);
  const points = segments.reduce((sum, s) => sum + s.points.length, 0);
  const dense = points > 75;
  const band = {
    type: 'custom',
    data: segments.map((s) => [s.points[0]!.x, s.points[0]!.value]),
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    renderItem: (params: Params, api: Api) => {
      const segment = segments[params.dataIndex];
      if (!segment || split) return;
      const known = segment.points.filter(
        (p): p is Point & { low: number; high: number } => p.low !== null && p.high !== null,
      );
      if (known.length === 0) return;
      const fill = alpha(colourOf(segment.kind), segment.kind === 'mature' ? 0.16 : 0.09);
      if (known.length === 1) {
        const p = known[0]!;
        const [px, top] = api.coord([p.x, p.high]);
        const [, bottom] = api.coord([p.x, p.low]);
        return {
          type: 'line',
          shape: { x1: px, x2: px, y1: top, y2: bottom },
          style: { stroke: alpha(colourOf(segment.kind), 0.5), lineWidth: 1.5 },
        };
      }
      const upper = known.map((p) => api.coord([p.x, p.high]));
      const lower = known.map((p) => api.coord([p.x, p.low])).reverse();
      return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill } };
    },
  };
  const strokes = segments.map((segment) => {
    const alone = segment.points.length === 1;
    const colour = colourOf(segment.kind);
    const hollow = segment.kind !== 'mature';
    return {
      type: 'line',
      name,
      data: segment.points.map((p) => [p.x, p.value]),
      showSymbol: alone || !dense,
      symbol: 'circle',
      symbolSize: alone ? 6 : 4.5,
      clip: true,
      z: 3,
      emphasis: { disabled: true },
      lineStyle: {
        color: colour,
        width: points > 600 ? 1 : dense ? 1.5 : 1.9,
        type: hollow ? [4, 3] : split ? look.dash : 'solid',
      },
      itemStyle: hollow ? { color: t.surface, borderColor: colour, borderWidth: 1.4 } : { color: colour },
      animation: false,
    };
  });
  return [band, ...strokes];
}

function shading(chart: PerformanceChart, t: Tokens): object {
  return {
    type: 'custom',
    data: chart.shaded,
    encode: { x: [0, 1] },
    silent: true,
    clip: true,
    z: 0,
    renderItem: (params: Params, api: Api) => {
      const [from] = api.coord([api.value(0), chart.domain.min]);
      const [to] = api.coord([api.value(1), chart.domain.min]);
      const { y, height } = params.coordSys;
      const wide = to - from > 110;
      return {
        type: 'group',
        children: [
          { type: 'rect', shape: { x: from, y, width: to - from, height }, style: { fill: t.shade } },
          ...(wide
            ? [
                {
                  type: 'text',
                  style: {
                    text: 'labels still coming',
                    x: from + 6,
                    y: y + height - 14,
                    fill: t.faint,
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

function reference(chart: PerformanceChart, metric: string, right: number, t: Tokens): object {
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

function marks(all: Mark[], t: Tokens): object {
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

const LABELS_LEAST = 30;
/** Many labels spread thin over the windows are another case than no labels. */
function whyEmpty(chart: PerformanceChart): string {
  const labelled = chart.strip.reduce((sum, w) => sum + w.labelled, 0);
  return labelled >= LABELS_LEAST && chart.strip.length > 1
    ? `Every window has fewer than ${LABELS_LEAST} labels: choose longer windows`
    : 'Not enough labels yet';
}

/** An empty plot says why it is empty. */
function notYet(chart: PerformanceChart, t: Tokens): object {
  return {
    type: 'custom',
    data: [[chart.strip[0]?.x ?? 0, chart.domain.min]],
    encode: { x: [], y: [] },
    silent: true,
    z: 5,
    renderItem: (params: Params) => {
      const { x, y, width, height } = params.coordSys;
      return {
        type: 'text',
        style: {
          text: whyEmpty(chart),
          x: x + width / 2,
          y: y + height / 4,
          align: 'center',
          verticalAlign: 'middle',
          fill: t.muted,
          font: `13px ${t.font}`,
        },
      };
    },
  };
}

function strip(chart: PerformanceChart, t: Tokens): object {
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
        ],
      };
    },
  };
}

function volume(chart: PerformanceChart, t: Tokens): object {
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
