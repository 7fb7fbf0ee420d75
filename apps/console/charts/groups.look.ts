import type { ExploreAnswer } from '@plumbline/contracts';
import { compact, group, percent } from '../lib/format';
import { changeText, metricInfo, metricLabel, metricText } from '../lib/metrics';
import { type Bar, type Groups, groupText } from './groups.prepare';
import { alpha, type Tokens, tipHtml } from './theme';

/** Texts on the strongest shade are still easy to read. */
const SHADE_LEAST = 0.1;
const SHADE_MORE = 0.45;

/** Blue for better, red for worse, the stronger the farther: told apart without seeing green; what is small stays pale. */
export function shadeColour(bar: Pick<Bar, 'shade' | 'uncertain'>, t: Tokens): string {
  if (bar.shade === null) return alpha(t.faint, 0.12);
  const strength = SHADE_LEAST + SHADE_MORE * Math.abs(bar.shade);
  return alpha(bar.shade > 0 ? t.critical : t.accent, bar.uncertain ? 0.1 : strength);
}
/** The same for what is drawn by styles. */
export const shadeCss = ({ shade, uncertain }: Pick<Bar, 'shade' | 'uncertain'>): string => {
  const [name, strength] =
    shade === null
      ? ['faint', 0.12]
      : [shade > 0 ? 'critical' : 'accent', uncertain ? 0.1 : SHADE_LEAST + SHADE_MORE * Math.abs(shade)];
  return `color-mix(in srgb, var(--${name}) ${Math.round(Number(strength) * 100)}%, transparent)`;
};
export const toneColour = (bar: Bar, t: Tokens): string =>
  bar.verdict === 'worse'
    ? t.critical
    : bar.verdict === 'better'
      ? t.accent
      : bar.verdict === 'different'
        ? t.note
        : t.faint;

export const barText = (metric: string, bar: Bar, comparing: boolean): string =>
  comparing ? changeText(metric, bar.x) : metricText(metric, bar.x);

const WORDS: Record<Bar['verdict'], string> = {
  better: 'better than the whole',
  worse: 'worse than the whole',
  different: 'unlike the whole',
  same: 'not different from the whole',
  unknown: 'too few rows to tell',
};
const CHANGED: Record<Bar['verdict'], string> = {
  better: 'better than before',
  worse: 'worse than before',
  different: 'changed',
  same: 'not changed',
  unknown: 'too few rows to tell',
};
export const verdictText = (bar: Bar, comparing: boolean): string => (comparing ? CHANGED : WORDS)[bar.verdict];

type Said = { label: string; value: string; strong?: true };

/** What a group says when one points at it. */
export function groupTip(
  bar: Bar,
  answer: Pick<ExploreAnswer, 'metric' | 'overall'>,
  groups: Groups,
  t: Tokens,
): string {
  const [first, ...rest] = said(bar, answer, groups);
  return tipHtml(
    t,
    groupText(bar.group),
    [{ ...first!, colour: shadeColour(bar, t) }, ...rest],
    verdictText(bar, groups.comparing),
  );
}

/** The same in lines of text. */
export const groupTipText = (bar: Bar, answer: Pick<ExploreAnswer, 'metric' | 'overall'>, groups: Groups): string =>
  [
    groupText(bar.group),
    ...said(bar, answer, groups).map(({ label, value }) => `${label} ${value}`),
    verdictText(bar, groups.comparing),
  ].join('\n');

function said(bar: Bar, { metric, overall }: Pick<ExploreAnswer, 'metric' | 'overall'>, groups: Groups): Said[] {
  const { group: g } = bar;
  const span = (v: { low: number | null; high: number | null }, text: (v: number | null) => string) =>
    v.low === null ? '' : ` (${text(v.low)} – ${text(v.high)})`;
  const plain = (v: number | null) => metricText(metric, v);
  const change = (v: number | null) => changeText(metric, v);
  return [
    { label: metricLabel(metric), value: plain(g.value) + span(g, plain), strong: true },
    ...(groups.comparing
      ? [
          { label: 'Before', value: plain(g.before!.value) + span(g.before!, plain) },
          { label: 'Change', value: change(bar.x) + span(bar, change), strong: true as const },
          { label: 'Part of the change', value: change(g.contribution ?? null) },
        ]
      : [
          { label: 'The whole', value: plain(overall.value) },
          { label: 'Moves the whole by', value: change(g.impact) },
        ]),
    { label: 'Predictions', value: `${group(g.predictions)} · ${percent(g.share)}` },
    { label: 'With label', value: compact(g.labelled) },
  ];
}

/** Ends of the colour scale in words; metrics without a good side only have a high and a low one. */
export function scaleWords(metric: string, comparing: boolean): { low: string; high: string } {
  const { better } = metricInfo(metric);
  if (better === 'none') return { low: comparing ? 'fell' : 'below', high: comparing ? 'rose' : 'above' };
  return { low: 'better', high: 'worse' };
}
