import type { ExploreAnswer } from '@plumbline/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import { fieldLabel } from '../filters/filter';
import { percent } from '../lib/format';
import { barText, groupTip, shadeColour } from './groups.look';
import type { Bar, Groups } from './groups.prepare';
import { type Tokens, tooltip } from './theme';

export const TREEMAP_PX = 380;
type Node = { key: string; bar?: Bar; name: string; value: number; children?: Node[] } & Record<string, unknown>;

/** Areas are traffic, colours the metric. Of two fields the second lies within the first. */
export function treemapOption(answer: ExploreAnswer, groups: Groups, t: Tokens): EChartsCoreOption {
  const leaf = (bar: Bar, label: string): Node => ({
    key: bar.key,
    bar,
    name: label,
    value: bar.group.predictions,
    itemStyle: {
      color: shadeColour(bar, t),
      borderColor: bar.uncertain ? t['line-strong'] : t.surface,
      borderWidth: bar.uncertain ? 1 : 0,
    },
    label: {
      formatter: `{name|${plain(label)}}\n{value|${barText(answer.metric, bar, groups.comparing)}}\n{share|${percent(bar.group.share)}}`,
    },
  });
  return {
    tooltip: tooltip(t, {
      trigger: 'item',
      formatter: ({ data }: { data?: Node }) => (data?.bar ? groupTip(data.bar, answer, groups, t) : ''),
    }),
    series: [
      {
        type: 'treemap',
        left: 8,
        right: 8,
        top: 4,
        bottom: 8,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        sort: 'desc',
        itemStyle: { gapWidth: 2, borderColor: t.surface },
        label: {
          show: true,
          position: 'insideTopLeft',
          padding: [7, 8],
          overflow: 'truncate',
          rich: {
            name: { color: t.text, fontSize: 12, fontWeight: 600, lineHeight: 18, fontFamily: t.font },
            value: { color: t.text, fontSize: 12, lineHeight: 17, fontFamily: t.font },
            share: { color: t.text, opacity: 0.72, fontSize: 11, lineHeight: 17, fontFamily: t.font },
          },
        },
        upperLabel: { show: true, height: 22, color: t.muted, fontSize: 11, fontFamily: t.font, padding: [0, 6] },
        emphasis: { upperLabel: { show: true, color: t.text } },
        levels: [
          { itemStyle: { gapWidth: 3, borderWidth: 0, color: 'transparent' }, upperLabel: { show: false } },
          { itemStyle: { gapWidth: 2, borderWidth: 0 } },
        ],
        data: nodes(
          groups.bars,
          leaf,
          answer.by.map((b) => fieldLabel(b.field)),
          t,
        ),
      },
    ],
  };
}

function nodes(
  bars: readonly Bar[],
  leaf: (bar: Bar, label: string) => Node,
  [first, second]: readonly string[],
  t: Tokens,
): Node[] {
  const drawn = bars.filter((b) => b.group.predictions > 0);
  if (!drawn.some((b) => b.labels.length > 1)) return drawn.map((b) => leaf(b, b.labels[0] ?? 'all rows'));
  const outer = new Map<string, Bar[]>();
  for (const b of drawn) outer.set(b.labels[0]!, [...(outer.get(b.labels[0]!) ?? []), b]);
  return [...outer].map(([name, inner]) => ({
    key: '',
    name: `${first} ${name}`,
    value: inner.reduce((n, b) => n + b.group.predictions, 0),
    itemStyle: { color: 'transparent', borderColor: t.line, borderWidth: 1 },
    children: inner.map((b) => leaf(b, `${second} ${b.labels[1]}`)),
  }));
}

/** Braces and bars would be read as styles of the label. */
const plain = (text: string): string => text.replace(/[{}|]/g, ' ');
