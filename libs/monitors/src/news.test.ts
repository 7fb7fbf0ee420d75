import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Known, type News, newsStep } from './news.js';

const ONCE = { forCount: 1, resolveFor: 1 };
const br: Known = { id: 'i1', open: true, subjects: ['BR'] };
/** Looks at windows that end at 1, 2, …; tells of each what was ripe and what was over. */
const run = (looks: readonly string[][], known: readonly Known[], policy = ONCE): string[] => {
  let news: News = {};
  return looks.map((bad, i) => {
    const { ripe, over, ...after } = newsStep(news, bad, known, i + 1, policy);
    news = after.news;
    return [...ripe.map((s) => `+${s}`), ...over.map((s) => `-${s}`)].join(' ');
  });
};

describe('a monitor that fires on', () => {
  it.each<[what: string, looks: string[][], policy: typeof ONCE, expected: string[]]>([
    ['says nothing of what is known', [['BR'], ['BR']], ONCE, ['', '']],
    [
      'says what else turned bad, seen twice',
      [
        ['BR', 'DE'],
        ['BR', 'DE'],
      ],
      ONCE,
      ['', '+DE'],
    ],
    ['does not say what was bad once', [['BR', 'DE'], ['BR'], ['BR', 'DE']], ONCE, ['', '', '']],
    ['waits as long as `for` says', [['DE'], ['DE'], ['DE']], { forCount: 3, resolveFor: 9 }, ['', '', '+DE']],
    ['ends an incident of which nothing is bad', [['DE'], ['DE']], ONCE, ['', '+DE -i1']],
    ['does not end what comes back', [['DE'], ['BR'], ['DE']], ONCE, ['', '', '']],
  ])('%s', (_, looks, policy, expected) => {
    expect(run(looks, [br], policy)).toEqual(expected);
  });

  it('does not open again what a person resolved, and does not end what is over', () => {
    const resolved = { ...br, open: false };
    expect(run([['BR'], ['BR']], [resolved])).toEqual(['', '']);
    expect(run([['DE'], ['DE']], [resolved])).toEqual(['', '+DE']);
  });

  it('counts a window once, however often it is looked at', () => {
    let news: News = {};
    for (let i = 0; i < 5; i++) {
      const after = newsStep(news, ['DE'], [br], 1, ONCE);
      expect([after.ripe, after.over]).toEqual([[], []]);
      news = after.news;
    }
  });

  it('remembers a bounded number of names, and only of the last look', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'BR'), { maxLength: 4 }), { maxLength: 12 }),
        (looks) => {
          let news: News = {};
          for (const [i, bad] of looks.entries()) {
            const after = newsStep(news, [...new Set(bad)], [br], i, ONCE);
            for (const s of after.ripe) expect(bad).toContain(s);
            expect(after.ripe).not.toContain('BR');
            if (after.over.length > 0) expect(bad).not.toContain('BR');
            expect(Object.keys(after.news).length).toBeLessThanOrEqual(new Set(bad).size + 1);
            news = after.news;
          }
        },
      ),
    );
    const many = Array.from({ length: 1000 }, (_, i) => `f${i}`);
    expect(Object.keys(newsStep({}, many, [], 1, ONCE).news)).toHaveLength(200);
  });
});
