import { NextRequest } from 'next/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxy } from './proxy';

afterEach(() => vi.unstubAllEnvs());
const policyOf = (path = '/') => {
  const csp = proxy(new NextRequest(`http://127.0.0.1:4000${path}`)).headers.get('content-security-policy')!;
  return Object.fromEntries(
    csp.split('; ').map((part) => {
      const [name, ...sources] = part.split(' ');
      return [name!, sources];
    }),
  );
};

describe('a page in production', () => {
  it('runs scripts by nonce alone, and another nonce each time', () => {
    vi.stubEnv('NODE_ENV', 'production');
    const [one, two] = [policyOf(), policyOf('/settings/people')];
    expect(one['script-src']).toEqual([
      "'self'",
      expect.stringMatching(/^'nonce-[A-Za-z0-9+/=]{20,}'$/),
      "'strict-dynamic'",
    ]);
    expect(one['script-src']).not.toEqual(two['script-src']);
    expect(one['style-src']!.join(' ')).not.toContain('unsafe');
  });

  it('stands in no frame, loads no plugins, and sends forms and data nowhere else', () => {
    vi.stubEnv('NODE_ENV', 'production');
    for (const path of ['/', '/login', '/join', '/reset', '/settings/channels', '/models/m'])
      expect(policyOf(path)).toMatchObject({
        'default-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'connect-src': ["'self'"],
      });
    const { headers } = proxy(new NextRequest('http://127.0.0.1:4000/'));
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });
});
