import type { MonitorState } from '@plumbline/contracts';

export type Verdict = 'ok' | 'bad' | 'no_data' | 'error';
export type StateBefore = { state: MonitorState; badCount: number; since: number | null; evaluatedTo: number | null };
export type StateAfter = StateBefore & { transition: 'fire' | 'resolve' | null };

/**
 * One step of `ok → pending (for) → firing → ok`. A look at a window that was looked at before changes the verdict but
 * never counts twice towards `for`. Without data nothing is concluded: what fires goes on firing. An error is shown and
 * concludes nothing either.
 */
export function step(
  before: StateBefore,
  verdict: Verdict,
  windowEnd: number,
  lookedAt: number,
  forCount: number,
  badSince: number,
): StateAfter {
  const isNew = before.evaluatedTo === null || windowEnd > before.evaluatedTo;
  const evaluatedTo = Math.max(windowEnd, before.evaluatedTo ?? windowEnd);
  const firing = before.state === 'firing';
  switch (verdict) {
    case 'bad': {
      // A state before `pending` has a `since` of its own: when it was last seen well, or without data.
      const since = before.state === 'pending' || firing ? before.since : badSince;
      const badCount = isNew || before.badCount === 0 ? before.badCount + 1 : before.badCount;
      if (badCount < forCount && !firing) return { state: 'pending', badCount, since, evaluatedTo, transition: null };
      return {
        state: 'firing',
        badCount,
        since,
        evaluatedTo,
        transition: firing ? null : 'fire',
      };
    }
    case 'ok':
      return {
        state: 'ok',
        badCount: 0,
        since: firing || before.state !== 'ok' ? lookedAt : before.since,
        evaluatedTo,
        transition: firing ? 'resolve' : null,
      };
    case 'no_data':
      return firing
        ? { ...before, evaluatedTo, transition: null }
        : {
            state: 'no_data',
            badCount: 0,
            since: before.state === 'no_data' ? before.since : lookedAt,
            evaluatedTo,
            transition: null,
          };
    case 'error':
      return firing
        ? { ...before, transition: null }
        : {
            state: 'error',
            badCount: before.badCount,
            since: before.state === 'error' ? before.since : lookedAt,
            evaluatedTo: before.evaluatedTo,
            transition: null,
          };
  }
}

/** The worst finding decides; with nothing to judge there is no data. */
export function verdictOf(findings: readonly { state: 'ok' | 'bad' | 'no_data' }[]): Verdict {
  if (findings.some((f) => f.state === 'bad')) return 'bad';
  return findings.some((f) => f.state === 'ok') ? 'ok' : 'no_data';
}
