import { expect, it } from 'vitest';
import { table } from './table.js';

it('a table has columns as wide as needed and no blanks at line ends', () => {
  expect(
    table(
      ['id', 'name'],
      [
        ['1', 'a'],
        ['1000', 'longer'],
      ],
    ),
  ).toBe('id    name\n1     a\n1000  longer');
  expect(table(['id'], [])).toBe('id');
});
