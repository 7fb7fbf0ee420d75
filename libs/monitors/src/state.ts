import type { MonitorBody, MonitorState } from '@plumbline/contracts';

export type Verdict = 'ok' | 'bad' | 'no_data' | 'error';
export type StateBefore = {
  state: MonitorState;
  badCount: number;
  okCount: number;
  since: number | null;
  evaluatedTo: number | null;
};
export type StateAfter = StateBefore & { transition: 'fire' | 'resolve' | null };

/** One look: what was concluded about the window that ends at `windowEnd`; times in epoch ms. */
export type Look = { verdict: Verdict; windowEnd: number; lookedAt: number; badSince: number };
/** How many windows it takes to fire and to resolve, and what a window without data counts as. */
export type Policy = { forCount: number; resolveFor: number; noData: MonitorBody['no_data'] };

/** The policy of a monitor; bodies stored by earlier releases lack the younger fields. */
export const policyOf = (body: Pick<MonitorBody, 'for'> & Partial<MonitorBody>): Policy => ({
  forCount: body.for,
  resolveFor: body.resolve_for ?? 1,
  noData: body.no_data ?? 'keep',
});

export const FRESH: StateBefore = { state: 'unknown', badCount: 0, okCount: 0, since: null, evaluatedTo: null };

/**
 * One step of `ok → pending (for) → firing (resolve_for) → ok`. A look at a window that was looked at before changes the verdict
 * but never counts twice towards `for` or `resolve_for`. Unless the policy says what it is, a window without data concludes nothing:
 * what fires goes on firing. An error is shown and concludes nothing either.
 */
export function step(before: StateBefore, look: Look, policy: Policy): StateAfter {
  const { windowEnd, lookedAt } = look;
  const isNew = before.evaluatedTo === null || windowEnd > before.evaluatedTo;
  const evaluatedTo = Math.max(windowEnd, before.evaluatedTo ?? windowEnd);
  const firing = before.state === 'firing';
  switch (counted(look.verdict, policy)) {
    case 'bad': {
      // A state before `pending` has a `since` of its own: when it was last seen well, or without data.
      const since = before.state === 'pending' || firing ? before.since : look.badSince;
      const badCount = isNew || before.badCount === 0 ? before.badCount + 1 : before.badCount;
      const fires = firing || badCount >= policy.forCount;
      return {
        state: fires ? 'firing' : 'pending',
        badCount,
        okCount: 0,
        since,
        evaluatedTo,
        transition: fires && !firing ? 'fire' : null,
      };
    }
    case 'ok': {
      const okCount = firing ? before.okCount + (isNew || before.okCount === 0 ? 1 : 0) : 0;
      if (firing && okCount < policy.resolveFor) return { ...before, okCount, evaluatedTo, transition: null };
      return {
        state: 'ok',
        badCount: 0,
        okCount: 0,
        since: before.state === 'ok' ? before.since : lookedAt,
        evaluatedTo,
        transition: firing ? 'resolve' : null,
      };
    }
    case 'no_data':
      if (firing) return { ...before, evaluatedTo, transition: null };
      return {
        state: 'no_data',
        badCount: 0,
        okCount: 0,
        since: before.state === 'no_data' ? before.since : lookedAt,
        evaluatedTo,
        transition: null,
      };
    case 'error':
      if (firing) return { ...before, transition: null };
      return {
        ...before,
        state: 'error',
        since: before.state === 'error' ? before.since : lookedAt,
        transition: null,
      };
  }
}

/** What a verdict counts as under the monitor's choice for windows without data. */
const counted = (verdict: Verdict, { noData }: Policy): Verdict =>
  verdict !== 'no_data' || noData === 'keep' ? verdict : noData === 'ok' ? 'ok' : 'bad';

/** The worst finding decides; with nothing to judge there is no data. */
export function verdictOf(findings: readonly { state: 'ok' | 'bad' | 'no_data' }[]): Verdict {
  if (findings.some((f) => f.state === 'bad')) return 'bad';
  return findings.some((f) => f.state === 'ok') ? 'ok' : 'no_data';
}

/** Since when a monitor cannot be evaluated, and whether an incident says so. */
export type Health = { failingSince: number | null; told: boolean };

/**
 * One step of a monitor's own health. A failure that passes within `patienceMs` tells nobody; one that lasts is told once, and its end
 * too. It goes beside the state: what fires goes on firing while it cannot be looked at.
 */
export function healthStep(
  before: Health,
  failed: boolean,
  nowMs: number,
  patienceMs: number,
): Health & { transition: 'alarm' | 'recover' | null } {
  if (!failed) return { failingSince: null, told: false, transition: before.told ? 'recover' : null };
  const failingSince = before.failingSince ?? nowMs;
  const alarm = !before.told && nowMs - failingSince >= patienceMs;
  return { failingSince, told: before.told || alarm, transition: alarm ? 'alarm' : null };
}
