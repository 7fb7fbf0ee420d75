import { describe, expect, it } from 'vitest';
import { type Concluded, overtaken } from './review.js';

const HOUR = 3_600_000;
const concluded = (startH: number, endH: number, atH: number, verdict: Concluded['verdict'] = 'ok'): Concluded => ({
  start: startH * HOUR,
  end: endH * HOUR,
  evaluatedAt: atH * HOUR,
  verdict,
  message: '',
});
const computed = (startH: number, atH: number) => ({
  start: startH * HOUR,
  end: (startH + 1) * HOUR,
  computedAt: atH * HOUR,
});

describe('a conclusion is overtaken', () => {
  it.each([
    ['when labels of its window came later', concluded(1, 2, 2.1), computed(1, 50), true],
    ['when a part of it changed later', concluded(0.5, 1.5, 2.1), computed(1, 50), true],
    ['not by what was known then', concluded(1, 2, 2.1), computed(1, 2.05), false],
    ['not by other windows', concluded(1, 2, 2.1), computed(2, 50), false],
    ['not by a window that was still going on', concluded(0.5, 1.5, 1.6), computed(1, 2.1), false],
  ])('%s', (_, c, w, expected) => {
    expect(overtaken([c], [w])).toEqual(expected ? [c] : []);
  });

  it('and bad ones are looked at first, then the newest', () => {
    const list = [concluded(1, 2, 3), concluded(2, 3, 4), concluded(0, 1, 2, 'bad')];
    const all = [0, 1, 2].map((h) => computed(h, 50));
    expect(overtaken(list, all).map((c) => c.start / HOUR)).toEqual([0, 2, 1]);
  });
});
