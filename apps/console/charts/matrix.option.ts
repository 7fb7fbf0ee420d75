import type { ExploreAnswer } from '@plumbline/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import { compact } from '../lib/format';
import { barText, groupTip, shadeColour } from './groups.look';
import type { Groups, Matrix } from './groups.prepare';
import { axisText, type Tokens, tooltip } from './theme';

const ROW = 40;
const HEAD = 36;
export const matrixHeight = (m: Matrix): number => Math.max(1, m.rows.length) * ROW + HEAD;
export const MATRIX_PLOT = { top: 0, bottom: HEAD };

type Api = { coord: (point: [number, number]) => [number, number] };
type Params = { dataIndex: number; coordSys: { x: number; width: number } };

/** Two fields as a table of cells: colour and number are the metric, the second line the rows. */
export function matrixOption(
  answer: ExploreAnswer,
  groups: Groups,
  m: Matrix,
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const { metric } = answer;
  const names = width < 520 ? 108 : 150;
  const category = (data: string[], more: object) => ({
    type: 'category',
    data,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    ...more,
  });
  const cellWidth = (width - names) / Math.max(1, m.columns.length);
  return {
    tooltip: tooltip(t, {
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) =>
        m.cells[dataIndex] ? groupTip(m.cells[dataIndex].bar, answer, groups, t) : '',
    }),
    grid: { left: names, right: 8, top: 0, height: Math.max(1, m.rows.length) * ROW },
    xAxis: category(m.columns, {
      position: 'bottom',
      axisLabel: {
        ...axisText(t),
        interval: 0,
        width: cellWidth - 6,
        overflow: cellWidth < 60 ? 'truncate' : 'break',
        lineHeight: 13,
        margin: 8,
      },
    }),
    yAxis: category(m.rows, {
      inverse: true,
      axisLabel: { ...axisText(t), color: t.text, fontSize: 12, interval: 0, width: names - 14, overflow: 'truncate' },
    }),
    series: [
      {
        type: 'custom',
        data: m.cells.map((c) => [c.column, c.row]),
        renderItem: (params: Params, api: Api) => {
          const { column, row, bar } = m.cells[params.dataIndex]!;
          const [cx, cy] = api.coord([column, row]);
          const w = params.coordSys.width / Math.max(1, m.columns.length);
          const roomy = w >= 52;
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: cx - w / 2 + 1, y: cy - ROW / 2 + 1, width: w - 2, height: ROW - 2, r: 3 },
                style: {
                  fill: shadeColour(bar, t),
                  ...(bar.uncertain ? { stroke: t['line-strong'], lineWidth: 1, lineDash: [2, 2] } : {}),
                },
              },
              {
                type: 'text',
                style: {
                  x: cx,
                  y: cy - (roomy ? 7 : 0),
                  text: w < 34 ? '' : barText(metric, bar, groups.comparing),
                  fill: bar.uncertain ? t.faint : t.text,
                  font: `${bar.uncertain ? 400 : 600} 12px ${t.font}`,
                  align: 'center',
                  verticalAlign: 'middle',
                },
              },
              ...(roomy
                ? [
                    {
                      type: 'text',
                      style: {
                        x: cx,
                        y: cy + 9,
                        text: `${bar.uncertain ? 'only ' : ''}${compact(bar.group.labelled || bar.group.predictions)}`,
                        fill: t.text,
                        opacity: 0.72,
                        font: `400 11px ${t.font}`,
                        align: 'center',
                        verticalAlign: 'middle',
                      },
                    },
                  ]
                : []),
            ],
          };
        },
      },
    ],
  };
}
