import { timeTicks } from './ticks';

/** The palette of the page, resolved for a canvas. One theme: charts have no colours of their own. */
const NAMES = [
  'surface',
  'raised',
  'line',
  'line-strong',
  'text',
  'muted',
  'faint',
  'accent',
  'ok',
  'warning',
  'critical',
  'note',
  'reference',
  'shade',
] as const;
export type Tokens = Record<(typeof NAMES)[number], string> & { font: string };

export function readTokens(host: HTMLElement): Tokens {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const tokens = { font: getComputedStyle(host).fontFamily } as Tokens;
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    tokens[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return tokens;
}

/** `rgb(1, 2, 3)` and `rgb(1 2 3)` alike, with another opacity. */
export function alpha(colour: string, opacity: number): string {
  const parts = colour.match(/[\d.]+/g);
  return parts && parts.length >= 3 ? `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${opacity})` : colour;
}

/** Lines told apart by colour and by dash. */
export function lineLook(tokens: Tokens, at: number): { colour: string; dash: number[] | undefined } {
  const colours = [tokens.accent, tokens.note, tokens.ok, tokens.warning, tokens.critical, tokens.muted];
  const dashes = [undefined, [6, 4], [2, 3], [8, 3, 2, 3]];
  return { colour: colours[at % colours.length]!, dash: dashes[at % dashes.length] };
}

type Axis = Record<string, unknown>;
export const axisText = (t: Tokens) => ({ color: t.faint, fontSize: 11, fontFamily: t.font });
export const valueAxis = (t: Tokens, more: Axis = {}): Axis => ({
  type: 'value',
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: t.line } },
  axisLabel: axisText(t),
  ...more,
});
/** A time axis with round ticks of our own: the engine's are uneven at the turn of a month. */
export const timeAxis = (
  t: Tokens,
  span: { from: number; to: number; utc: boolean; width: number },
  more: Axis = {},
): Axis => {
  const { at, label } = timeTicks(span.from, span.to, Math.max(3, Math.floor(span.width / 95)), span.utc);
  return {
    type: 'time',
    min: span.from,
    max: span.to,
    axisLine: { lineStyle: { color: t['line-strong'] } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { ...axisText(t), customValues: at, hideOverlap: true, margin: 10, formatter: label },
    axisPointer: { snap: true, lineStyle: { color: t.faint, type: 'solid', width: 1 }, label: { show: false } },
    ...more,
  };
};

export const tooltip = (t: Tokens, more: Record<string, unknown> = {}) => ({
  confine: true,
  appendTo: undefined,
  transitionDuration: 0,
  backgroundColor: t.raised,
  borderColor: t['line-strong'],
  borderWidth: 1,
  padding: [8, 10],
  textStyle: { color: t.text, fontSize: 12, fontFamily: t.font },
  extraCssText: 'border-radius:8px;box-shadow:0 8px 24px rgba(0,0,0,.18);max-width:320px;white-space:normal',
  ...more,
});

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!);

export type TipRow = { label: string; value: string; colour?: string; strong?: boolean };
/** Everything that comes from data is escaped here, the only place where a chart writes HTML. */
export function tipHtml(t: Tokens, title: string, rows: TipRow[], foot?: string): string {
  const line = (r: TipRow) => {
    const mark = r.colour
      ? `<span style="display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${r.colour}"></span>`
      : '';
    return `<div style="display:flex;justify-content:space-between;gap:20px;line-height:19px"><span style="color:${t.muted}">${mark}${escapeHtml(r.label)}</span><span style="font-variant-numeric:tabular-nums;text-align:right;${r.strong ? 'font-weight:600' : ''}">${escapeHtml(r.value)}</span></div>`;
  };
  const end = foot
    ? `<div style="margin-top:5px;padding-top:5px;border-top:1px solid ${t.line};color:${t.faint};font-size:11px">${escapeHtml(foot)}</div>`
    : '';
  return `<div style="font-weight:600;margin-bottom:3px">${escapeHtml(title)}</div>${rows.map(line).join('')}${end}`;
}
