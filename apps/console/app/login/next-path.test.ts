import { expect, it } from 'vitest';
import { nextPath } from './next-path';

it.each([
  ['/models/a?range=7d', '/models/a?range=7d'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/login?next=/login', '/'],
  [null, '/'],
])('%s leads to %s', (raw, want) => expect(nextPath(raw)).toBe(want));
