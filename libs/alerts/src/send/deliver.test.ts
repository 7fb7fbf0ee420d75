import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../../../testkit/src/vendors/index.js';
import { exampleIncident, testNotification } from '../render/example.js';
import type { Notification } from '../render/notification.js';
import type { Channel } from '../render/request.js';
import { verifySignature } from '../render/webhook.js';
import { type DeliverDeps, deliver } from './deliver.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const deps: DeliverDeps = { nowMs: () => NOW, allowPrivate: ['127.0.0.1'] };
const notification = (event: Notification['event']): Notification => ({
  event,
  incident: { ...exampleIncident(NOW), id: 'inc_1' },
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-inc_1',
  sequence: 3,
  at: '2026-01-09T14:20:00.000Z',
});

let vendor: FakeVendor;
let channels: Record<'slack' | 'pagerduty' | 'webhook', Channel>;
beforeAll(async () => {
  vendor = await startFakeVendor();
  channels = {
    slack: { id: 's', kind: 'slack', config: { url: vendor.slackUrl } },
    pagerduty: { id: 'p', kind: 'pagerduty', config: { routing_key: 'R0123456789', url: vendor.url } },
    webhook: { id: 'w', kind: 'webhook', config: { url: `${vendor.url}/hook`, secret: 'a webhook secret' } },
  };
});
beforeEach(() => vendor.clear());
afterAll(() => vendor.close());

describe('deliver', () => {
  it('Slack takes it', async () => {
    expect(await deliver(channels.slack, notification('open'), deps)).toEqual({
      outcome: 'sent',
      status: 200,
      answer: 'ok',
    });
    expect(vendor.requests[0]?.path).toBe(new URL(vendor.slackUrl).pathname);
  });

  it.each([
    ['open', 'trigger'],
    ['acknowledge', 'acknowledge'],
    ['resolve', 'resolve'],
  ] as const)('PagerDuty takes %s', async (event, action) => {
    const result = await deliver(channels.pagerduty, notification(event), deps);
    expect(result).toMatchObject({ outcome: 'sent', status: 202 });
    expect(result.answer).toContain('Event processed');
    expect(vendor.requests[0]).toMatchObject({
      path: '/v2/enqueue',
      body: { event_action: action, dedup_key: 'plumbline-inc_1', routing_key: 'R0123456789' },
    });
  });

  it('a webhook can check who sent it', async () => {
    expect(await deliver(channels.webhook, notification('open'), deps)).toMatchObject({ outcome: 'sent' });
    const [got] = vendor.requests;
    expect(got?.body).toMatchObject({ event: 'open', sequence: 3, incident: { id: 'inc_1' } });
    expect(verifySignature(got!.headers['plumbline-signature']!, got!.raw, 'a webhook secret', NOW)).toBe(true);
  });

  it('a test goes to every kind of channel', async () => {
    for (const channel of Object.values(channels)) {
      const n = testNotification({ channelId: channel.id, consoleUrl: 'https://x.example', nowMs: NOW });
      expect(await deliver(channel, n, deps)).toMatchObject({ outcome: 'sent' });
    }
    expect(vendor.requests).toHaveLength(3);
  });

  it('a complaint of the vendor is final and in its words', async () => {
    vendor.script({ status: 404, body: 'no_service' });
    expect(await deliver(channels.slack, notification('open'), deps)).toEqual({
      outcome: 'dead',
      status: 404,
      answer: '404 Not Found: no_service',
    });
  });

  it('repeats none of the secrets that the vendor repeats', async () => {
    for (const [kind, secret] of [
      ['slack', 'fakeSlackWebhookToken123'],
      ['pagerduty', 'R0123456789'],
      ['webhook', 'a webhook secret'],
    ] as const) {
      vendor.script({ status: 400, body: `bad request with ${secret} in it` });
      const { answer } = await deliver(channels[kind], notification('open'), deps);
      expect(answer).toBe('400 Bad Request: bad request with •••• in it');
    }
  });

  it('a channel without its configuration is dead, not an exception', async () => {
    const channel: Channel = { id: 'x', kind: 'slack', config: {} };
    expect(await deliver(channel, notification('open'), deps)).toEqual({
      outcome: 'dead',
      status: null,
      answer: 'the slack channel has no config.url: set it in the channel',
    });
    const broken = { ...notification('open'), incident: null as never };
    const result = await deliver(channels.webhook, broken, deps);
    expect(result).toEqual({ outcome: 'dead', status: null, answer: 'the notification could not be rendered' });
    expect(vendor.requests).toHaveLength(0);
  });

  it('is refused without permission for loopback', async () => {
    const result = await deliver(channels.webhook, notification('open'), { ...deps, allowPrivate: [] });
    expect(result).toMatchObject({ outcome: 'dead', status: null });
  });
});
