import type { EChartsCoreOption } from 'echarts/core';
import { compact, percent } from '../lib/format';
import { metricText } from '../lib/metrics';
import { type Api, type Params, strip, volume } from './performance.lanes';
import { marks, reference } from './performance.marks';
import type { PerformanceChart, Point, Segment } from './performance.prepare';
import { tipOf } from './performance.tip';
import { stops, stroke } from './stroke';
import { alpha, axisText, lineLook, type Tokens, timeAxis, tooltip, valueAxis } from './theme';

/** Top to bottom: marks, the metric, how many labels are in, how many predictions there were. One crosshair through all. */
const LANE = 26;
const METRIC = 230;
const GAP = 16;
const COVERAGE = 30;
const VOLUME = 44;
const AXIS = 28;
export const PERFORMANCE_HEIGHT = LANE + METRIC + GAP + COVERAGE + GAP + VOLUME + AXIS;
export const PERFORMANCE_PLOT = { top: LANE, bottom: AXIS };

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
  const nothing = chart.series.every((s) => s.points.every((p) => p.value === null && p.estimated === null));
  const volumeMost = Math.max(1, ...chart.strip.slice(0, 5000).map((w) => w.predictions));

  return {
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => tipOf(chart, metric, params, range.now, t),
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
      ...chart.series.flatMap((s) => lines(s.estimates, 0, false, t)),
      ...chart.series.flatMap((s, i) => lines(s.segments, i, chart.series.length > 1, t)),
      reference(chart, metric, right, t),
      marks(chart.marks, t),
      ...(nothing ? [notYet(chart, t)] : []),
      strip(chart, t),
      volume(chart, t),
      stops(
        chart.strip.map((w) => w.x),
        chart.domain.min,
      ),
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

/** A band is for what nobody knows yet; where the truth is in, what was expected is a line beside it. */
const banded = (p: Point): p is Point & { low: number; high: number } =>
  p.low !== null && p.high !== null && (p.kind !== 'estimated' || p.state !== 'final');
const BAND = { mature: 0.18, immature: 0.12, estimated: 0.1 } as const;
const STROKE = { mature: 1, immature: 0.6, estimated: 0.9 } as const;

/** Bands as polygons, one a stretch: a stacked area would bridge gaps and fail below zero. */
function lines(segments: Segment[], at: number, split: boolean, t: Tokens): object[] {
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
      const children = stretches(segment.points).map((known) => {
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
        return {
          type: 'polygon',
          shape: { points: [...upper, ...lower] },
          style: { fill: alpha(colourOf(segment.kind), BAND[segment.kind]) },
        };
      });
      return { type: 'group', children };
    },
  };
  const strokes = segments.map((segment) => {
    const alone = segment.points.length === 1;
    const colour = alpha(colourOf(segment.kind), STROKE[segment.kind]);
    const estimated = segment.kind === 'estimated';
    return stroke({
      points: segment.points.map((p) => [p.x, p.value!]),
      colour,
      width: points > 600 ? 1 : dense || (estimated && !split) ? 1.5 : 1.9,
      dash: estimated ? [5, 4] : split ? look.dash : undefined,
      z: estimated && !split ? 2 : 3,
      // Hollow marks where there is nothing but the estimate; none where it only accompanies what came true.
      marks: (alone || !dense) && {
        shape: estimated ? 'diamond' : 'circle',
        size: (i) => (alone ? 6 : estimated && segment.points[i]!.state === 'final' && !split ? 0 : 4.5),
        ...(segment.kind === 'mature' ? { fill: colour } : { fill: t.surface, border: colour, borderWidth: 1.4 }),
      },
    });
  });
  return [band, ...strokes];
}

function stretches(points: Point[]): (Point & { low: number; high: number })[][] {
  const out: (Point & { low: number; high: number })[][] = [];
  let open = false;
  for (const p of points) {
    if (!banded(p)) open = false;
    else if (open) out.at(-1)!.push(p);
    else {
      out.push([p]);
      open = true;
    }
  }
  return out;
}

const SHADED = { provisional: 'labels still coming', unlabelled: 'estimated only' } as const;

function shading(chart: PerformanceChart, t: Tokens): object {
  const estimates = chart.series.some((s) => s.estimates.length > 0);
  return {
    type: 'custom',
    data: chart.shaded.map((s) => [s.from, s.to]),
    encode: { x: [0, 1] },
    silent: true,
    clip: true,
    z: 0,
    renderItem: (params: Params, api: Api) => {
      const run = chart.shaded[params.dataIndex]!;
      const [from] = api.coord([run.from, chart.domain.min]);
      const [to] = api.coord([run.to, chart.domain.min]);
      const { y, height } = params.coordSys;
      const alone = run.state === 'unlabelled';
      const text = alone && !estimates ? 'too few labels' : SHADED[run.state];
      return {
        type: 'group',
        children: [
          {
            type: 'rect',
            shape: { x: from, y, width: to - from, height },
            style: { fill: alone && estimates ? alpha(t.note, 0.07) : t.shade },
          },
          ...(to - from > 110
            ? [
                {
                  type: 'text',
                  style: {
                    text,
                    x: Math.max(from, params.coordSys.x) + 6,
                    y: y + height - 14,
                    fill: alone && estimates ? t.note : t.faint,
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
