import { describe, expect, it } from 'vitest';
import { readColumns } from './columns.js';

const word = (text: string): number[] => [text.length, ...Buffer.from(text)];
const bytesOf = (numbers: Float64Array | Uint16Array | Uint8Array): number[] => [...new Uint8Array(numbers.buffer)];
const block = (x: number[], codes: number[]): number[] => [
  ...[2, x.length],
  ...[...word('c0'), ...word('Float64'), ...bytesOf(Float64Array.from(x))],
  ...[...word('c1'), ...word('UInt16'), ...bytesOf(Uint16Array.from(codes))],
];

describe('readColumns', () => {
  it('puts the blocks of a column together, wherever they lie', () => {
    const { rows, types, column } = readColumns(
      Uint8Array.from([...block([1.5, Number.NaN], [7, 300]), ...block([-3], [2])]),
    );
    expect([rows, types]).toEqual([3, ['Float64', 'UInt16']]);
    expect([...column(0)]).toEqual([1.5, Number.NaN, -3]);
    expect([...column(1)]).toEqual([7, 300, 2]);
    const own = new Float64Array(3);
    expect(column(0, own)).toBe(own);
    expect(own[2]).toBe(-3);
  });

  it('of no rows has no columns', () => {
    expect(readColumns(new Uint8Array())).toMatchObject({ rows: 0, types: [] });
  });

  it('refuses what ends early, and what is no column of numbers', () => {
    const whole = Uint8Array.from(block([1], [1]));
    for (let length = 1; length < whole.length; length++)
      expect(() => readColumns(whole.subarray(0, length))).toThrow(RangeError);
    const text = Uint8Array.from([1, 1, ...word('c0'), ...word('String'), ...word('x')]);
    expect(() => readColumns(text)).toThrow('a column of String');
  });
});
