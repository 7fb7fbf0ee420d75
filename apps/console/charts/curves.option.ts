import type { EChartsCoreOption } from 'echarts/core';
import { type CurveLine, nearest, type Plane } from './curves.prepare';
import { stroke } from './stroke';
import { alpha, axisText, type Tokens, tipHtml, tooltip, valueAxis } from './theme';

export const CURVES_HEIGHT = 300;
const GRID = { left: 54, right: 20, top: 30, bottom: 46 };
export const CURVES_PLOT = { top: GRID.top, bottom: GRID.bottom };
type Api = { coord: (point: [number, number]) => [number, number] };
type Params = { dataIndex: number };

/** Lines in a plane in the engine's words. The window over the reference; the guide under both. */
export function curvesOption(
  plane: Plane,
  names: Record<CurveLine['role'], string>,
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const colour = { current: t.accent, reference: t.reference };
  const back = [...plane.lines].reverse();
  return {
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => {
        const x = Array.isArray(params) ? Number(params[0]?.axisValue) : Number.NaN;
        const rows = plane.lines.flatMap((line) => {
          const point = nearest(line, x, plane.look);
          return point
            ? [
                {
                  label: names[line.role],
                  value: point.said,
                  colour: colour[line.role],
                  strong: line.role === 'current',
                },
              ]
            : [];
        });
        return tipHtml(t, `${plane.x.name} ${plane.x.text(x)}`, rows);
      },
    }),
    grid: GRID,
    xAxis: axis(t, plane.x, {
      nameLocation: 'middle',
      nameGap: 28,
      // Round numbers beside each other need room.
      splitNumber: width < 340 ? 3 : 5,
      axisPointer: { snap: false, lineStyle: { color: t.faint, type: 'solid', width: 1 }, label: { show: false } },
    }),
    yAxis: axis(t, plane.y, { nameLocation: 'end', nameGap: 12, axisPointer: { show: false } }),
    series: [
      ...(plane.guide
        ? [
            stroke({
              points: [plane.guide.from, plane.guide.to],
              colour: t['line-strong'],
              width: 1.5,
              dash: [2, 3],
              z: 1,
            }),
            ...(plane.look === 'line' ? [guideLabel(plane.guide, t)] : []),
          ]
        : []),
      ...back.flatMap((line) => series(plane, line, colour[line.role], t)),
      ...(plane.mark
        ? [
            stroke({
              points: [[plane.mark.x, plane.mark.y]],
              colour: t.accent,
              width: 0,
              z: 6,
              marks: { shape: 'circle', size: () => 9, fill: t.surface, border: t.accent, borderWidth: 2 },
            }),
          ]
        : []),
    ],
  };
}

/** The name of the guide beside its middle, on the side away from the curves: one entry less to look up. */
function guideLabel({ from, to, name }: NonNullable<Plane['guide']>, t: Tokens): object {
  const level = from[1] === to[1];
  const middle: [number, number] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  return {
    type: 'custom',
    data: [middle],
    silent: true,
    tooltip: { show: false },
    renderItem: (_: Params, api: Api) => {
      const [x, y] = api.coord(middle);
      return {
        type: 'text',
        style: {
          text: name,
          x: level ? x : x + 6,
          y: level ? y - 5 : y + 3,
          align: level ? 'center' : 'left',
          verticalAlign: level ? 'bottom' : 'top',
          fill: t.faint,
          font: `11px ${t.font}`,
        },
      };
    },
  };
}

function series(plane: Plane, line: CurveLine, colour: string, t: Tokens): object[] {
  const reference = line.role === 'reference';
  const z = reference ? 2 : 4;
  const drawn = stroke({
    points: line.points.map((p) => [p.x, p.y]),
    colour,
    width: reference ? 1.5 : 2,
    dash: reference ? [5, 4] : undefined,
    steps: plane.look === 'steps',
    area: plane.look === 'steps' && !reference ? alpha(t.accent, 0.1) : undefined,
    z,
    // Hollow, so that the two are told apart without their colours.
    marks: plane.look === 'dots' && {
      shape: 'circle',
      size: () => 6,
      fill: reference ? t.surface : colour,
      border: colour,
      borderWidth: reference ? 1.5 : 0,
    },
  });
  const known = line.points.filter((p) => typeof p.low === 'number' && typeof p.high === 'number');
  if (known.length === 0) return [drawn];
  return [
    drawn,
    {
      type: 'custom',
      data: known.map((p) => [p.x, p.y]),
      silent: true,
      z: z - 1,
      renderItem: (params: Params, api: Api) => {
        const point = known[params.dataIndex];
        if (!point) return;
        const [x, low] = api.coord([point.x, point.low!]);
        const [, high] = api.coord([point.x, point.high!]);
        return {
          type: 'line',
          shape: { x1: x, x2: x, y1: low, y2: high },
          style: { stroke: alpha(colour, reference ? 0.45 : 0.4), lineWidth: reference ? 3 : 5, lineCap: 'round' },
        };
      },
    },
  ];
}

function axis(t: Tokens, { name, min, max, step, text }: Plane['x'], more: Record<string, unknown>) {
  const end = more.nameLocation === 'end';
  return valueAxis(t, {
    name,
    nameTextStyle: {
      ...axisText(t),
      color: t.muted,
      align: end ? 'left' : 'center',
      padding: end ? [0, 0, 0, 12 - GRID.left] : 0,
    },
    min,
    max,
    interval: step,
    axisLine: { show: false, onZero: false },
    axisLabel: { ...axisText(t), formatter: text, hideOverlap: true },
    ...more,
  });
}
