import { describe, expect, it } from 'vitest';
import { pairParam, parsePair } from './search-params';

const of = (version: string, day: number) => ({
  version,
  first_event: new Date(Date.UTC(2026, 0, day)).toISOString(),
  last_event: new Date(Date.UTC(2026, 1, 1)).toISOString(),
  predictions: 10,
});
const versions = [of('v1', 1), of('', 2), of('v3', 9)];
const parse = (query: string) => parsePair((key) => new URLSearchParams(query).get(key), versions);

describe('the two versions of the URL', () => {
  it('are the newest against the one before, or what was chosen', () => {
    expect(parse('')).toEqual({ a: 'v3', b: '' });
    expect(parse('a=v1')).toEqual({ a: 'v1', b: 'v3' });
    expect(parse('b=v3')).toEqual({ a: '', b: 'v3' });
    expect(parse('a==&b=v1')).toEqual({ a: '', b: 'v1' });
    expect(parse('a=gone&b=v1')).toEqual({ a: 'v3', b: 'v1' });
    expect(parse('a=v1&b=v1')).toEqual({ a: 'v1', b: 'v3' });
    expect(parsePair(() => null, versions.slice(0, 1))).toBeNull();
  });

  it('survive the URL whatever they are called', () => {
    for (const { version } of versions) expect(parse(`a=${encodeURIComponent(pairParam(version))}`)!.a).toBe(version);
  });
});
