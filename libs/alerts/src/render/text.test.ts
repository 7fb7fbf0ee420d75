import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, esc } from './blocks.js';
import { cleanJson, cut, firstThatFits, oneLine, TooLarge } from './text.js';

const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((u) => String.fromCharCode(...u));
const wellFormed = (text: string) => !/\p{Surrogate}/u.test(text);

describe('cut', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['😀😀', 4, '😀😀'],
    ['😀😀', 3, '😀…'],
    ['😀😀', 2, '…'],
    ['', 5, ''],
  ])('%s to %i', (text, max, want) => expect(cut(text, max)).toBe(want));

  it('never makes half a surrogate pair and never exceeds the limit', () => {
    fc.assert(
      fc.property(anyUnits, fc.integer({ min: 1, max: 40 }), (text, max) => {
        const out = esc(text, max);
        expect(out.length).toBeLessThanOrEqual(max);
        expect(wellFormed(out)).toBe(true);
        expect(out).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('escaping for Slack', () => {
  it('neutralises what Slack parses', () => {
    expect(esc('<!channel> & <https://evil.example|click>', 200)).toBe(
      '&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;',
    );
  });
  it('does not cut an entity in two', () => expect(esc('a&b', 5)).toBe('a…'));
  it('keeps a name inside its code mark', () => expect(code('a`*b*\n`c', 40)).toBe("`a'*b* 'c`"));
  it('is never empty', () => expect(code('', 40)).toBe('` `'));
});

describe('oneLine', () => {
  it.each([
    ['a\n\tb\u0000c\u2028d', 'a b c d'],
    ['abc\u202edef', 'abc def'],
    ['  x  ', 'x'],
    ['\ud83d', '\ufffd'],
  ])('%j', (text, want) => expect(oneLine(text)).toBe(want));
});

describe('cleanJson', () => {
  it('mends strings and keys at any depth and keeps odd names', () => {
    const value = JSON.parse('{"__proto__": {"a": ["\\ud83d", 1, null, true]}, "\\udc00": "x"}');
    expect(JSON.stringify(cleanJson(value))).toBe('{"__proto__":{"a":["\ufffd",1,null,true]},"\ufffd":"x"}');
  });
  it('cuts texts', () => expect(cleanJson({ a: 'abcdef' }, { textMax: 4 })).toEqual({ a: 'abc…' }));
  it('stops before it builds something huge', () => {
    const shared = 'x'.repeat(1_000_000);
    const value = Array(100_000).fill({ shared });
    expect(() => cleanJson(value, { bytesMax: 5_000_000 })).toThrow(TooLarge);
  });
});

describe('firstThatFits', () => {
  const make = (length: number) => 'x'.repeat(length);
  it('takes the largest that fits, in bytes', () => {
    expect(firstThatFits([100, 10, 1], 12, make)).toBe(make(10));
    expect(firstThatFits([5, 1], 12, (n) => '日'.repeat(n))).toBe('日');
  });
  it('takes the least if nothing fits', () => expect(firstThatFits([100, 50], 12, make)).toBe(make(50)));
  it('hides no mistakes', () => {
    const fail = () => {
      throw new TypeError('a mistake');
    };
    expect(() => firstThatFits([1, 2], 5, fail)).toThrow(TypeError);
  });
});
