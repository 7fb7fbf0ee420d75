import { type Evidence, type Finding, membersOf, SEVERITY_RANK } from '@plumbline/contracts';
import type { Notification } from './notification.js';
import { oneLine } from './text.js';
import { filterWords, valueWords } from './words.js';

/** What every vendor is told, drawn from the evidence once; texts are raw, each renderer escapes and cuts for itself. */
export type Facts = {
  title: string;
  /** The evidence of the worst monitor; undefined for an incident without any. */
  main: Evidence | undefined;
  /** The first bad finding of it. */
  finding: Finding | undefined;
  headline: string;
  monitor: string;
  subject: string;
  slice: string;
  /** `71.2 % (68 % – 74 %)`. */
  value: string;
  threshold: string;
  baseline: string;
  /** Where the problem is most concentrated, worst first. */
  slices: Evidence['slices'];
  /** Inputs that moved, with their value against the threshold. */
  features: string[];
  /** Headlines of the other monitors of this incident. */
  others: string[];
  lastedMs: number;
  /** Who acknowledged or resolved it, if a person did. */
  actor: string;
};

const ABOUT_INPUTS = new Set(['drift', 'missing', 'schema', 'skew']);
const FEATURES_MAX = 5;
const SLICES_MAX = 3;
const OTHERS_MAX = 5;

export function factsOf(n: Notification): Facts {
  const { incident } = n;
  const ranked = worstFirst(incident.evidence);
  const main = ranked[0];
  const finding = main?.findings.find((f) => f.state === 'bad') ?? main?.findings[0];
  const words = valueWords(main?.kind ?? '', finding);
  const threshold = finding?.threshold ?? main?.threshold ?? null;
  const baseline = finding?.baseline ?? main?.baseline ?? null;
  return {
    title: oneLine(incident.title) || `Incident of ${oneLine(incident.model)}`,
    main,
    finding,
    headline: oneLine(main?.explanation?.sentence ?? main?.headline ?? '') || oneLine(finding?.message ?? ''),
    monitor: main?.monitor ?? '',
    subject: finding?.subject ?? incident.subjects.join(', '),
    slice: (main && filterWords(main.rows_query)) || 'all traffic',
    value: finding ? withInterval(finding, words) : '',
    threshold: threshold === null ? '' : words(threshold),
    baseline: baseline === null ? '' : words(baseline),
    slices: [...(main?.slices ?? [])].sort((a, b) => b.explains - a.explains).slice(0, SLICES_MAX),
    features: movedFeatures(incident.evidence),
    others: ranked
      .slice(1, 1 + OTHERS_MAX)
      .map((e) => oneLine(e.explanation?.sentence ?? e.headline) || oneLine(e.monitor)),
    lastedMs: Date.parse(incident.resolved_at ?? n.at) - Date.parse(incident.opened_at),
    actor: actorOf(n),
  };
}

export const worstFirst = (evidence: readonly Evidence[]): Evidence[] =>
  [...evidence].sort((a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity]);

function withInterval(f: Finding, words: (v: number | null | undefined) => string): string {
  const known = typeof f.low === 'number' && typeof f.high === 'number';
  return known ? `${words(f.value)} (${words(f.low)} – ${words(f.high)})` : words(f.value);
}

function movedFeatures(evidence: readonly Evidence[]): string[] {
  const seen = new Map<string, string>();
  for (const e of evidence.filter((e) => ABOUT_INPUTS.has(e.kind))) {
    for (const f of e.findings.flatMap(membersOf)) {
      if (f.state !== 'bad' || seen.has(f.subject) || seen.size >= FEATURES_MAX) continue;
      const words = valueWords(e.kind, f);
      const limit = f.threshold === null ? '' : `, threshold ${words(f.threshold)}`;
      seen.set(f.subject, f.value === null ? f.subject : `${f.subject} (${words(f.value)}${limit})`);
    }
  }
  return [...seen.values()];
}

function actorOf({ event, incident }: Notification): string {
  if (event === 'acknowledge' && incident.acknowledged_by) return oneLine(incident.acknowledged_by);
  if (event !== 'acknowledge' && event !== 'resolve') return '';
  return oneLine(incident.timeline.findLast((entry) => entry.kind.startsWith(event))?.actor ?? '');
}
