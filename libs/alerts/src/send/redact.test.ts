import { describe, expect, it } from 'vitest';
import { exampleIncident } from '../render/example.js';
import { type Channel, renderRequest } from '../render/request.js';
import { redact } from './redact.js';

const token = 'XXXXtokenXXXXtoken';
const slackUrl = `https://hooks.slack.com/services/T00000000/B00000000/${token}`;
const secretsOf = (kind: Channel['kind'], config: Record<string, string>) =>
  renderRequest(
    { id: 'c', kind, config },
    { event: 'open', incident: exampleIncident(0), consoleUrl: '', dedupKey: 'd', sequence: 1, at: '' },
    0,
  ).secrets;

describe('redact', () => {
  it.each([
    ['whole', `posting to ${slackUrl} failed`],
    ['the path alone', `POST /services/T00000000/B00000000/${token} 404`],
    ['the token alone', `unknown token "${token}"`],
    ['slashes escaped', `{"url":"https:\\/\\/hooks.slack.com\\/services\\/T00000000\\/B00000000\\/${token}"}`],
  ])('a Slack address, %s', (_, text) => {
    const out = redact(text, secretsOf('slack', { url: slackUrl }));
    expect(out).toContain('••••');
    expect(out).not.toContain(token);
    expect(out).not.toContain('B00000000');
  });

  it("somebody else's Slack address too", () =>
    expect(redact(`see ${slackUrl}, please`, [])).toBe('see https://hooks.slack.com/•••• please'));

  it('routing keys, webhook secrets, passwords and tokens in a query', () => {
    expect(redact('key R0123456789 is bad', secretsOf('pagerduty', { routing_key: 'R0123456789' }))).toBe(
      'key •••• is bad',
    );
    const url = 'https://bob:p%40ssw0rd-long@x.example/in/hook?token=abcdefghij&a=1';
    const secrets = secretsOf('webhook', { url, secret: 'hunter2 "quoted"' });
    for (const leak of ['hunter2 "quoted"', 'hunter2 \\"quoted\\"', 'abcdefghij', 'p%40ssw0rd-long', url])
      expect(redact(`got ${leak}!`, secrets)).toBe('got ••••!');
  });

  it('leaves ordinary words alone', () => {
    expect(redact('a b c', ['a', '', 'b c'.slice(0, 1)])).toBe('a b c');
    expect(redact('invalid_payload', secretsOf('slack', { url: slackUrl }))).toBe('invalid_payload');
  });

  it('survives half a surrogate pair', () => expect(redact('x', ['\ud83d\ud83d\ud83d\ud83d'])).toBe('x'));
});
