import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRESH,
  type Health,
  healthStep,
  type Policy,
  policyOf,
  type StateAfter,
  type StateBefore,
  step,
  type Verdict,
  verdictOf,
} from './state.js';

/** One look: at the window that ends at `end`, one time unit after it. */
type Look = [end: number, verdict: Verdict];

const take = (before: StateBefore, [end, verdict]: Look, policy: Policy): StateAfter =>
  step(before, { verdict, windowEnd: end, lookedAt: end + 1, badSince: end - 10 }, policy);
const policy = (over: Partial<Policy> = {}): Policy => ({ forCount: 1, resolveFor: 1, noData: 'keep', ...over });

/** Plays looks and tells after each: state, `!` when it fires, `.` when it resolves. */
function play(looks: readonly Look[], policy: Policy): string {
  let before = FRESH;
  return looks
    .map((look) => {
      const { transition, ...after } = take(before, look, policy);
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
    expect(play(looks, policy({ forCount }))).toBe(expected);
  });

  it.each<[what: string, over: Partial<Policy>, looks: string, expected: string]>([
    ['one good window does not resolve', { resolveFor: 2 }, 'bad ok bad ok ok', 'firing! firing firing firing ok.'],
    ['a window without data between good ones', { resolveFor: 2 }, 'bad ok no_data ok', 'firing! firing firing ok.'],
    ['an error between good ones', { resolveFor: 2 }, 'bad ok error ok', 'firing! firing firing ok.'],
    ['without data it is well', { noData: 'ok' }, 'bad no_data no_data', 'firing! ok. ok'],
    [
      'without data it is well, twice in a row',
      { noData: 'ok', resolveFor: 2 },
      'bad no_data ok',
      'firing! firing ok.',
    ],
    ['without data it is bad', { noData: 'alert', forCount: 2 }, 'ok no_data bad ok', 'ok pending firing! ok.'],
  ])('%s', (_, over, looks, expected) => {
    const at = (looks.split(' ') as Verdict[]).map((verdict, i): Look => [10 * (i + 1), verdict]);
    expect(play(at, policy(over))).toBe(expected);
  });

  it('a second look at a good window is not a second good window', () => {
    const looks: Look[] = [
      [10, 'bad'],
      [20, 'ok'],
      [20, 'ok'],
      [30, 'ok'],
    ];
    expect(play(looks, policy({ resolveFor: 2 }))).toBe('firing! firing firing ok.');
  });
});

