import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('quotes what needs quotes and defuses formulas', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['x,"y"', 1],
        ['=SUM(A1)', null],
        ['plain', -2],
      ],
    ),
  ).toBe('a,b\r\n"x,""y""",1\r\n\'=SUM(A1),\r\nplain,-2');
});
