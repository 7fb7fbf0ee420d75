import type { EChartsCoreOption } from 'echarts/core';
import { DASH, dateTime } from '../lib/format';
import type { LateChart, LateLine, LatePoint } from './late.prepare';
import type { Api, Params } from './performance.lanes';
import { stroke } from './stroke';
import { alpha, axisText, lineLook, type Tokens, timeAxis, tipHtml, tooltip, valueAxis } from './theme';

export const LATE_TOP = 16;
export const LATE_BOTTOM = { time: 28, age: 44 };

export const lateBottom = (chart: LateChart): number => LATE_BOTTOM[chart.x.kind];
/** Where one can stop along x: every point there is. */
export const lateStops = (chart: LateChart): number[] =>
  [...new Set(chart.lines.flatMap((l) => l.runs.flat().map((p) => p.x)))].sort((a, b) => a - b);

/** Lines with bands over time or over age, in the engine's words. */
export function lateOption(chart: LateChart, now: number, t: Tokens, width: number): EChartsCoreOption {
  const { x, y } = chart;
  return {
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => {
        const at = Array.isArray(params) ? Number(params[0]?.axisValue) : Number.NaN;
        const title = titleOf(x, at, now);
        return tipHtml(t, title, [
          ...chart.lines.flatMap((line, i) => {
            const p = nearest(line, at, chart.look);
            return p
              ? [{ label: line.name, value: said(p, line, y.said), colour: colourOf(line, i, t), strong: true }]
              : [];
          }),
          ...chart.levels.map((l) => ({ label: 'Level', value: l.text })),
        ]);
      },
    }),
    grid: { left: 56, right: 20, top: LATE_TOP, bottom: lateBottom(chart) },
    xAxis:
      x.kind === 'time'
        ? timeAxis(t, { from: x.from, to: x.to, utc: x.utc, width })
        : valueAxis(t, {
            min: x.min,
            max: x.max,
            interval: x.step,
            name: x.name,
            nameLocation: 'middle',
            nameGap: 26,
            nameTextStyle: { ...axisText(t), color: t.muted },
            splitLine: { show: false },
            axisLabel: { ...axisText(t), formatter: x.text, hideOverlap: true },
            axisPointer: {
              snap: false,
              lineStyle: { color: t.faint, type: 'solid', width: 1 },
              label: { show: false },
            },
          }),
    yAxis: valueAxis(t, {
      min: y.min,
      max: y.max,
      interval: y.step,
      axisLabel: { ...axisText(t), formatter: y.text },
      axisPointer: { show: false },
    }),
    series: [
      ...chart.lines.flatMap((line, i) =>
        line.runs.flatMap((run) => drawn(chart, line, run, colourOf(line, i, t), t, i)),
      ),
      guides(chart, t),
    ],
  };
}

function titleOf(x: LateChart['x'], at: number, now: number): string {
  if (x.kind === 'time') return dateTime(at, now);
  return x.since ? dateTime(x.since.ms + at * x.since.size * 1000, now) : `${x.text(at)} ${x.name}`;
}

export const colourName = (line: LateLine, i: number): string =>
  line.look === 'class'
    ? `var(${['--accent', '--note', '--ok', '--warning', '--critical', '--muted'][i % 6]})`
    : `var(--${{ realized: 'accent', estimated: 'note', corrected: 'ok' }[line.look]})`;
const colourOf = (line: LateLine, i: number, t: Tokens): string =>
  line.look === 'class' ? lineLook(t, i).colour : { realized: t.accent, estimated: t.note, corrected: t.ok }[line.look];

function said(p: LatePoint, line: LateLine, text: (v: number) => string): string {
  const interval =
    p.low === null || p.high === null || line.look === 'class' ? '' : ` (${text(p.low)} ${DASH} ${text(p.high)})`;
  return text(p.y) + interval;
}

