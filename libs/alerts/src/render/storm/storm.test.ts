import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alertmanagerProblems,
  jsonProblems,
  pagerDutyProblems,
  slackProblems,
} from '../../../../testkit/src/vendors/index.js';
import { inOrder, type StormIncident, type StormNotice } from './notice.js';
import { renderPagerDutyStorm } from './pagerduty.js';
import { renderSlackStorm } from './slack.js';
import { renderAlertmanagerStorm, renderWebhookStorm } from './webhook.js';

const AT = '2026-01-09T14:20:00.000Z';
const incident = (number: number, over: Partial<StormIncident> = {}): StormIncident => ({
  id: `inc_${number}`,
  number,
  model: `model-${number % 97}`,
  title: `model-${number % 97}: accuracy fell below 85 %`,
  severity: 'warning',
  state: 'open',
  opened_at: AT,
  resolved_at: null,
  told: false,
  ...over,
});
const notice = (incidents: StormIncident[], over: Partial<StormNotice> = {}): StormNotice => ({
  id: 's1',
  state: 'open',
  openedAt: AT,
  incidents: inOrder(incidents),
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-storm-s1',
  sequence: 1,
  at: AT,
  ...over,
});
const many = (n: number) => Array.from({ length: n }, (_, i) => incident(i + 1));
const textOf = (message: { body: { blocks: unknown[] } }) => JSON.stringify(message.body.blocks);

describe('a storm', () => {
  it('of 290 incidents is named whole in one message of every vendor', () => {
    const n = notice(many(290));
    const ids = n.incidents.map((i) => i.id);
    const slack = renderSlackStorm(n, { all: false });
    expect(slackProblems(slack.body)).toEqual([]);
    expect(slack.body.text).toBe('🟠 290 incidents of 97 models at once');
    for (const { number } of n.incidents) expect(textOf(slack)).toMatch(new RegExp(`#${number}\\b`));
    const pagerDuty = renderPagerDutyStorm(n, 'R');
    expect(pagerDutyProblems(pagerDuty.body)).toEqual([]);
    expect(pagerDuty.body.payload?.summary).toBe('290 incidents of 97 models at once, 290 not resolved');
    for (const named of [slack.named, pagerDuty.named, renderWebhookStorm(n).named, renderAlertmanagerStorm(n).named])
      expect(new Set(named)).toEqual(new Set(ids));
  });

  it('says what a message without room does not name', () => {
    const n = notice(many(10_000));
    const { body, named } = renderSlackStorm(n, { all: false });
    expect(slackProblems(body)).toEqual([]);
    expect(named.length).toBeGreaterThan(800);
    expect(named.length).toBeLessThan(10_000);
    const rest = notice(
      many(10_000).map((i) => ({ ...i, told: named.includes(i.id) })),
      { sequence: 2 },
    );
    expect(renderSlackStorm(rest, { all: false }).named).not.toContain(named[0]);
    const pd = renderPagerDutyStorm(n, 'R');
    expect(pagerDutyProblems(pd.body)).toEqual([]);
    expect(pd.body.payload?.custom_details.not_listed).toBe(10_000 - pd.named.length);
  });

  it('ends: PagerDuty by its key, Slack in a few words, webhooks with the same group', () => {
    const ended = many(3).map((i) => ({ ...i, state: 'resolved' as const, resolved_at: AT, told: true }));
    const n = notice(ended, { state: 'resolved', sequence: 4 });
    expect(renderPagerDutyStorm(n, 'R').body).toEqual({
      routing_key: 'R',
      event_action: 'resolve',
      dedup_key: 'plumbline-storm-s1',
    });
    expect(renderSlackStorm(n, { all: false }).body.text).toBe('✅ Over: 3 incidents of 3 models are resolved');
    expect(renderWebhookStorm(n).body).toMatchObject({ event: 'storm', storm: { state: 'resolved', total: 3 } });
    expect(renderAlertmanagerStorm(n).body.status).toBe('resolved');
    expect(renderAlertmanagerStorm(n).body.groupKey).toBe(renderAlertmanagerStorm(notice(many(3))).body.groupKey);
  });

  it('whatever its incidents are called, the vendors take it', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('', '\ud83d', '<!channel>', '`', '&'.repeat(300), '😀'.repeat(300), '\n'),
    );
    const one = fc.record({
      ...{ id: odd, number: fc.nat(), model: odd, title: odd, opened_at: fc.oneof(odd, fc.constant(AT)) },
      severity: fc.constantFrom('info', 'warning', 'critical'),
      state: fc.constantFrom('open', 'acknowledged', 'resolved'),
      resolved_at: fc.constantFrom(null, AT),
      told: fc.boolean(),
    }) as fc.Arbitrary<StormIncident>;
    const any = fc.record({
      incidents: fc.array(one, { minLength: 1, maxLength: 60 }),
      all: fc.boolean(),
      state: fc.constantFrom('open' as const, 'resolved' as const),
      consoleUrl: fc.oneof(odd, fc.webUrl()),
    });
    fc.assert(
      fc.property(any, ({ all, ...over }) => {
        const n = notice(over.incidents, over);
        expect(slackProblems(renderSlackStorm(n, { all }).body)).toEqual([]);
        expect(pagerDutyProblems(renderPagerDutyStorm(n, 'R').body)).toEqual([]);
        expect(jsonProblems(renderWebhookStorm(n).body)).toEqual([]);
        expect(alertmanagerProblems(renderAlertmanagerStorm(n).body)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});
