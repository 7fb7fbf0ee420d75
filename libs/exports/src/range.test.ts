import { describe, expect, it } from 'vitest';
import { rangeOf } from './range.js';

describe('a range of bytes', () => {
  it.each([
    [undefined, null],
    ['bytes=0-', { from: 0, to: 100 }],
    ['bytes=10-19', { from: 10, to: 20 }],
    ['bytes=90-500', { from: 90, to: 100 }],
    ['bytes=-5', { from: 95, to: 100 }],
    ['bytes=-500', { from: 0, to: 100 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=20-10', null],
    ['bytes=0-1,5-6', null],
    ['bytes=-', null],
    ['items=0-1', null],
  ])('%s', (header, expected) => expect(rangeOf(header, 100)).toEqual(expected));
  it('of an empty file begins behind its end', () => expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable'));
});
