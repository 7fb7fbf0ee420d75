import type { IncidentView } from '@plumbline/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../../../testkit/src/vendors/index.js';
import { exampleIncident } from '../render/example.js';
import type { Notification } from '../render/notification.js';
import type { Channel } from '../render/request.js';
import { type DeliverDeps, deliver } from './deliver.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const deps: DeliverDeps = { nowMs: () => NOW, allowPrivate: ['127.0.0.1'] };
const about = (
  event: Notification['event'],
  more: Partial<Notification> = {},
  change: Partial<IncidentView> = {},
): Notification => ({
  event,
  incident: { ...exampleIncident(NOW), id: 'inc_1', ...change },
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-inc_1',
  sequence: 1,
  at: '2026-01-09T14:20:00.000Z',
  ...more,
});

let vendor: FakeVendor;
let channel: Channel;
beforeAll(async () => {
  vendor = await startFakeVendor();
  channel = {
    id: 's',
    kind: 'slack',
    config: { token: 'xoxb-aBotTokenOfSlack', channel: 'C0123456789', url: vendor.slackApiUrl },
  };
});
beforeEach(() => vendor.clear());
afterAll(() => vendor.close());
const tell = (...args: Parameters<typeof about>) => deliver(channel, about(...args), deps);
const methods = () => vendor.requests.map((r) => r.path.split('/').at(-1));

describe('Slack with a bot token', () => {
  it('posts, changes the first message when it is acknowledged and resolved, and answers worse news in its thread', async () => {
    const { receipt, outcome } = await tell('open');
    expect(outcome).toBe('sent');
    expect(receipt).toMatch(/^\d+\.\d+$/);
    await tell('escalate', { receipt, sequence: 2 }, { severity: 'critical' });
    expect(await tell('acknowledge', { receipt, sequence: 3 }, { acknowledged_by: 'ada' })).toMatchObject({
      outcome: 'sent',
    });
    await tell('resolve', { receipt, sequence: 4 }, { state: 'resolved' });
    expect(methods()).toEqual(['chat.postMessage', 'chat.postMessage', 'chat.update', 'chat.update']);
    expect(vendor.messages).toHaveLength(2);
    const [first, answer] = vendor.messages as [(typeof vendor.messages)[0], (typeof vendor.messages)[0]];
    expect(first).toMatchObject({ channel: 'C0123456789', edited: true });
    expect(first.text).toContain('✅ Resolved');
    // What was wrong stays readable under how it ended.
    expect(JSON.stringify(first.blocks)).toContain('76.2 % (74.3 % – 78 %)');
    expect(answer).toMatchObject({ thread_ts: receipt, edited: false });
    expect(vendor.requests[1]!.body).toMatchObject({ reply_broadcast: true });
  });

  it('looks for a message that may have arrived before it sends it again', async () => {
    vendor.script('swallow');
    expect(await tell('open')).toMatchObject({ outcome: 'retry', status: null });
    expect(vendor.messages).toHaveLength(1);
    expect(await tell('open', { repeat: true })).toMatchObject({ outcome: 'sent', receipt: vendor.messages[0]!.ts });
    expect(methods()).toEqual(['chat.postMessage', 'conversations.history']);
    // As long as nobody can look, nobody tells.
    vendor.script('error', { rateLimited: 9 }, { status: 200, body: '{"ok":false,"error":"ratelimited"}' }, 'close');
    for (let i = 0; i < 4; i++)
      expect(await tell('open', { repeat: true })).toMatchObject({ outcome: 'retry', status: null });
    expect(vendor.messages).toHaveLength(1);
    // Without the scope to look it is told again.
    vendor.script({ status: 200, body: '{"ok":false,"error":"missing_scope","needed":"channels:history"}' });
    expect(await tell('open', { repeat: true })).toMatchObject({ outcome: 'sent' });
    expect(vendor.messages).toHaveLength(2);
    vendor.messages.pop();
    // Of another notification nothing is there.
    expect(await tell('open', { repeat: true, dedupKey: 'plumbline-inc_2' })).toMatchObject({ outcome: 'sent' });
    expect(vendor.messages).toHaveLength(2);
  });

  it('posts anew where the first message is gone', async () => {
    expect(await tell('resolve', { receipt: '1.2', sequence: 2 }, { state: 'resolved' })).toMatchObject({
      outcome: 'sent',
    });
    expect(methods()).toEqual(['chat.update', 'chat.postMessage']);
    expect(vendor.requests[1]!.body).toMatchObject({ thread_ts: '1.2' });
  });

  it.each([
    ['ratelimited', 'retry'],
    ['internal_error', 'retry'],
    ['not_in_channel', 'dead'],
    ['invalid_auth', 'dead'],
  ])('a 200 that says %s is %s', async (error, outcome) => {
    vendor.script({ status: 200, body: JSON.stringify({ ok: false, error }) });
    expect(await tell('open')).toMatchObject({ outcome, status: 200, answer: error });
  });

  it('says which scope is missing, waits as long as it is asked to, and takes half an answer for none', async () => {
    vendor.script(
      { status: 200, body: '{"ok":false,"error":"missing_scope","needed":"chat:write"}' },
      { rateLimited: 30 },
      { status: 200, body: '{"ok":tr' },
    );
    expect((await tell('open')).answer).toBe('missing_scope: the app needs the scope chat:write');
    expect(await tell('open')).toMatchObject({ outcome: 'retry', retryAfterMs: 30_000 });
    expect(await tell('open')).toMatchObject({ outcome: 'retry' });
  });

  it('shows its token nowhere', async () => {
    vendor.script({ status: 200, body: '{"ok":false,"error":"bad token xoxb-aBotTokenOfSlack"}' });
    expect((await tell('open')).answer).toBe('bad token ••••');
    for (const { raw, path } of vendor.requests) expect(raw + path).not.toContain('xoxb');
  });
});
