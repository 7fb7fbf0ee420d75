import type { BacktestFiring, BacktestLook, MonitorBody } from '@plumbline/contracts';
import { iso, membersOf } from '@plumbline/contracts';
import type { Evaluation } from '../evaluate.js';
import { beyond, decisive, type Rule, ruleOf } from '../rule.js';
import { FRESH, policyOf, type StateBefore, step, type Verdict } from '../state.js';
import type { Side } from '../threshold.js';

export type Judged = Evaluation & { lookedAt: number };
const SUBJECTS_KEPT = 20;
const KNOWN_STATES = ['ok', 'bad', 'no_data'];

/** The finding that speaks for a look: the worst that was judged. */
export const leadOf = ({ findings }: Pick<Evaluation, 'findings'>) =>
  KNOWN_STATES.map((state) => findings.find((f) => f.state === state)).sort(
    (a, b) => Number(b?.state === 'bad') - Number(a?.state === 'bad'),
  )[0] ?? findings[0];

/** Pure: what the state machine would have made of these looks, in their order. */
export function replay(
  body: MonitorBody,
  side: Side | null,
  judged: readonly Judged[],
): { looks: BacktestLook[]; fired: BacktestFiring[] } {
  const policy = policyOf(body);
  const rule = ruleOf(body);
  const clear = rule?.clear === undefined ? null : { op: rule.op, value: rule.clear };
  const fired: BacktestFiring[] = [];
  let before: StateBefore = FRESH;
  const looks = judged.map((e): BacktestLook => {
    const verdict = clear && side && before.state === 'firing' ? whileFiring(body, side, clear, e) : e.verdict;
    const { transition, ...after } = step(
      before,
      { verdict, windowEnd: e.window.end, lookedAt: e.lookedAt, badSince: e.window.start },
      policy,
    );
    if (transition === 'fire')
      fired.push({
        at: iso(e.lookedAt),
        since: iso(after.since ?? e.window.start),
        resolved_at: null,
        message: e.message,
        subjects: subjectsOf(e),
      });
    if (transition === 'resolve') fired.at(-1)!.resolved_at = iso(e.lookedAt);
    before = after;
    const lead = leadOf(e);
    return {
      evaluated_at: iso(e.lookedAt),
      window_start: iso(e.window.start),
      window_end: iso(e.window.end),
      verdict,
      state: after.state,
      message: e.message,
      subject: lead?.subject ?? null,
      value: lead?.value ?? null,
      low: lead?.low ?? null,
      high: lead?.high ?? null,
      threshold: lead?.threshold ?? null,
      n: lead?.n ?? null,
    };
  });
  return { looks, fired };
}

/** While it fires, the value that ends it counts. */
function whileFiring(body: MonitorBody, side: Side, clear: Rule, e: Judged): Verdict {
  const value = decisive(body, side, e.findings);
  if (value === null) return e.verdict;
  return beyond(clear, value) ? 'bad' : 'ok';
}

const subjectsOf = ({ findings }: Evaluation): string[] =>
  [
    ...new Set(
      findings
        .filter((f) => f.state === 'bad')
        .flatMap(membersOf)
        .map((f) => f.subject),
    ),
  ].slice(0, SUBJECTS_KEPT);