/** Steps hold until the next one; of points the nearest. */
export function nearest(line: LateLine, x: number, look: LateChart['look']): LatePoint | undefined {
  const points = line.runs.flat();
  if (look === 'steps') return points.findLast((p) => p.x <= x);
  return points.reduce<LatePoint | undefined>(
    (best, p) => (best === undefined || Math.abs(p.x - x) < Math.abs(best.x - x) ? p : best),
    undefined,
  );
}

function drawn(chart: LateChart, line: LateLine, run: LatePoint[], colour: string, t: Tokens, at: number): object[] {
  const steps = chart.look === 'steps';
  const dashes = { realized: undefined, estimated: [5, 4], corrected: [2, 3], class: lineLook(t, at).dash };
  const hollow = line.look === 'estimated' || line.look === 'corrected';
  const path = stroke({
    points: run.map((p) => [p.x, p.y]),
    colour,
    width: hollow ? 1.6 : 2,
    dash: dashes[line.look],
    steps,
    z: hollow ? 2 : 3,
    marks: !steps &&
      run.length <= 75 && {
        shape: hollow ? 'diamond' : 'circle',
        size: () => (run.length === 1 ? 6 : 4),
        ...(hollow ? { fill: t.surface, border: colour, borderWidth: 1.3 } : { fill: colour }),
      },
  });
  const known = run.filter((p): p is LatePoint & { low: number; high: number } => p.low !== null && p.high !== null);
  if (!line.banded || known.length === 0) return [path];
  return [
    {
      type: 'custom',
      data: [[run[0]!.x, run[0]!.y]],
      silent: true,
      clip: true,
      z: 1,
      tooltip: { show: false },
      renderItem: (_: Params, api: Api) => {
        const upper = known.flatMap((p, i) => corner(p.x, p.high, known[i - 1]?.high, steps)).map((c) => api.coord(c));
        const lower = known.flatMap((p, i) => corner(p.x, p.low, known[i - 1]?.low, steps)).map((c) => api.coord(c));
        if (known.length === 1)
          return {
            type: 'line',
            shape: { x1: upper[0]![0], y1: upper[0]![1], x2: lower[0]![0], y2: lower[0]![1] },
            style: { stroke: alpha(colour, 0.5), lineWidth: 1.5 },
          };
        return {
          type: 'polygon',
          shape: { points: [...upper, ...lower.reverse()] },
          style: { fill: alpha(colour, hollow ? 0.1 : 0.17) },
        };
      },
    },
    path,
  ];
}

/** A step has two corners: level up to x, then up. */
const corner = (x: number, y: number, before: number | undefined, steps: boolean): [number, number][] =>
  steps && before !== undefined
    ? [
        [x, before],
        [x, y],
      ]
    : [[x, y]];

/** The plateau as a level line, the end of the attribution window as an upright one, each with its name. */
function guides(chart: LateChart, t: Tokens): object {
  const style = { stroke: t.reference, lineWidth: 1.3, lineDash: [5, 4] };
  const text = (words: string, x: number, y: number, align: string) => ({
    type: 'text',
    style: { text: words, x, y, align, fill: t.muted, font: `11px ${t.font}` },
  });
  return {
    type: 'custom',
    data: chart.levels.length + chart.marks.length > 0 ? [[0, 0]] : [],
    encode: { x: [], y: [] },
    silent: true,
    clip: false,
    z: 4,
    renderItem: (params: Params, api: Api) => {
      const { x, y, width, height } = params.coordSys;
      return {
        type: 'group',
        children: [
          ...chart.levels.flatMap((level) => {
            const [, at] = api.coord([0, level.y]);
            return [
              { type: 'line', shape: { x1: x, x2: x + width, y1: at, y2: at }, style },
              text(level.text, x + width - 4, at - 15, 'right'),
            ];
          }),
          ...chart.marks.flatMap((mark) => {
            const [at] = api.coord([mark.x, 0]);
            const right = at > x + width / 2;
            return [
              { type: 'line', shape: { x1: at, x2: at, y1: y, y2: y + height }, style },
              text(mark.text, right ? at - 5 : at + 5, y + height - 16, right ? 'right' : 'left'),
            ];
          }),
        ],
      };
    },
  };
}
