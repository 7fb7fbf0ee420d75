import type { Evidence, Finding, IncidentView } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alertmanagerProblems,
  jsonProblems,
  pagerDutyProblems,
  slackProblems,
} from '../../../testkit/src/vendors/index.js';
import { renderAlertmanager } from './alertmanager.js';
import type { Notification } from './notification.js';
import { renderPagerDuty } from './pagerduty.js';
import { renderSlack } from './slack.js';
import { renderWebhook } from './webhook.js';

type Json = Record<string, unknown>;
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
        expect(slackProblems(renderSlack(n, { whole: true }))).toEqual([]);
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
  it('receivers of Alertmanager', () => {
    fc.assert(
      fc.property(notification, (n) => {
        expect(alertmanagerProblems(renderAlertmanager(n))).toEqual([]);
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
