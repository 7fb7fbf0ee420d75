import { cut, oneLine } from './text.js';
import { utc } from './words.js';

/**
 * Block Kit pieces that cannot break Slack's documented limits. Slack answers 400 for the whole message when one text is
 * too long or empty, so every text of unknown origin goes through `esc` or `code` with a budget of its own.
 */
export type PlainText = { type: 'plain_text'; text: string; emoji: true };
export type Mrkdwn = { type: 'mrkdwn'; text: string; verbatim: true };
export type Button = { type: 'button'; text: PlainText; url: string; action_id: string; style?: 'primary' };
export type Block =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text: Mrkdwn }
  | { type: 'section'; fields: Mrkdwn[] }
  | { type: 'context'; elements: Mrkdwn[] }
  | { type: 'actions'; elements: Button[] };

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const entity = (character: string) => ENTITIES[character] ?? character;

/** One escaped line of at most `max` units as sent; an entity is never cut in two. */
export const esc = (text: string, max: number): string => cut(oneLine(text), max, entity);

/** A name as code: nothing in it is read as formatting. */
export const code = (text: string, max: number): string =>
  `\`${cut(oneLine(text).replaceAll('`', "'") || ' ', max - 2, entity)}\``;

/** A time in the reader's own zone, with UTC where Slack cannot show it. */
export function date(at: string): string {
  const s = Math.floor(Date.parse(at) / 1000);
  return s > 0 ? `<!date^${s}^{date_short_pretty} {time}|${utc(at)}>` : esc(at, 40) || '–';
}

const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: true });
// verbatim: addresses, channel and people's names in somebody's data are not made into links or mentions.
const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', text, verbatim: true });

export const header = (emoji: string, text: string): Block => ({
  type: 'header',
  text: plain(`${emoji} ${esc(text, 150 - emoji.length - 1)}`),
});
export const section = (text: string): Block => ({ type: 'section', text: mrkdwn(text) });
/** Pairs of label and text, empty ones left out; Slack shows ten at most, in two columns. */
export const fields = (pairs: readonly (readonly [string, string])[]): Block => ({
  type: 'section',
  fields: pairs
    .filter(([, text]) => text !== '')
    .slice(0, 10)
    .map(([label, text]) => mrkdwn(`*${label}*\n${text}`)),
});
export const context = (text: string): Block => ({ type: 'context', elements: [mrkdwn(text)] });
export const actions = (buttons: readonly (readonly [string, string])[]): Block => ({
  type: 'actions',
  elements: buttons.map(([text, url], i) => ({
    type: 'button',
    text: plain(text),
    url,
    action_id: `open-${i}`,
    ...(i === 0 ? { style: 'primary' as const } : {}),
  })),
});
