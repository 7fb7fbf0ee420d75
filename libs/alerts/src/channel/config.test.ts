import { channelBody, channelChange } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { assertNoMask, assertTarget, type Config, changed, type Kind, masked } from './config.js';

const HOOK = { url: 'https://hooks.slack.com/services/T0/B0/Secret' };
const BOT = { token: 'xoxb-1', channel: 'C0123456789', url: 'https://slack.com/api' };
const PAGER = { routing_key: 'R1', url: 'https://events.pagerduty.com' };
const WEBHOOK = { url: 'https://ml.example.com/hooks/path', secret: 'signing', format: 'alertmanager' };

const become = (kind: Kind, stored: Config | null, to: Kind, config: object) =>
  changed(stored && { kind, config: stored }, channelChange.parse({ kind: to, config })).config;
const mistake = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { detail: string }).detail;
  }
  return 'none';
};

describe('a channel that is changed', () => {
  it.each<[Kind, Config]>([
    ['slack', HOOK],
    ['slack', BOT],
    ['pagerduty', PAGER],
    ['webhook', WEBHOOK],
  ])('%s: saved as it is shown it stays as it is', (kind, config) => {
    expect(become(kind, config, kind, masked(kind, config))).toEqual(config);
  });

  it.each<[what: string, kind: Kind, stored: Config, asked: object, became: object]>([
    [
      'secrets that are left out stay',
      'webhook',
      WEBHOOK,
      { format: 'plumbline' },
      { ...WEBHOOK, format: 'plumbline' },
    ],
    ['what is no secret goes', 'webhook', WEBHOOK, {}, { url: WEBHOOK.url, secret: 'signing' }],
    [
      'a webhook keeps its secret at a new address',
      'webhook',
      WEBHOOK,
      { url: 'https://b.example.com/' },
      { url: 'https://b.example.com/', secret: 'signing' },
    ],
    ['a new secret', 'webhook', WEBHOOK, { secret: 'new' }, { url: WEBHOOK.url, secret: 'new' }],
    ['another place of a bot', 'slack', BOT, { channel: 'C9999999999' }, { ...BOT, channel: 'C9999999999' }],
    ['a new address of an incoming webhook', 'slack', HOOK, { url: `${HOOK.url}2` }, { url: `${HOOK.url}2` }],
    [
      'from an incoming webhook to a bot',
      'slack',
      HOOK,
      { token: 'xoxb-2', channel: BOT.channel },
      { ...BOT, token: 'xoxb-2' },
    ],
    ['from a bot to an incoming webhook', 'slack', BOT, HOOK, HOOK],
  ])('%s', (_, kind, stored, asked, became) => expect(become(kind, stored, kind, asked)).toEqual(became));

  it.each<[what: string, kind: Kind, stored: Config | null, to: Kind, asked: object, path: string]>([
    ['another kind has no secrets to keep', 'slack', HOOK, 'webhook', {}, 'config.url'],
    ['another kind does not take a mask', 'slack', HOOK, 'webhook', masked('slack', HOOK), 'config.url'],
    ['the mask of another address', 'webhook', WEBHOOK, 'webhook', { url: 'https://b.example.com/••••' }, 'config.url'],
    ['a bot needs its token', 'slack', HOOK, 'slack', { channel: BOT.channel }, 'config'],
    ['what cannot be read cannot be kept', 'webhook', null, 'webhook', { secret: '••••' }, 'config.secret'],
    [
      'a token goes to no other host',
      'slack',
      BOT,
      'slack',
      { channel: BOT.channel, url: 'https://evil.example' },
      'config.token',
    ],
    ['nor does a routing key', 'pagerduty', PAGER, 'pagerduty', { url: 'https://evil.example' }, 'config.routing_key'],
  ])('%s', (_, kind, stored, to, asked, path) =>
    expect(mistake(() => become(kind, stored, to, asked))).toContain(path),
  );
});

describe('a channel', () => {
  it.each([
    [{ kind: 'webhook', config: { url: 'https://a.example/', sekret: 'x' } }],
    [{ kind: 'pagerduty', config: { routing_key: 'R', key: 'x' } }],
    [{ kind: 'slack', config: { ...BOT, text: 'x' } }],
    [{ kind: 'slack', config: { ...HOOK, text: 'x' } }],
    [{ kind: 'slack', match: { modell: 'fraud' }, config: HOOK }],
  ])('%j has a key that nobody knows', (body) => {
    expect([channelBody.safeParse(body).success, channelChange.safeParse(body).success]).toEqual([false, false]);
  });

  it('is not made of masks', () => {
    expect(mistake(() => assertNoMask(masked('webhook', WEBHOOK)))).toContain('config.url');
  });

  it.each([
    '127.0.0.1',
    '169.254.169.254',
    '10.1.2.3',
    '[::1]',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::ffff:10.0.0.1]',
  ])('at %s is refused, unless that is allowed', (host) => {
    const config = { url: `http://${host}:9000/hook` };
    expect(mistake(() => assertTarget(config, []))).toMatch(/^config.url: .*PLUMBLINE_ALLOW_PRIVATE_TARGETS/);
    expect(mistake(() => assertTarget(config, ['0.0.0.0/0', '::/0']))).toBe('none');
  });

  it.each(['https://hooks.slack.com/x', 'http://localhost/', 'http://8.8.8.8/'])('at %s is not', (url) =>
    expect(mistake(() => assertTarget({ url }, []))).toBe('none'),
  );
});
