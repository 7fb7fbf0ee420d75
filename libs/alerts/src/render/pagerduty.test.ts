import type { IncidentView } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { exampleIncident } from './example.js';
import type { Notification } from './notification.js';
import { EVENT_BYTES_MAX, renderPagerDuty } from './pagerduty.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const notification = (event: Notification['event'], change: Partial<IncidentView> = {}): Notification => ({
  event,
  incident: { ...exampleIncident(NOW), id: 'inc_1', ...change },
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-inc_1',
  sequence: 3,
  at: '2026-01-09T14:20:00.000Z',
});
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('an incident in PagerDuty', () => {
  it.each([
    ['open', 'trigger'],
    ['update', 'trigger'],
    ['escalate', 'trigger'],
    ['acknowledge', 'acknowledge'],
    ['resolve', 'resolve'],
    ['test', 'trigger'],
  ] as const)('%s is %s under the same key', (event, action) => {
    const sent = renderPagerDuty(notification(event), 'R123');
    expect(sent.event_action).toBe(action);
    expect(sent.dedup_key).toBe('plumbline-inc_1');
    expect(sent.routing_key).toBe('R123');
    expect(sent.payload !== undefined).toBe(action === 'trigger');
  });

  it.each(['critical', 'warning', 'info'] as const)('%s stays %s', (severity) => {
    expect(renderPagerDuty(notification('open', { severity }), 'R').payload?.severity).toBe(severity);
    expect(renderPagerDuty(notification('test', { severity }), 'R').payload?.severity).toBe('info');
  });

  it('fills the common event format', () => {
    const { payload, links, client_url } = renderPagerDuty(notification('open'), 'R');
    expect(payload).toMatchObject({
      summary: '[fraud] accuracy of fraud is below 85 %: accuracy fell to 76.2 % (74.3 % – 78 %), below 85 %',
      source: 'plumbline.example.org',
      timestamp: '2026-01-09T14:20:00.000Z',
      component: 'fraud',
      group: 'performance',
      class: 'performance',
    });
    expect(client_url).toBe('https://plumbline.example.org/incidents/inc_1');
    expect(links?.map((l) => l.text)).toEqual(['Incident #42', 'Rows', 'Mute']);
  });

  it('tells the story in words before the raw evidence', () => {
    const { payload } = renderPagerDuty(notification('open'), 'R');
    expect(payload?.custom_details).toMatchObject({
      incident: '#42',
      what: 'accuracy',
      slice: 'all traffic',
      value: '76.2 % (74.3 % – 78 %)',
      threshold: '85 %',
      rows_judged: '1,893',
      window: '2026-01-09 13:00 – 14:00 UTC',
      since: '2026-01-09 11:00 UTC',
      history: '████ ███▅▂▁',
      suspected_slice: 'tags.country = BR, explains 88 %',
      moved_features: 'amount (0.41, threshold 0.2)',
      sequence: 3,
    });
    expect(Object.keys(payload!.custom_details).at(-1)).toBe('evidence');
    expect(payload?.custom_details).not.toHaveProperty('shortened');
  });

  it('does not repeat a headline that is the title', () => {
    const { title, evidence } = exampleIncident(NOW);
    const sent = renderPagerDuty(notification('open', { evidence: [{ ...evidence[0]!, headline: title }] }), 'R');
    expect(sent.payload?.summary).toBe('[fraud] accuracy of fraud is below 85 %');
  });

  it('leaves out a time that is none and links that lead nowhere', () => {
    const sent = renderPagerDuty({ ...notification('open'), at: 'now', consoleUrl: '' }, 'R');
    expect(sent.payload).not.toHaveProperty('timestamp');
    expect(sent).not.toHaveProperty('links');
    expect(sent.payload?.source).toBe('plumbline');
  });

  it('keeps long keys apart, and the same key the same', () => {
    const key = (dedupKey: string) => renderPagerDuty({ ...notification('resolve'), dedupKey }, 'R').dedup_key;
    const long = 'k'.repeat(300);
    expect(key('k'.repeat(255))).toBe('k'.repeat(255));
    expect(key(long)).toHaveLength(255);
    expect(key(long)).toBe(key(long));
    expect(key(`${long}a`)).not.toBe(key(`${long}b`));
    expect(key('\ud83d')).not.toBe(key('\ud83e'));
  });

  it.each([
    ['many findings', 3000, 500, 1],
    ['huge texts', 3, 100_000, 5],
    ['both', 500, 50_000, 30],
  ])('shrinks %s to what PagerDuty takes, the same way every time', (_, findings, length, evidences) => {
    const [evidence] = exampleIncident(NOW).evidence;
    const finding = {
      ...evidence!.findings[0]!,
      message: '😀'.repeat(length / 2),
      details: { all: 'ß'.repeat(length) },
    };
    const large = { ...evidence!, headline: '日'.repeat(length), findings: Array(findings).fill(finding) };
    const n = notification('open', { evidence: Array(evidences).fill(large) });
    const sent = renderPagerDuty(n, 'R');
    expect(bytes(sent)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    expect(sent.payload?.custom_details).toHaveProperty('shortened');
    expect(sent.payload?.custom_details.value).toBe('76.2 % (74.3 % – 78 %)');
    expect(sent).toEqual(renderPagerDuty(n, 'R'));
  });
});
