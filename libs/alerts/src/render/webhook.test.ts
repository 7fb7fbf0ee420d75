import { createHmac } from 'node:crypto';
import { type DeliveryView, incidentView } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { exampleIncident } from './example.js';
import type { Notification } from './notification.js';
import { ChannelError, renderRequest } from './request.js';
import { renderWebhook, SIGNATURE_HEADER, sign, verifySignature, WEBHOOK_BYTES_MAX } from './webhook.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const delivery: DeliveryView = {
  ...{ id: 'd', channel_id: 'c', channel: 'team', kind: 'slack', attempts: 2, last_error: '404' },
  ...{ event: 'open', state: 'failed', created_at: '', sent_at: null, storm: false },
};
const notification: Notification = {
  event: 'open',
  incident: { ...exampleIncident(NOW), id: 'inc_1', deliveries: [delivery] },
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-inc_1',
  sequence: 3,
  at: '2026-01-09T14:20:00.000Z',
};

describe('the body of a webhook', () => {
  it('is the incident as the API shows it, without what concerns other channels', () => {
    const body = renderWebhook(notification);
    expect(body).toMatchObject({
      event: 'open',
      sequence: 3,
      dedup_key: 'plumbline-inc_1',
      sent_at: '2026-01-09T14:20:00.000Z',
      url: 'https://plumbline.example.org/incidents/inc_1',
    });
    expect(incidentView.parse(body.incident)).toEqual({ ...notification.incident, deliveries: [] });
  });

  it('stays a valid incident when it has to be shortened', () => {
    const [evidence] = notification.incident.evidence;
    const findings = Array(3000).fill({ ...evidence!.findings[0]!, message: '日'.repeat(5000) });
    const incident = { ...notification.incident, evidence: Array(5).fill({ ...evidence!, findings }) };
    const body = renderWebhook({ ...notification, incident });
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(WEBHOOK_BYTES_MAX);
    expect(body.shortened).toBe(true);
    expect(incidentView.parse(body.incident)).toMatchObject({ id: 'inc_1', title: notification.incident.title });
    expect(renderWebhook(notification)).not.toHaveProperty('shortened');
  });

  it('is valid for strict parsers whatever the texts are', () => {
    const incident = { ...notification.incident, title: 'half \ud83d of it' };
    expect(JSON.stringify(renderWebhook({ ...notification, incident }))).not.toMatch(/\\ud/i);
  });
});

describe('signatures', () => {
  const secret = 'a webhook secret';
  const body = '{"event":"open","x":"ü"}';
  const header = sign(body, secret, NOW);
  const [t, v1] = header.split(',') as [string, string];

  it('is the documented formula', () => {
    const seconds = NOW / 1000;
    const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    expect(header).toBe(`t=${seconds},v1=${hex}`);
    expect(sign(Buffer.from(body), secret, NOW)).toBe(header);
  });

  it.each([
    ['as sent', header, true],
    ['with spaces', `${t}, ${v1}`, true],
    ['upper case', `${t},v1=${v1.slice(3).toUpperCase()}`, true],
    ['one of two secrets', `${t},v1=${'0'.repeat(64)},${v1}`, true],
    ['unknown scheme besides', `${t},v0=abc,${v1}`, true],
    ['empty', '', false],
    ['no time', v1, false],
    ['no signature', t, false],
    ['two times', `t=1,${t},${v1}`, false],
    ['time changed', `t=${NOW / 1000 + 1},${v1}`, false],
    ['time no number', `t=1e9,${v1}`, false],
    ['cut signature', header.slice(0, -2), false],
    ['long signature', `${header}00`, false],
    ['not hex', `${t},v1=${'z'.repeat(64)}`, false],
    ['wrong', `${t},v1=${'0'.repeat(64)}`, false],
  ])('%s: %s', (_, given, ok) => expect(verifySignature(given, body, secret, NOW)).toBe(ok));

  it('covers the body, the secret and the time', () => {
    expect(verifySignature(header, `${body} `, secret, NOW)).toBe(false);
    expect(verifySignature(header, body, 'another', NOW)).toBe(false);
    expect(verifySignature(header, Buffer.from(body), secret, NOW)).toBe(true);
    expect(verifySignature(header, body, secret, NOW + 300_000)).toBe(true);
    expect(verifySignature(header, body, secret, NOW + 301_000)).toBe(false);
    expect(verifySignature(header, body, secret, NOW - 301_000)).toBe(false);
    expect(verifySignature(header, body, secret, NOW + 301_000, 600)).toBe(true);
    expect(verifySignature(header, body, secret, Number.NaN)).toBe(false);
  });
});

describe('requests', () => {
  const base = { id: 'c' };
  it('signs when there is a secret, and only then', () => {
    const config = { url: 'https://x.example/hook' };
    expect(renderRequest({ ...base, kind: 'webhook', config }, notification, NOW).headers).not.toHaveProperty(
      SIGNATURE_HEADER,
    );
    const made = renderRequest(
      { ...base, kind: 'webhook', config: { ...config, secret: 's3cret' } },
      notification,
      NOW,
    );
    expect(verifySignature(made.headers[SIGNATURE_HEADER]!, made.body, 's3cret', NOW)).toBe(true);
    expect(made.secrets).toContain('s3cret');
  });

  it.each([
    [undefined, 'https://events.pagerduty.com/v2/enqueue'],
    ['https://events.eu.pagerduty.com', 'https://events.eu.pagerduty.com/v2/enqueue'],
    ['https://events.pagerduty.com/', 'https://events.pagerduty.com/v2/enqueue'],
    ['http://127.0.0.1:9/pd/', 'http://127.0.0.1:9/pd/v2/enqueue'],
    ['https://events.pagerduty.com/v2/enqueue', 'https://events.pagerduty.com/v2/enqueue'],
  ])('PagerDuty at %s', (url, want) => {
    const config = { routing_key: 'R', ...(url && { url }) };
    expect(renderRequest({ ...base, kind: 'pagerduty', config }, notification, NOW).url).toBe(want);
  });

  it('posts to the whole Slack address', () => {
    const url = 'https://hooks.slack.com/services/T0/B0/abcdefghijkl';
    const made = renderRequest({ ...base, kind: 'slack', config: { url } }, notification, NOW);
    expect(made.url).toBe(url);
    expect(made.headers['content-type']).toMatch('application/json');
    expect(JSON.parse(made.body).blocks[0].type).toBe('header');
  });

  it.each([
    ['slack', {}],
    ['webhook', {}],
    ['pagerduty', { url: 'https://x.example' }],
    ['pigeon', {}],
  ])('%s without its configuration is refused', (kind, config) =>
    expect(() => renderRequest({ ...base, kind: kind as 'slack', config }, notification, NOW)).toThrow(ChannelError),
  );
});
