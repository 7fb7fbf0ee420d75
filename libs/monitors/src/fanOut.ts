import type { Filter, Finding, MonitorBody, MonitorKind } from '@plumbline/contracts';
import type { Asked, Judged, Kind } from './kinds/kind.js';
import { badFirst, noData, scopeOf, starts } from './kinds/kind.js';
import { budgetOf } from './level.js';
import type { Group, Windows } from './probes.js';

/** Groups that a monitor fans out to: the largest ones. More of them are a question for the slice search, not for a monitor. */
export const GROUPS_MAX = 50;
/** Kinds that ask for every group by itself. */
const GROUPS_ASKED_MAX = 20;
/** Windows before the judged ones in which groups are looked for, so that one which vanished is judged too. */
const EARLIER = 7;

/** Kinds that answer all groups with one question, and those that are asked once for each. */
export const GROUPED: MonitorKind[] = ['performance', 'latency'];
export const FANNED: MonitorKind[] = ['drift', 'missing', 'volume', 'label_coverage', 'schema', 'skew'];

/** A group as people read it. */
export const groupText = (group: Group): string =>
  Object.entries(group)
    .map(([field, value]) => `${field} = ${value ?? 'missing'}`)
    .join(', ');

/** The filters that pick the rows of a group. */
export const groupFilters = (group: Group): Filter[] =>
  Object.entries(group).map(([field, value]) =>
    value === null ? { field, op: 'is_null' as const } : { field, op: 'eq' as const, value },
  );

/** Pure: the budget of a monitor shared by its groups, so that all of them together keep to it. */
export function sharedBudget(body: MonitorBody, groups: number): MonitorBody {
  if (body.condition && 'op' in body.condition) return body;
  const { alarms, days } = budgetOf(body);
  return { ...body, condition: { auto: { false_alarms: `${Math.max(1, alarms)} per ${days * groups}d` } } };
}

/** Judges every group by itself; a finding names its group, and the worst group decides. */
export async function fanOut(kind: Kind, asked: Asked, windows: Windows): Promise<Map<number, Judged>> {
  const { body, model, probes } = asked;
  const { from, to, stepMs } = windows;
  const range = { from: from - EARLIER * stepMs, to };
  const { groups, all } = await probes.groups(model, range, scopeOf(body), body.per, GROUPS_ASKED_MAX);
  if (groups.length === 0)
    return new Map(starts(windows).map((s) => [s, noData(body.kind, 'There were no predictions to group.')]));
  const out = new Map<number, Judged>(starts(windows).map((s) => [s, { findings: [], message: '' }]));
  for (const group of groups) {
    const own = { ...sharedBudget(body, groups.length), per: [], slice: [...body.slice, ...groupFilters(group)] };
    const judged = await kind.judge({ ...asked, body: own }, windows);
    for (const [start, { findings }] of judged) out.get(start)?.findings.push(...findings.map((f) => of(group, f)));
  }
  const left = all - groups.length;
  for (const [start, judged] of out) {
    const findings = badFirst(judged.findings);
    out.set(start, { findings, message: summary(findings, groups.length, left) });
  }
  return out;
}

/** A finding of a group: its subject says whose it is, and `feature` keeps what was judged. */
const of = (group: Group, f: Finding): Finding => ({
  ...f,
  subject: `${groupText(group)}: ${f.subject}`,
  message: `${groupText(group)}: ${f.message}`,
  details: { ...f.details, group, feature: f.subject, source: undefined },
});

function summary(findings: readonly Finding[], groups: number, left: number): string {
  const bad = findings.filter((f) => f.state === 'bad');
  const more = left > 0 ? ` ${left} smaller groups were not looked at.` : '';
  if (bad.length === 0)
    return findings.some((f) => f.state === 'ok')
      ? `All of ${groups} groups are well.${more}`
      : `None of ${groups} groups could be judged: ${findings[0]?.message ?? 'there is nothing to look at'}${more}`;
  const others = new Set(bad.map((f) => JSON.stringify(f.details?.group))).size - 1;
  return `${bad[0]!.message}${others > 0 ? ` And ${others} more ${others === 1 ? 'group' : 'groups'}.` : ''}${more}`;
}
