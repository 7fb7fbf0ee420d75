import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StateBefore, step, type Verdict, verdictOf } from './state.js';

const FRESH: StateBefore = { state: 'unknown', badCount: 0, since: null, evaluatedTo: null };
/** One look: at the window that ends at `end`, one time unit after it. */
type Look = [end: number, verdict: Verdict];

/** Plays looks and tells after each: state, `!` when it fires, `.` when it resolves. */
function play(looks: readonly Look[], forCount: number): string {
  let before = FRESH;
  return looks
    .map(([end, verdict]) => {
      const { transition, ...after } = step(before, verdict, end, end + 1, forCount, end - 10);
      before = after;
      return after.state + (transition === 'fire' ? '!' : transition === 'resolve' ? '.' : '');
    })
    .join(' ');
}

describe('timelines', () => {
  it.each<[what: string, forCount: number, looks: Look[], expected: string]>([
    [
      'fires at once',
      1,
      [
        [10, 'ok'],
        [20, 'bad'],
        [30, 'bad'],
        [40, 'ok'],
        [50, 'ok'],
      ],
      'ok firing! firing ok. ok',
    ],
    [
      'is pending first',
      2,
      [
        [10, 'ok'],
        [20, 'bad'],
        [30, 'bad'],
        [40, 'ok'],
      ],
      'ok pending firing! ok.',
    ],
    [
      'needs three in a row',
      3,
      [
        [10, 'bad'],
        [20, 'bad'],
        [30, 'ok'],
        [40, 'bad'],
        [50, 'bad'],
        [60, 'bad'],
      ],
      'pending pending ok pending pending firing!',
    ],
    [
      'pending that passes never fired',
      2,
      [
        [10, 'bad'],
        [20, 'ok'],
      ],
      'pending ok',
    ],
    [
      'looks again at the same window',
      2,
      [
        [10, 'bad'],
        [10, 'bad'],
        [10, 'bad'],
        [20, 'bad'],
      ],
      'pending pending pending firing!',
    ],
    [
      'a late label turns the same window bad',
      2,
      [
        [10, 'ok'],
        [10, 'bad'],
        [20, 'bad'],
      ],
      'ok pending firing!',
    ],
    [
      'a late label turns the same window good',
      1,
      [
        [10, 'bad'],
        [10, 'ok'],
        [10, 'bad'],
      ],
      'firing! ok. firing!',
    ],
    [
      'an older window does not count',
      2,
      [
        [20, 'bad'],
        [10, 'bad'],
        [30, 'bad'],
      ],
      'pending pending firing!',
    ],
    [
      'without data it goes on firing',
      1,
      [
        [10, 'bad'],
        [20, 'no_data'],
        [30, 'no_data'],
        [40, 'bad'],
        [50, 'ok'],
      ],
      'firing! firing firing firing ok.',
    ],
    [
      'without data nothing is pending',
      2,
      [
        [10, 'bad'],
        [20, 'no_data'],
        [30, 'bad'],
        [40, 'bad'],
      ],
      'pending no_data pending firing!',
    ],
    [
      'an error is shown',
      1,
      [
        [10, 'ok'],
        [20, 'error'],
        [20, 'ok'],
      ],
      'ok error ok',
    ],
    [
      'an error concludes nothing',
      1,
      [
        [10, 'bad'],
        [20, 'error'],
        [20, 'bad'],
        [30, 'ok'],
      ],
      'firing! firing firing ok.',
    ],
    [
      'an error between two bad windows does not start over',
      2,
      [
        [10, 'bad'],
        [20, 'error'],
        [20, 'bad'],
      ],
      'pending error firing!',
    ],
    [
      'an error uses no window up',
      2,
      [
        [10, 'bad'],
        [20, 'error'],
        [10, 'bad'],
        [20, 'bad'],
      ],
      'pending error pending firing!',
    ],
    [
      'nothing ever came',
      1,
      [
        [10, 'no_data'],
        [20, 'no_data'],
      ],
      'no_data no_data',
    ],
  ])('%s', (_, forCount, looks, expected) => {
    expect(play(looks, forCount)).toBe(expected);
  });
});

describe('since', () => {
  const sinceAfter = (looks: readonly Look[], forCount: number): number | null =>
    looks.reduce<StateBefore>(
      (before, [end, verdict]) => step(before, verdict, end, end + 1, forCount, end - 10),
      FRESH,
    ).since;

  it.each<[what: string, forCount: number, looks: Look[], since: number]>([
    [
      'firing began with its window',
      1,
      [
        [10, 'ok'],
        [20, 'bad'],
        [30, 'bad'],
      ],
      10,
    ],
    [
      'pending began with its window, not when it was last well',
      2,
      [
        [10, 'ok'],
        [50, 'bad'],
      ],
      40,
    ],
    [
      'firing began with the first bad window',
      2,
      [
        [10, 'ok'],
        [50, 'bad'],
        [60, 'bad'],
      ],
      40,
    ],
    [
      'it is well since it was seen to be',
      1,
      [
        [10, 'bad'],
        [20, 'ok'],
        [30, 'ok'],
      ],
      21,
    ],
    [
      'there is no data since it was seen',
      1,
      [
        [10, 'ok'],
        [20, 'no_data'],
        [30, 'no_data'],
      ],
      21,
    ],
    [
      'it fires since before the data stopped',
      1,
      [
        [10, 'bad'],
        [20, 'no_data'],
      ],
      0,
    ],
  ])('%s', (_, forCount, looks, since) => {
    expect(sinceAfter(looks, forCount)).toBe(since);
  });
});

describe('whatever is seen', () => {
  const verdicts = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom<Verdict>('ok', 'bad', 'no_data', 'error')),
  );
  it('fires and resolves take turns, the counter stays below `for` until it fires, and time never goes back', () => {
    fc.assert(
      fc.property(verdicts, fc.integer({ min: 1, max: 4 }), (looks, forCount) => {
        let before = FRESH;
        let firing = false;
        for (const [end, verdict] of looks) {
          const { transition, ...after } = step(before, verdict, end, end + 1, forCount, end - 10);
          if (transition === 'fire') expect(firing).toBe(false);
          if (transition === 'resolve') expect([firing, verdict]).toEqual([true, 'ok']);
          firing = transition === 'fire' || (firing && transition !== 'resolve');
          expect(after.state === 'firing').toBe(firing);
          if (!firing && after.state !== 'error') expect(after.badCount).toBeLessThan(forCount);
          expect(after.evaluatedTo ?? 0).toBeGreaterThanOrEqual(before.evaluatedTo ?? 0);
          before = after;
        }
      }),
    );
  });
});

describe('verdictOf', () => {
  it.each([
    [[], 'no_data'],
    [['no_data'], 'no_data'],
    [['ok', 'no_data'], 'ok'],
    [['ok', 'bad', 'no_data'], 'bad'],
  ] as const)('%j is %s', (states, verdict) => {
    expect(verdictOf(states.map((state) => ({ state })))).toBe(verdict);
  });
});
