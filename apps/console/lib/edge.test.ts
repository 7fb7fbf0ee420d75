import { describe, expect, it } from 'vitest';
import { apiTarget, contentSecurityPolicy } from './edge';

describe('apiTarget', () => {
  it.each([
    ['/api/v1/models', '?limit=5', 'http://api:4000', 'http://api:4000/v1/models?limit=5'],
    ['/api/v1/models', '', 'http://api:4000/', 'http://api:4000/v1/models'],
    ['/api/v1/models', '', undefined, null],
    ['/apis', '', 'http://api:4000', null],
    ['/models/a', '', 'http://api:4000', null],
  ])('%s%s with %s', (path, search, base, want) => {
    expect(apiTarget(path, search, base)).toBe(want);
  });
});

it('never allows inline scripts, and eval only while developing', () => {
  const production = contentSecurityPolicy('n1', false);
  expect(production).toContain("script-src 'self' 'nonce-n1' 'strict-dynamic';");
  expect(production).not.toContain('unsafe-eval');
  expect(contentSecurityPolicy('n1', true)).toContain('unsafe-eval');
});
