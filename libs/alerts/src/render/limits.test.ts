import type { Evidence, Finding, IncidentView } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notification } from './notification.js';
import { renderPagerDuty } from './pagerduty.js';
import { renderSlack } from './slack.js';
import { renderWebhook } from './webhook.js';

/** The vendors' documented limits, written from their pages and not from our renderers. Empty: nothing wrong. */

type Json = Record<string, unknown>;
const list = (value: unknown): Json[] => (Array.isArray(value) ? value : []);

function slackProblems(message: unknown): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || problems.push(what));
  const text = (object: unknown, what: string, max: number, type?: string) => {
    const { type: is, text } = (object ?? {}) as Json;
    check(is === 'mrkdwn' || is === 'plain_text', `${what}: type ${String(is)}`);
    check(type === undefined || is === type, `${what}: must be ${type}`);
    const said = String(text ?? '');
    check(said.trim().length > 0, `${what}: empty`);
    check(said.length <= max, `${what}: ${said.length} > ${max}`);
    // Only Slack's own sequences may have angle brackets; of those we use dates.
    const rest = said.replace(/<!date\^\d+\^[^<>|]+\|[^<>]+>/g, '');
    check(!/[<>]|&(?!amp;|lt;|gt;)/.test(rest), `${what}: not escaped: ${rest.slice(0, 80)}`);
  };
  const { blocks, text: fallback } = message as { blocks: unknown; text: unknown };
  check(String(fallback).length <= 4000 && String(fallback) !== '', 'fallback text');
  check(list(blocks).length >= 1 && list(blocks).length <= 50, 'blocks');
  for (const block of list(blocks)) {
    if (block.type === 'header') text(block.text, 'header', 150, 'plain_text');
    else if (block.type === 'section') {
      check(block.text !== undefined || block.fields !== undefined, 'section without text');
      if (block.text !== undefined) text(block.text, 'section', 3000);
      if (block.fields !== undefined) {
        check(list(block.fields).length >= 1 && list(block.fields).length <= 10, 'fields');
        for (const field of list(block.fields)) text(field, 'field', 2000);
      }
    } else if (block.type === 'context') {
      check(list(block.elements).length >= 1 && list(block.elements).length <= 10, 'context elements');
      for (const element of list(block.elements)) text(element, 'context', 3000);
    } else if (block.type === 'actions') {
      const elements = list(block.elements);
      check(elements.length >= 1 && elements.length <= 25, 'actions');
      check(new Set(elements.map((e) => e.action_id)).size === elements.length, 'action ids');
      for (const element of elements) {
        text(element.text, 'button', 75, 'plain_text');
        check(String(element.action_id).length <= 255, 'action id');
        check(String(element.url).length <= 3000 && URL.canParse(String(element.url)), 'button url');
      }
    } else problems.push(`block ${String(block.type)}`);
  }
  // Not documented, met in practice (`msg_blocks_too_long`).
  check(JSON.stringify(blocks).length <= 13_000, 'the message as a whole');
  return [...problems, ...jsonProblems(message)];
}

function pagerDutyProblems(event: unknown): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || problems.push(what));
  const { routing_key, event_action, dedup_key, payload, links } = event as Json;
  check(typeof routing_key === 'string' && routing_key !== '', 'routing_key');
  check(['trigger', 'acknowledge', 'resolve'].includes(String(event_action)), 'event_action');
  check(typeof dedup_key === 'string' && dedup_key.length >= 1 && dedup_key.length <= 255, 'dedup_key');
  if (event_action === 'trigger') {
    const { summary, source, severity, timestamp, custom_details } = (payload ?? {}) as Json;
    check(typeof summary === 'string' && summary.length >= 1 && summary.length <= 1024, 'summary');
    check(typeof source === 'string' && source !== '', 'source');
    check(['critical', 'error', 'warning', 'info'].includes(String(severity)), 'severity');
    check(timestamp === undefined || !Number.isNaN(Date.parse(String(timestamp))), 'timestamp');
    check(typeof custom_details === 'object' && custom_details !== null, 'custom_details');
    for (const link of list(links)) check(URL.canParse(String(link.href)), 'link');
  }
  check(Buffer.byteLength(JSON.stringify(event)) <= 512_000, 'size');
  return [...problems, ...jsonProblems(event)];
}

