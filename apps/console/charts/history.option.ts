import type { EChartsCoreOption } from 'echarts/core';
import { DASH, dateTime } from '../lib/format';
import type { HistoryChart } from './history.prepare';
import { stops, stroke } from './stroke';
import { alpha, axisText, type Tokens, timeAxis, tipHtml, tooltip, valueAxis } from './theme';

export const HISTORY_HEIGHT = 200;
const TOP = 26;
const BOTTOM = 28;
const LABEL_PX = 13;
/** Of a letter of a label, on average. */
const LETTER_PX = 6.2;
type Api = { coord: (point: [number, number]) => [number, number] };
type Params = { coordSys: { x: number; y: number; width: number; height: number }; dataIndex: number };

/** `text` writes a value in the unit of what was judged. */
export function historyOption(
  chart: HistoryChart,
  name: string,
  text: (v: number | null) => string,
  now: number,
  t: Tokens,
  width: number,
): EChartsCoreOption {
  const narrow = width < 520;
  const lines = apart(
    chart,
    [
      { value: chart.threshold, colour: t.critical, dash: [5, 4], label: 'threshold' },
      { value: chart.baseline, colour: t.reference, dash: [2, 3], label: 'baseline' },
    ].filter((l): l is typeof l & { value: number } => l.value !== null),
  );
  const labelOf = (line: (typeof lines)[number]) => `${line.label} ${text(line.value)}`;
  const beside = Math.max(0, ...lines.map((line) => labelOf(line).length)) * LETTER_PX;
  return {
    tooltip: tooltip(t, {
      trigger: 'axis',
      formatter: (params: unknown) => {
        const x = Array.isArray(params) ? Number(params[0]?.axisValue) : Number.NaN;
        const item = chart.items.reduce(
          (best, i) => (Math.abs(i.x - x) < Math.abs((best?.x ?? Number.POSITIVE_INFINITY) - x) ? i : best),
          chart.items[0],
        );
        if (!item) return '';
        const interval =
          item.low !== null && item.high !== null
            ? [{ label: '95 % interval', value: `${text(item.low)} ${DASH} ${text(item.high)}` }]
            : [];
        return tipHtml(t, dateTime(item.x, now), [
          { label: name, value: item.value === null ? 'no value' : text(item.value), colour: t.accent, strong: true },
          ...interval,
          ...lines.map((l) => ({
            label: l.label[0]!.toUpperCase() + l.label.slice(1),
            value: text(l.value),
            colour: l.colour,
          })),
        ]);
      },
    }),
    grid: { left: narrow ? 48 : 58, right: narrow ? 14 : 14 + beside, top: TOP, bottom: BOTTOM },
    xAxis: timeAxis(t, { from: chart.x[0], to: chart.x[1], utc: false, width }),
    yAxis: valueAxis(t, {
      ...bounds(chart),
      axisLabel: {
        ...axisText(t),
        formatter: (v: number) =>
          text(v)
            .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
            .replace(/\.(?=\D|$)/, ''),
      },
      axisPointer: { show: false },
    }),
    series: [
      {
        type: 'custom',
        data: [[chart.window[0], chart.domain.min]],
        silent: true,
        clip: false,
        z: 0,
        renderItem: (params: Params, api: Api) => {
          const [from] = api.coord([chart.window[0], chart.domain.min]);
          const [to] = api.coord([chart.window[1], chart.domain.min]);
          const { y, height } = params.coordSys;
          return {
            type: 'group',
            children: [
              {
                type: 'rect',
                shape: { x: from, y, width: to - from, height },
                style: { fill: alpha(t.critical, 0.07) },
              },
              { type: 'line', shape: { x1: from, x2: to, y1: y, y2: y }, style: { stroke: t.critical, lineWidth: 2 } },
              ...(to - from > 90
                ? [
                    {
                      type: 'text',
                      style: { text: 'judged window', x: from + 6, y: y - 15, fill: t.muted, font: `11px ${t.font}` },
                    },
                  ]
                : []),
            ],
          };
        },
      },
      {
        type: 'custom',
        data: chart.runs.map((r) => [r[0]!.x, r[0]!.value]),
        silent: true,
        clip: true,
        z: 1,
        renderItem: (params: Params, api: Api) => {
          const known = (chart.runs[params.dataIndex] ?? []).filter((i) => i.low !== null && i.high !== null);
          if (known.length === 0) return;
          if (known.length === 1) return whisker(api, known[0]!, t);
          const points = [
            ...known.map((i) => api.coord([i.x, i.high!])),
            ...known.map((i) => api.coord([i.x, i.low!])).reverse(),
          ];
          return { type: 'polygon', shape: { points }, style: { fill: alpha(t.accent, 0.15) } };
        },
      },
      ...chart.runs.map((run) =>
        stroke({
          points: run.map((i) => [i.x, i.value!]),
          colour: t.accent,
          width: 1.8,
          marks: run.length === 1 ? { shape: 'circle', fill: t.accent, size: () => 5 } : undefined,
          z: 3,
        }),
      ),
      ...lines.map((line) => ({
        type: 'custom',
        data: [[chart.x[0], line.value]],
        encode: { x: [], y: 1 },
        silent: true,
        z: 2,
        renderItem: (params: Params, api: Api) => {
          const { x, width } = params.coordSys;
          const [, y] = api.coord([chart.x[0], line.value]);
          return {
            type: 'group',
            children: [
              {
                type: 'line',
                shape: { x1: x, x2: x + width, y1: y, y2: y },
                style: { stroke: line.colour, lineWidth: 1.3, lineDash: line.dash },
              },
              ...(narrow
                ? []
                : [
                    {
                      type: 'text',
                      style: {
                        text: labelOf(line),
                        x: x + width + 6,
                        y: y - 6 + line.shift,
                        fill: line.colour,
                        font: `11px ${t.font}`,
                      },
                    },
                  ]),
            ],
          };
        },
      })),
      stops(
        chart.items.map((i) => i.x),
        chart.domain.min,
      ),
    ],
  };
}

/** The interval of a value that stands alone. */
function whisker(api: Api, { x, low, high }: HistoryChart['items'][number], t: Tokens) {
  const [[mid, top], [, bottom]] = [api.coord([x, high!]), api.coord([x, low!])];
  const style = { stroke: t.accent, lineWidth: 1.5, opacity: 0.6 };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style });
  return {
    type: 'group',
    children: [line(mid, top, mid, bottom), line(mid - 5, top, mid + 5, top), line(mid - 5, bottom, mid + 5, bottom)],
  };
}

/** Labels of lines that are close would print over each other: push them apart by what is missing. */
function apart<T extends { value: number }>(chart: HistoryChart, lines: T[]): (T & { shift: number })[] {
  const [a, b] = lines;
  if (!a || !b) return lines.map((l) => ({ ...l, shift: 0 }));
  const perPx = (chart.domain.max - chart.domain.min) / (HISTORY_HEIGHT - TOP - BOTTOM);
  const missing = Math.max(0, LABEL_PX - Math.abs(a.value - b.value) / perPx) / 2;
  const up = a.value >= b.value ? -1 : 1;
  return [
    { ...a, shift: up * missing },
    { ...b, shift: -up * missing },
  ];
}

const bounds = (chart: HistoryChart) => ({ min: chart.domain.min, max: chart.domain.max, interval: chart.domain.step });
