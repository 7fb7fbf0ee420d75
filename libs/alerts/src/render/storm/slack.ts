import { groupBy } from '@plumbline/contracts';
import { actions, type Block, code, context, date, esc, header, section } from '../blocks.js';
import { consoleAt } from '../links.js';
import { EMOJI, type SlackMessage } from '../slack.js';
import { duration } from '../words.js';
import { type StormIncident, type StormMessage, type StormNotice, stormWords, unresolved, worst } from './notice.js';

/** All texts of a message together stay below what Slack was seen to refuse (`msg_blocks_too_long`). */
const LIST_MAX = 9_000;
const SECTION_MAX = 2_900;
/** This many are listed with their titles; of the others only the numbers, by model. */
const TITLED_MAX = 15;

/**
 * One message for many problems. An incoming webhook cannot change it, so there each message names what none before it
 * said (`all: false`); with a token the one message names everything that fits.
 */
export function renderSlackStorm(n: StormNotice, { all }: { all: boolean }): StormMessage<SlackMessage> {
  const over = n.state === 'resolved';
  const words = stormWords(n);
  const ended = n.incidents.length - unresolved(n).length;
  const title = over ? `Over: ${words} are resolved` : `${words} at once${ended > 0 ? `, ${ended} resolved` : ''}`;
  const emoji = over ? '✅' : EMOJI[worst(n)];
  const listed = n.incidents.filter((i) => all || !i.told);
  const { lines, named } = listOf(listed);
  return {
    named,
    body: {
      text: `${emoji} ${esc(title, 400)}`,
      blocks: [header(emoji, title), section(summary(n)), ...sections(lines), ...buttons(n), footer(n)],
      unfurl_links: false,
      unfurl_media: false,
    },
  };
}

function summary(n: StormNotice): string {
  const open = unresolved(n).length;
  if (n.state === 'resolved') return `It lasted ${duration(Date.parse(n.at) - Date.parse(n.openedAt))}.`;
  const repeat = n.repeat ? ' Sent again: the first attempt was not answered.' : '';
  return `*${open}* of them are not resolved. Too many to tell one by one: this channel gets one message for all until it is quiet for 5 min.${repeat}`;
}

/** Lines that fit, and the ids of the incidents that they name: the first with their titles, the others by model. */
function listOf(incidents: readonly StormIncident[]): { lines: string[]; named: string[] } {
  const lines: string[] = [];
  const named: string[] = [];
  let length = 0;
  const add = (line: string, ids: readonly string[]): boolean => {
    if (length + line.length + 1 > LIST_MAX) return false;
    length += line.length + 1;
    lines.push(line);
    named.push(...ids);
    return true;
  };
  for (const i of incidents.slice(0, TITLED_MAX)) add(`${mark(i)} *#${i.number}* ${esc(i.title, 160)}`, [i.id]);
  const byModel = groupBy(incidents.slice(TITLED_MAX), (i) => i.model);
  for (const [model, group] of byModel) {
    // A model with very many of them continues on lines of its own.
    for (let from = 0; from < group.length; from += 100) {
      const part = group.slice(from, from + 100);
      const line = `• ${code(model, 140)} ${part.map((i) => (i.state === 'resolved' ? `~#${i.number}~` : `#${i.number}`)).join(' ')}`;
      if (
        !add(
          line,
          part.map((i) => i.id),
        )
      )
        return { lines, named };
    }
  }
  return { lines, named };
}

const mark = (i: StormIncident) => (i.state === 'resolved' ? '✅' : EMOJI[i.severity]);

function sections(lines: readonly string[]): Block[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length + 1 <= SECTION_MAX)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

function buttons(n: StormNotice): Block[] {
  const base = consoleAt(n.consoleUrl);
  return base === null ? [] : [actions([['Open incidents', `${base}/incidents`]])];
}

const footer = (n: StormNotice): Block => context(`Plumbline · since ${date(n.openedAt)}`);
