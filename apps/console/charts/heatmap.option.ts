import type { EChartsCoreOption } from 'echarts/core';
import { group, number, percent, windowLabel } from '../lib/format';
import { measureLabel } from '../lib/metrics';
import { type HeatCell, type Heatmap, type HeatRow, heat } from './heatmap.prepare';
import { alpha, type Tokens, timeAxis, tipHtml, tooltip } from './theme';

export const ROW_PX = 26;
export const GROUP_PX = 22;
const AXIS_PX = 28;
type Api = { value: (dimension: number) => number; coord: (point: [number, number]) => [number, number] };
type Params = { coordSys: { x: number; width: number }; dataIndex: number };

/** Where each row begins, with room for a heading above predictions and above features. The names beside it use the same. */
export function rowTops(rows: HeatRow[]): { tops: number[]; height: number } {
  let y = 0;
  let kind: string | null = null;
  const tops = rows.map((row) => {
    const group = row.kind === 'feature' ? 'feature' : 'prediction';
    if (group !== kind) y += GROUP_PX;
    kind = group;
    const top = y;
    y += ROW_PX;
    return top;
  });
  return { tops, height: y };
}

export const heatmapHeight = (rows: HeatRow[]): number => rowTops(rows).height + AXIS_PX;

/** The cell under a point of the plot. */
export function cellAt(map: Heatmap, x: number, y: number): { row: HeatRow; cell: HeatCell } | null {
  const { tops } = rowTops(map.rows);
  const row = map.rows[tops.findIndex((top) => y >= top && y < top + ROW_PX)];
  const cell = row && [...row.cells.values()].find((c) => x >= c.start && x < c.end);
  return row && cell ? { row, cell } : null;
}

export function heatColour(ratio: number | null, t: Tokens): string {
  const h = heat(ratio);
  if (h === null) return alpha(t.faint, 0.08);
  // Below the threshold it is only more or less blue-grey; beyond it another colour, and a mark.
  return h <= 0.5 ? alpha(t.accent, 0.05 + h * 0.35) : alpha(t.critical, 0.3 + (h - 0.5) * 1.2);
}

export function heatmapOption(
  map: Heatmap,
  measure: string,
  range: { from: number; to: number; utc: boolean; now: number },
  selected: { feature: string; start: number } | null,
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const { tops, height } = rowTops(map.rows);
  const cells = map.rows.flatMap((row, i) => [...row.cells.values()].map((cell) => ({ row, cell, y: tops[i]! })));
  return {
    tooltip: tooltip(t, {
      trigger: 'item',
      formatter: (params: { dataIndex: number }) => {
        const hit = cells[params.dataIndex];
        return hit ? tip(hit.row, hit.cell, measure, range.now, t) : '';
      },
    }),
    grid: { left: 2, right: 10, top: 0, height },
    xAxis: timeAxis(
      t,
      { from: range.from, to: range.to, utc: range.utc, width },
      {
        axisPointer: { show: false },
        axisLine: { show: false },
      },
    ),
    yAxis: { type: 'value', min: 0, max: height, inverse: true, show: false },
    series: [
      {
        type: 'custom',
        clip: true,
        data: cells.map((c) => [c.cell.start, c.cell.end, c.y]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (params: Params, api: Api) => {
          const hit = cells[params.dataIndex]!;
          const [from, top] = api.coord([api.value(0), api.value(2)]);
          const [to] = api.coord([api.value(1), api.value(2)]);
          const [, bottom] = api.coord([api.value(0), api.value(2) + ROW_PX]);
          const left = Math.max(from, params.coordSys.x);
          const w = Math.max(
            1,
            Math.min(to, params.coordSys.x + params.coordSys.width) - left - (to - from > 4 ? 1.5 : 0.25),
          );
          const chosen = selected !== null && selected.feature === hit.row.name && selected.start === hit.cell.start;
          const mark = hit.cell.drifted && w >= 5;
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: left, y: top + 1, width: w, height: bottom - top - 2, r: w > 8 ? 2.5 : 0 },
                style: { fill: heatColour(hit.cell.ratio, t), ...(chosen ? { stroke: t.text, lineWidth: 2 } : {}) },
              },
              ...(mark
                ? [
                    {
                      type: 'circle',
                      shape: { cx: left + w / 2, cy: (top + bottom) / 2, r: Math.min(2.75, w / 3) },
                      style: { fill: t.text },
                    },
                  ]
                : []),
              ...(hit.cell.drifted && !mark
                ? [{ type: 'rect', shape: { x: left, y: top + 1, width: w, height: 3 }, style: { fill: t.text } }]
                : []),
            ],
          };
        },
      },
    ],
  };
}

function tip(row: HeatRow, cell: HeatCell, measure: string, now: number, t: Tokens): string {
  return tipHtml(
    t,
    row.name,
    [
      { label: measureLabel(measure), value: number(cell.value), colour: heatColour(cell.ratio, t), strong: true },
      { label: 'Threshold', value: number(cell.threshold) },
      {
        label: 'Verdict',
        value: cell.drifted ? '● drifted' : cell.value === null ? 'not computed' : 'as the reference',
      },
      { label: 'Rows', value: group(cell.n) },
      { label: 'Missing', value: percent(cell.missingRate) },
    ],
    windowLabel(cell.start, cell.end, now),
  );
}
