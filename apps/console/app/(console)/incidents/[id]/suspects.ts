import type { AnnotationView, Evidence, Explanation, IncidentView, ModelView } from '@plumbline/contracts';
import { membersOf } from '../../../../lib/judged';

export type Suspect = {
  kind: 'deploy' | 'data' | 'version' | 'source' | 'slice' | 'feature' | 'moved' | 'upstream';
  text: string;
  at: string | null;
};

const DAY = 86_400_000;
const BEFORE = 3 * DAY;
const AFTER = DAY / 4;
/** From this share of the excess on, a slice is the story and not a footnote. */
const CONCENTRATED = 0.5;
const MOVED_SHOWN = 2;

/**
 * What may be behind an incident, strongest first: a check that failed upstream, what was changed just before it began, a
 * source that the moved features share, a slice that explains most of it. Only what the evidence says; a suspicion is not a proof.
 */
export function suspects(incident: IncidentView, model: ModelView | null, annotations: AnnotationView[]): Suspect[] {
  const since = Date.parse(incident.since);
  const near = (at: string) => Date.parse(at) >= since - BEFORE && Date.parse(at) <= since + AFTER;
  const out: Suspect[] = [];

  const kinds = new Set(incident.monitors.map((m) => m.kind));
  const upstream = incident.monitors.filter((m) => ['volume', 'schema', 'freshness', 'missing'].includes(m.kind));
  if (upstream.length > 0 && (kinds.has('performance') || kinds.has('drift')))
    out.push({
      kind: 'upstream',
      text: `A data check failed with it: ${upstream.map((m) => m.name).join(', ')}`,
      at: null,
    });

  for (const { explanation } of incident.evidence) if (explanation) out.push(...foundIn(explanation));
  for (const a of annotations.filter((a) => near(a.ts)))
    if (!out.some((s) => s.text === a.text))
      out.push({ kind: a.kind === 'data' ? 'data' : 'deploy', text: a.text, at: a.ts });
  for (const v of model?.versions ?? []) {
    if (near(v.first_event) && v.first_event !== model?.first_event && !out.some((s) => s.text.includes(v.version)))
      out.push({ kind: 'version', text: `Version ${v.version || '(none)'} began to serve`, at: v.first_event });
  }

  const moved = movedFeatures(incident.evidence, model);
  for (const [source, features] of bySource(moved, model))
    if (features.length > 1 && !out.some((s) => s.kind === 'moved' && s.text.endsWith(`source ${source}`)))
      out.push({ kind: 'source', text: `${joined(features)} come from ${source}`, at: null });
  const relied = moved
    .map((name) => ({ name, importance: model?.schema.find((f) => f.name === name)?.importance ?? null }))
    .filter((f): f is { name: string; importance: number } => f.importance !== null && f.importance > 0)
    .sort((a, b) => b.importance - a.importance)[0];
  if (relied && kinds.has('performance'))
    out.push({ kind: 'feature', text: `${relied.name} moved, and the model relies on it`, at: null });

  for (const e of incident.evidence.filter((e) => !e.explanation?.slices.length)) {
    const top = [...e.slices].sort((a, b) => b.explains - a.explains)[0];
    if (!top || top.explains < CONCENTRATED) continue;
    const text = `${Math.round(top.explains * 100)} % of it is where ${fieldLabel(top.field)} is ${top.value ?? 'missing'}`;
    if (!out.some((s) => s.text === text)) out.push({ kind: 'slice', text, at: null });
  }
  return out;
}

/** What a search found to go along with it: features that moved in the slice, and what happened before. */
function foundIn({ moved, slices, preceded_by }: Explanation): Suspect[] {
  const where = slices[0] ? ` where ${slices[0].text}` : '';
  return [
    ...moved.slice(0, MOVED_SHOWN).map((m): Suspect => {
      const what = m.what === 'missing' ? 'is missing' : 'moved';
      const text = `${fieldLabel(m.field)} ${what}${where}${m.source ? `, source ${m.source}` : ''}`;
      return { kind: 'moved', text, at: m.since };
    }),
    ...preceded_by.map(
      (p): Suspect => ({ kind: p.kind === 'note' || p.kind === 'data' ? 'data' : p.kind, text: p.text, at: p.at }),
    ),
  ];
}

const joined = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function movedFeatures(evidence: Evidence[], model: ModelView | null): string[] {
  const known = new Set(model?.schema.map((f) => f.name));
  const bad = evidence
    .filter((e) => ['drift', 'missing', 'schema', 'skew'].includes(e.kind))
    .flatMap((e) => e.findings.filter((f) => f.state === 'bad').flatMap((f) => membersOf(f).map((m) => m.subject)));
  return [...new Set(bad)].filter((name) => known.size === 0 || known.has(name));
}

function bySource(features: string[], model: ModelView | null): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const name of features) {
    const source = model?.schema.find((f) => f.name === name)?.source;
    if (source) out.set(source, [...(out.get(source) ?? []), name]);
  }
  return out;
}

export const fieldLabel = (field: string): string => field.replace(/^(features|tags)\./, '');