describe('since', () => {
  const sinceAfter = (looks: readonly Look[], forCount: number): number | null =>
    looks.reduce<StateBefore>((before, look) => take(before, look, policy({ forCount })), FRESH).since;

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
  const looks = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom<Verdict>('ok', 'bad', 'no_data', 'error')),
  );
  const policies = fc.record({
    forCount: fc.integer({ min: 1, max: 4 }),
    resolveFor: fc.integer({ min: 1, max: 4 }),
    noData: fc.constantFrom<Policy['noData']>('keep', 'ok', 'alert'),
  });
  /** Every step of a history: what it was before, the look, and what it is after. */
  const steps = (history: readonly Look[], p: Policy) => {
    let before = FRESH;
    return history.map((look) => {
      const after = take(before, look, p);
      const taken = { before, look, after };
      before = { ...after };
      return taken;
    });
  };
  const holds = (check: (taken: ReturnType<typeof steps>, p: Policy) => void) =>
    fc.assert(
      fc.property(looks, policies, (history, p) => check(steps(history, p), p)),
      { numRuns: 500 },
    );
  const good = (verdict: Verdict, p: Policy) => verdict === 'ok' || (verdict === 'no_data' && p.noData === 'ok');
  const bad = (verdict: Verdict, p: Policy) => verdict === 'bad' || (verdict === 'no_data' && p.noData === 'alert');

  it('fires and resolves take turns, and only what is bad fires, only what is good resolves', () => {
    holds((taken, p) => {
      let firing = false;
      for (const { look, after } of taken) {
        if (after.transition === 'fire') expect([firing, bad(look[1], p)]).toEqual([false, true]);
        if (after.transition === 'resolve') expect([firing, good(look[1], p)]).toEqual([true, true]);
        firing = after.transition === 'fire' || (firing && after.transition !== 'resolve');
        expect(after.state === 'firing').toBe(firing);
      }
    });
  });

  it('counters stay below what they count to, and time never goes back', () => {
    holds((taken, p) => {
      for (const { before, after } of taken) {
        if (after.state === 'pending') expect(after.badCount).toBeLessThan(p.forCount);
        expect(after.okCount).toBeLessThan(p.resolveFor);
        if (after.state !== 'firing') expect(after.okCount).toBe(0);
        expect(after.evaluatedTo ?? 0).toBeGreaterThanOrEqual(before.evaluatedTo ?? 0);
      }
    });
  });

  it('it fires after exactly `for` bad windows in a row, whatever was looked at twice or could not be', () => {
    fc.assert(
      fc.property(
        policies,
        fc.array(fc.constantFrom<'again' | 'error'>('again', 'error'), { maxLength: 6 }),
        (p, between) => {
          const history: Look[] = [];
          for (let i = 1; i <= p.forCount; i++) {
            history.push([10 * i, 'bad']);
            for (const b of between) history.push([10 * i, b === 'again' ? 'bad' : 'error']);
          }
          const fired = steps(history, p).findIndex(({ after }) => after.transition === 'fire');
          expect(fired).toBe((p.forCount - 1) * (between.length + 1));
        },
      ),
    );
  });

  it('resolves after exactly `resolve_for` good windows in a row', () => {
    fc.assert(
      fc.property(policies, fc.nat({ max: 3 }), (p, again) => {
        const fire = Array.from({ length: p.forCount }, (_, i): Look => [i + 1, 'bad']);
        const goods = Array.from(
          { length: p.resolveFor * (again + 1) },
          (_, i): Look => [100 + Math.floor(i / (again + 1)), 'ok'],
        );
        const taken = steps([...fire, ...goods], p).slice(fire.length);
        expect(taken.findIndex(({ after }) => after.transition === 'resolve')).toBe((p.resolveFor - 1) * (again + 1));
      }),
    );
  });

  it('an error changes nothing but what is shown', () => {
    holds((taken) => {
      for (const { before, look, after } of taken)
        if (look[1] === 'error')
          expect([after.badCount, after.okCount, after.evaluatedTo, after.transition]).toEqual([
            before.badCount,
            before.okCount,
            before.evaluatedTo,
            null,
          ]);
    });
  });

  it('depends on nothing but the last state', () => {
    holds((taken, p) => {
      for (const { before, look, after } of taken)
        expect(take(JSON.parse(JSON.stringify(before)) as StateBefore, look, p)).toEqual(after);
    });
  });
});

describe('a monitor that cannot be evaluated', () => {
  const PATIENCE = 60;
  const run = (looks: readonly [at: number, failed: boolean][]): string => {
    let before: Health = { failingSince: null, told: false };
    return looks
      .map(([at, failed]) => {
        const { transition, ...after } = healthStep(before, failed, at, PATIENCE);
        before = after;
        return transition ?? (after.failingSince === null ? 'well' : 'failing');
      })
      .join(' ');
  };
  it.each<[what: string, looks: [number, boolean][], expected: string]>([
    [
      'a failure that passes tells nobody',
      [
        [0, true],
        [50, true],
        [55, false],
      ],
      'failing failing well',
    ],
    [
      'one that lasts is told once, and its end',
      [
        [0, true],
        [60, true],
        [90, true],
        [99, false],
      ],
      'failing alarm failing recover',
    ],
    [
      'a new one is a new one',
      [
        [0, true],
        [60, true],
        [61, false],
        [62, true],
        [100, true],
      ],
      'failing alarm recover failing failing',
    ],
  ])('%s', (_, looks, expected) => {
    expect(run(looks)).toBe(expected);
  });
  it('alarms and recoveries take turns', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 50 }), fc.boolean())), (gaps) => {
        let at = 0;
        let told = false;
        let before: Health = { failingSince: null, told: false };
        for (const [gap, failed] of gaps) {
          at += gap;
          const { transition, ...after } = healthStep(before, failed, at, PATIENCE);
          if (transition === 'alarm') expect([told, at - after.failingSince! >= PATIENCE]).toEqual([false, true]);
          if (transition === 'recover') expect([told, failed]).toEqual([true, false]);
          told = after.told;
          before = after;
        }
      }),
    );
  });
});

it('the policy of a monitor stored by an earlier release is what it was', () => {
  expect(policyOf({ for: 3 })).toEqual({ forCount: 3, resolveFor: 1, noData: 'keep' });
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
