import { type Evidence, type Finding, membersOf } from '@plumbline/contracts';
import type { Family } from './firing.js';
import { failsIn, featureOf, soleSource } from './sources.js';

/** What an unresolved incident is about. */
export type Problem = { model: string; family: string; cause: string; evidence: readonly Evidence[] };
/** What was found now. */
export type Found = { model: string; family: Family; evidence: Evidence };

const HOUR_MS = 3_600_000;
/** Onsets that lie within so many of the monitor's windows are taken for one: a trailing window blurs when something began. */
const ONSET_WINDOWS = 2;
/** Families whose subjects are features: the same name means the same thing. */
const ABOUT_FEATURES: string[] = ['data', 'drift'];

const badOf = (e: Pick<Evidence, 'findings'>): Finding[] =>
  e.findings.filter((f) => f.state === 'bad').flatMap(membersOf);

/** Names of what is bad: features and metrics, in whatever group. */
export const subjectsOf = (evidence: readonly Pick<Evidence, 'findings'>[]): Set<string> =>
  new Set(evidence.flatMap(badOf).map(featureOf));

/** The slices that evidence is about, each as one text: the filters of its monitor, and the groups that failed. */
export function slicesOf(e: Evidence): Set<string> {
  const filters = Array.isArray(e.rows_query.filters) ? (e.rows_query.filters as object[]) : [];
  const groups = badOf(e).flatMap((f) => (f.details?.group ? [JSON.stringify(f.details.group)] : []));
  // With groups the filters are only where they lie in.
  return new Set(groups.length > 0 ? groups : filters.length > 0 ? [JSON.stringify(filters)] : []);
}

/** Two windows of the longer one, at least an hour, in ms. */
const toleranceMs = (a: Evidence, b: Evidence): number =>
  Math.max(HOUR_MS, ONSET_WINDOWS * Math.max(lengthMs(a), lengthMs(b)));
const lengthMs = ({ window }: Evidence): number => Date.parse(window.end) - Date.parse(window.start);
const apartMs = (a: string, b: string): number => Math.abs(Date.parse(a) - Date.parse(b));

/** Pure: whether two findings began together, or were found together. */
export const together = (a: Evidence, b: Evidence): boolean =>
  Math.min(apartMs(a.since, b.since), apartMs(a.known_at, b.known_at)) <= toleranceMs(a, b);

const meets = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((x) => b.has(x));

/**
 * Pure: why new evidence is a part of this unresolved incident of its model, or null if it is a problem of its own. The same upstream
 * source, feature, slice or roll-out is the same problem whenever it began; otherwise the same family, begun or found together.
 */
export function sameProblem(open: Problem, { model, family, evidence }: Found): string | null {
  if (family === 'monitoring' || open.family === 'monitoring')
    return open.family === family && sameFailure(open, model, evidence) ? 'it cannot be evaluated either' : null;
  if (open.model !== model) return null;
  const source = soleSource(evidence);
  if (source !== null && failsIn(open.evidence, source)) return `the same source: ${source}`;
  if (ABOUT_FEATURES.includes(family) && ABOUT_FEATURES.includes(open.family)) {
    const [shared] = [...subjectsOf([evidence])].filter((s) => subjectsOf(open.evidence).has(s));
    if (shared !== undefined) return `the same feature: ${shared}`;
  }
  const slices = slicesOf(evidence);
  if (open.evidence.some((e) => meets(slicesOf(e), slices))) return 'the same slice';
  const version = evidence.rollout?.version;
  if (version !== undefined && open.evidence.some((e) => e.rollout?.version === version))
    return `the same roll-out: version ${version}`;
  return open.family === family && open.evidence.some((e) => together(e, evidence)) ? 'the same time' : null;
}

/** Monitors of one model that cannot be evaluated, or of any model for the same reason: a store that is away is one problem. */
const sameFailure = (open: Problem, model: string, { findings }: Evidence): boolean =>
  open.model === model || open.evidence.some((e) => e.findings[0]?.message === findings[0]?.message);

/** Pure: the key of a new incident's cause, other than those of the open ones: what fails, and since when if that is not enough. */
export function causeOf(family: Family, evidence: Evidence, open: readonly Problem[]): string {
  const taken = new Set(open.map((o) => o.cause));
  const about = soleSource(evidence) ?? [...subjectsOf([evidence])].sort()[0] ?? evidence.monitor;
  const keys = [family, `${family}:${about}`, `${family}:${about}:${evidence.since}`];
  return keys.find((k) => !taken.has(k)) ?? `${family}:${evidence.monitor_id}:${evidence.known_at}`;
}
