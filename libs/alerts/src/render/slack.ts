import { actions, type Block, code, context, date, esc, fields, header, section } from './blocks.js';
import { type Facts, factsOf } from './facts.js';
import { links } from './links.js';
import type { Notification } from './notification.js';
import { sparkline } from './sparkline.js';
import { count, duration, number, percent, valueWords } from './words.js';

/** The body of an incoming webhook. `text` is what a phone shows on its lock screen. */
export type SlackMessage = { text: string; blocks: Block[]; unfurl_links: false; unfurl_media: false };

export const EMOJI = { critical: '🔴', warning: '🟠', info: '🔵' } as const;

/** `whole`: the message takes the place of the first one, so what was wrong stays readable under how it ended. */
export function renderSlack(n: Notification, { whole = false } = {}): SlackMessage {
  const facts = factsOf(n);
  const ended = n.event === 'resolve' || n.event === 'acknowledge';
  const body = [...(ended ? afterwards(n, facts) : []), ...(!ended || whole ? problem(n, facts) : [])];
  const emoji = n.event === 'resolve' ? '✅' : n.event === 'acknowledge' ? '👀' : EMOJI[n.incident.severity];
  const title = `${prefix(n)}${facts.title}`;
  return {
    text: `${emoji} ${esc(title, 400)} (${esc(n.incident.model, 150)}, #${n.incident.number})`,
    blocks: [header(emoji, title), ...body, ...buttons(n), footer(n)],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function prefix({ event, incident }: Notification): string {
  if (event === 'update') return 'Update: ';
  if (event === 'escalate') return `Now ${incident.severity}: `;
  if (event === 'acknowledge') return 'Acknowledged: ';
  if (event === 'resolve') return 'Resolved: ';
  return event === 'test' ? 'Test: ' : '';
}

/** Acknowledged or resolved: everybody in the channel has seen the evidence already. */
function afterwards(n: Notification, facts: Facts): Block[] {
  const by = facts.actor ? ` by ${esc(facts.actor, 200)}` : '';
  const of = `Incident *#${n.incident.number}* of ${code(n.incident.model, 150)}`;
  if (n.event === 'acknowledge') return [section(`${of} was acknowledged${by}. Open for ${duration(facts.lastedMs)}.`)];
  const { opened_at, resolved_at } = n.incident;
  return [
    section(
      `${of} was resolved${by}. It lasted ${duration(facts.lastedMs)}: ${date(opened_at)} – ${date(resolved_at ?? n.at)}.`,
    ),
  ];
}

function problem(n: Notification, facts: Facts): Block[] {
  const { main, finding } = facts;
  const blocks: Block[] = [];
  if (n.event === 'test') blocks.push(section('This is a test of the channel. Nothing is wrong.'));
  if (facts.headline) blocks.push(section(esc(facts.headline, 1000)));
  blocks.push(
    fields([
      ['Model', code(n.incident.model, 150)],
      ['What', what(facts)],
      ['Slice', facts.slice === 'all traffic' ? facts.slice : code(facts.slice, 400)],
      ['Value', esc([facts.value, limits(facts)].filter(Boolean).join(', '), 300)],
      ['Rows judged', finding ? count(finding.n) : ''],
      ['Window', main ? `${date(main.window.start)} – ${date(main.window.end)}` : ''],
      ['Since', date(main?.since ?? n.incident.since)],
      ['Severity', n.incident.severity],
    ]),
  );
  const cause = causeLines(facts);
  if (cause.length > 0) blocks.push(section(`*Suspected cause*\n${cause.join('\n')}`));
  const picture = pictureOf(facts);
  if (picture) blocks.push(section(picture));
  if (facts.others.length > 0)
    blocks.push(section(`*Also firing*\n${facts.others.map((o) => `• ${esc(o, 300)}`).join('\n')}`));
  return blocks;
}

const limits = (facts: Facts) =>
  [facts.threshold && `threshold ${facts.threshold}`, facts.baseline && `baseline ${facts.baseline}`]
    .filter(Boolean)
    .join(', ');

function what(facts: Facts): string {
  const subject = facts.subject ? code(facts.subject, 200) : '';
  const monitor = facts.monitor ? esc(facts.monitor, 200) : '';
  return [subject, monitor && `(${monitor})`].filter(Boolean).join(' ');
}

function causeLines(facts: Facts): string[] {
  const lines = facts.slices.map((s) => {
    const explains = Number.isFinite(s.explains) ? `, explains ${percent(s.explains)}` : '';
    const name = code(`${s.field} = ${s.value ?? 'null'}`, 200);
    return `• ${name}: error ${number(s.error)} against ${number(s.rest)} elsewhere, ${percent(s.share)} of the rows${explains}`;
  });
  if (facts.features.length > 0) lines.push(`• moved: ${facts.features.map((f) => code(f, 120)).join(', ')}`);
  return lines;
}

function pictureOf({ main, finding }: Facts): string {
  if (!main) return '';
  const values = main.history.map((h) => h.value);
  const line = sparkline(values, { marks: [main.threshold, main.baseline] });
  if (!line) return '';
  const words = valueWords(main.kind, finding);
  const marks = [
    `last ${words(values.findLast((v) => v !== null))}`,
    main.threshold === null ? '' : `threshold ${words(main.threshold)}`,
    main.baseline === null ? '' : `baseline ${words(main.baseline)}`,
  ];
  return `\`\`\`${line}\`\`\`\n${marks.filter(Boolean).join(' · ')}`;
}

function buttons(n: Notification): Block[] {
  const to = links(n);
  if (!to) return [];
  if (n.event === 'test') return [actions([['Open Plumbline', to.incident]])];
  if (n.event === 'resolve') return [actions([['Open incident', to.incident]])];
  const more = n.event === 'acknowledge' ? [] : ([['Show rows', to.rows]] as const);
  return [actions([['Open incident', to.incident], ...more, ['Mute…', to.mute]])];
}

const footer = (n: Notification): Block =>
  context(
    `Plumbline · incident #${n.incident.number} · ${n.incident.state} · opened ${date(n.incident.opened_at)}${n.repeat ? ' · sent again: the first attempt was not answered' : ''}`,
  );
