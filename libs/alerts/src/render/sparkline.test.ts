import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline.js';

describe('sparkline', () => {
  it.each([
    ['rising', [0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    ['a gap is a space, not a zero', [0, null, 7], '▁ █'],
    ['constant', [5, 5, 5], '▄▄▄'],
    ['one value', [3], '▄'],
    ['nothing', [], ''],
    ['only gaps', [null, null], ''],
    ['what is no number is a gap', [0, Number.NaN, Number.POSITIVE_INFINITY, 7], '▁  █'],
    ['the largest doubles', [-Number.MAX_VALUE, Number.MAX_VALUE], '▁█'],
  ])('%s', (_, values, picture) => expect(sparkline(values)).toBe(picture));

  it('puts noise into proportion to the threshold', () => {
    expect(sparkline([0.9, 0.91, 0.9], { marks: [0.5, 1] })).toBe('▇▇▇');
    expect(sparkline([0.9, 0.91, 0.9])).toBe('▁█▁');
    expect(sparkline([1, 2], { marks: [null] })).toBe('▁█');
  });

  it('draws the newest', () => expect(sparkline([9, 9, 0, 1], { width: 2 })).toBe('▁█'));

  it('has one character for each value', () => {
    const values = fc.array(fc.option(fc.double({ noNaN: true })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (list) => {
        const picture = sparkline(list);
        if (list.slice(-40).some((v) => v !== null && Number.isFinite(v))) {
          expect(picture).toMatch(/^[▁▂▃▄▅▆▇█ ]+$/);
          expect(picture).toHaveLength(Math.min(40, list.length));
        } else expect(picture).toBe('');
      }),
    );
  });
});
