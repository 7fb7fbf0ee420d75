import type { ChannelView } from '@plumbline/contracts';
import { channelBody, channelChange } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOf, type Draft, draftOf, missing, receives } from './draft';

const blank = draftOf(null);
const view = (over: Partial<ChannelView>): ChannelView => ({
  id: 'c',
  kind: 'slack',
  name: 'Team',
  match: null,
  default: false,
  config: { url: 'https://hooks.slack.com/••••' },
  health: { state: 'ok', failures: 0, paused_until: null, last_error: null, last_failed_at: null, last_sent_at: null },
  created_at: '2026-01-01T00:00:00Z',
  ...over,
});

describe('a new channel', () => {
  it.each<[Partial<Draft>, object]>([
    [{ kind: 'slack', url: 'https://hooks.slack.com/x' }, { url: 'https://hooks.slack.com/x' }],
    [
      { kind: 'slack', slack: 'app', token: 'xoxb-1', channel: 'C012345' },
      { token: 'xoxb-1', channel: 'C012345' },
    ],
    [{ kind: 'pagerduty', routingKey: ' R1 ' }, { routing_key: 'R1' }],
    [
      { kind: 'webhook', url: 'https://a.example' },
      { url: 'https://a.example', format: 'plumbline' },
    ],
  ])('%j is what the server takes', (typed, config) => {
    const draft = { ...blank, ...typed };
    expect(missing(draft, true)).toEqual({});
    expect(bodyOf(draft).config).toEqual(config);
    expect(channelBody.safeParse(bodyOf(draft)).success).toBe(true);
  });

  it.each<[Partial<Draft>, string[]]>([
    [{ kind: 'slack' }, ['url']],
    [{ kind: 'slack', url: 'hooks.slack.com' }, ['url']],
    [{ kind: 'slack', slack: 'app', channel: '#general' }, ['token', 'channel']],
    [{ kind: 'pagerduty' }, ['routingKey']],
    [{ kind: 'webhook' }, ['url']],
  ])('%j is not ready', (typed, fields) => expect(Object.keys(missing({ ...blank, ...typed }, true))).toEqual(fields));

  it('is the default one if it is the first', () => expect(draftOf(null, true).isDefault).toBe(true));
});

describe('a channel that exists', () => {
  it.each([
    view({}),
    view({ config: { token: '••••', channel: 'C012345', url: 'https://slack.com/••••' } }),
    view({ kind: 'pagerduty', config: { routing_key: '••••', url: 'https://events.eu.pagerduty.com' } }),
    view({ kind: 'webhook', config: { url: 'https://a.example/••••', secret: '••••', format: 'alertmanager' } }),
  ])('is sent back without its secrets', (before) => {
    const draft = draftOf(before);
    expect(missing(draft, false)).toEqual({});
    const body = bodyOf(draft);
    expect(channelChange.safeParse(body).success).toBe(true);
    expect(JSON.stringify(body)).not.toContain('•');
    expect(JSON.stringify(body)).not.toMatch(/token|secret|routing_key/);
  });

  it('keeps what it receives', () => {
    const match = { model: 'fraud', severity: 'critical' as const };
    expect(bodyOf(draftOf(view({ match }))).match).toEqual(match);
    expect(bodyOf(draftOf(view({}))).match).toBeNull();
  });
});

it.each([
  [{ match: null, default: true }, 'what no other channel receives'],
  [{ match: null, default: false }, 'only monitors that name it'],
  [{ match: { severity: 'critical' as const, model: 'm' }, default: false }, 'what is critical of m'],
  [{ match: { severity: 'info' as const }, default: false }, 'everything'],
])('%j: %s', (channel, text) => expect(receives(channel)).toBe(text));