/** What strict JSON parsers refuse: half surrogate pairs. (JSON.stringify writes those, and only those, as \ud….) */
const jsonProblems = (value: unknown): string[] =>
  /(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(JSON.stringify(value)) ? ['half a surrogate pair'] : [];

const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((u) => String.fromCharCode(...u));
const odd = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 3, arbitrary: units },
  fc.constantFrom('', ' ', '\n', '\ud83d', '__proto__', '<!channel>', '```', '`', '*_~', '&amp;', 'null', '\u0000'),
  fc
    .tuple(
      fc.constantFrom('a', '&', '<', '😀', '👩‍👩‍👧', '\ud83d', 'Z͑ͫ̓', '\u202e', ' ', '`', '"', '\\'),
      fc.integer({ min: 1, max: 6000 }),
    )
    .map(([unit, times]) => unit.repeat(times)),
);
const someNumber = fc.oneof(fc.double(), fc.constantFrom(0, 1, 0.5, 1e300, -1e-300));
const maybe = fc.option(someNumber);
const when = fc.oneof(
  fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
  odd,
);
const severity = fc.constantFrom('info', 'warning', 'critical');
const finding: fc.Arbitrary<Finding> = fc.record({
  subject: odd,
  state: fc.constantFrom('ok', 'bad', 'no_data'),
  value: maybe,
  low: maybe,
  high: maybe,
  threshold: maybe,
  baseline: maybe,
  n: someNumber,
  message: odd,
  details: fc.dictionary(odd, fc.oneof(odd, fc.jsonValue())) as fc.Arbitrary<Json>,
});
const rowsQuery = fc.oneof(
  fc.dictionary(odd, fc.oneof(odd, fc.jsonValue())),
  fc.record({ filters: fc.array(fc.record({ field: odd, op: odd, value: fc.oneof(odd, maybe, fc.array(odd)) })) }),
) as fc.Arbitrary<Json>;
const evidence: fc.Arbitrary<Evidence> = fc.record({
  ...{ monitor_id: odd, monitor: odd, severity, window: fc.record({ start: when, end: when }) },
  kind: fc.oneof(fc.constantFrom('performance', 'drift', 'missing', 'latency', 'schema'), odd),
  ...{ known_at: when, since: when, headline: odd, findings: fc.array(finding, { maxLength: 8 }) },
  slices: fc.array(
    fc.record({
      ...{ field: odd, value: fc.option(odd), n: someNumber, share: someNumber },
      ...{ error: someNumber, rest: someNumber, explains: someNumber, what: odd },
    }),
    { maxLength: 5 },
  ),
  history: fc.array(fc.record({ start: when, value: maybe }), { maxLength: 60 }),
  ...{ threshold: maybe, baseline: maybe, rows_query: rowsQuery },
});
const incident: fc.Arbitrary<IncidentView> = fc.record({
  ...{ id: odd, number: fc.nat(), model: odd, severity, title: odd, family: odd },
  state: fc.constantFrom('open', 'acknowledged', 'resolved'),
  ...{ opened_at: when, since: when, acknowledged_at: fc.option(when), acknowledged_by: fc.option(odd) },
  ...{ resolved_at: fc.option(when), updated_at: when },
  monitors: fc.constant([]),
  subjects: fc.array(odd, { maxLength: 20 }),
  evidence: fc.array(evidence, { maxLength: 8 }),
  timeline: fc.array(
    fc.record({
      at: when,
      kind: fc.constantFrom('resolved', 'note'),
      text: odd,
      actor: fc.option(odd),
      monitor_id: fc.constant(null),
    }),
    { maxLength: 3 },
  ),
  deliveries: fc.constant([]),
});
const notification: fc.Arbitrary<Notification> = fc.record({
  event: fc.constantFrom('open', 'update', 'escalate', 'acknowledge', 'resolve', 'test'),
  incident,
  consoleUrl: fc.oneof(fc.constantFrom('https://plumbline.example.org', 'http://127.0.0.1:3000/x/'), fc.webUrl(), odd),
  dedupKey: odd,
  sequence: fc.nat(),
  at: when,
});

/** Raised by hand for a longer look. */
const RUNS = 120;

describe('whatever an incident holds, the vendors take it', () => {
  it('Slack', () => {
    fc.assert(
      fc.property(notification, (n) => {
        expect(slackProblems(renderSlack(n))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
  it('PagerDuty', () => {
    fc.assert(
      fc.property(notification, (n) => {
        expect(pagerDutyProblems(renderPagerDuty(n, 'R'))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
  it('webhooks', () => {
    fc.assert(
      fc.property(notification, (n) => {
        expect(jsonProblems(renderWebhook(n))).toEqual([]);
      }),
      { numRuns: RUNS / 2 },
    );
  });
  it('the same notification renders the same', () => {
    fc.assert(
      fc.property(notification, (n) => {
        expect(renderSlack(n)).toEqual(renderSlack(n));
      }),
      { numRuns: 30 },
    );
  });

  it('the validators see what is wrong', () => {
    const text = { type: 'mrkdwn', text: 'x'.repeat(3001) };
    expect(slackProblems({ text: 'x', blocks: [{ type: 'section', text }] })).toEqual(['section: 3001 > 3000']);
    expect(
      slackProblems({ text: 'x', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<!here>' } }] }),
    ).toHaveLength(1);
    expect(slackProblems({ text: '\ud83d', blocks: [] })).toEqual(['blocks', 'half a surrogate pair']);
    expect(pagerDutyProblems({ routing_key: '', event_action: 'x', dedup_key: '' })).toHaveLength(3);
  });
});
