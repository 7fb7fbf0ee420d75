import { describe, expect, it } from 'vitest';
import { fromOwnPages } from './origin.js';

const host = 'plumbline.example:4000';
describe('a request with a cookie', () => {
  it.each([
    ['of our own page', { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' }, true],
    [
      'of our own page behind a proxy that renames the host',
      { host: 'api:4000', origin: `https://${host}`, 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['typed by a person', { host, 'sec-fetch-site': 'none' }, true],
    ['of our own page over plain HTTP', { host, origin: `http://${host}` }, true],
    [
      'of our own page through a proxy that says so',
      { host: 'api:4000', 'x-forwarded-host': host, origin: `http://${host}` },
      true,
    ],
    ['of no browser', { host }, true],
    ['of another site', { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
    ['of a sibling domain', { host, origin: 'https://blog.example', 'sec-fetch-site': 'same-site' }, false],
    ['of another site over plain HTTP', { host, origin: 'http://evil.example' }, false],
    ['of another port', { host, origin: 'http://plumbline.example:8080' }, false],
    ['of a sandboxed frame', { host, origin: 'null' }, false],
    ['of nonsense', { host, origin: 'x' }, false],
  ])('%s', (_, headers, own) => expect(fromOwnPages(headers)).toBe(own));
});
