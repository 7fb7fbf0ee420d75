import { type Evidence, type Finding, membersOf, SEVERITY_RANK } from '@plumbline/contracts';

/** From this share of it on, a slice is where it is. */
const MOST = 0.5;
const TITLE_MAX = 300;

const badOf = (evidence: Pick<Evidence, 'findings'>): Finding[] =>
  evidence.findings.filter((f) => f.state === 'bad').flatMap(membersOf);
const sourceOf = (f: Finding): string | null => (typeof f.details?.source === 'string' ? f.details.source : null);

/** Pure: the feature or metric that a finding is about; the subject of a group's finding names the group too. */
export const featureOf = (f: Finding): string =>
  typeof f.details?.feature === 'string' ? f.details.feature : f.subject;

/** Names of features and outputs that are bad, each once; a source that failed as a whole is among them. */
export const badSubjects = (evidence: readonly Pick<Evidence, 'findings'>[]): string[] =>
  [
    ...new Set(
      evidence.flatMap((e) =>
        e.findings.filter((f) => f.state === 'bad').flatMap((f) => [f.subject, ...membersOf(f).map((m) => m.subject)]),
      ),
    ),
  ].slice(0, 50);

/** Pure: the one source that everything bad in these findings comes from; null if there is none, or several. */
export function soleSource(evidence: Pick<Evidence, 'findings'>): string | null {
  const sources = new Set(badOf(evidence).map(sourceOf));
  const [only] = sources;
  return sources.size === 1 && only ? only : null;
}

/** Pure: whether something that is bad here comes from this source. */
export const failsIn = (evidence: readonly Pick<Evidence, 'findings'>[], source: string): boolean =>
  evidence.some((e) => badOf(e).some((f) => sourceOf(f) === source));

/** Pure: the evidence that comes from one source alone, of the source that several monitors found at fault; most of them first. */
function fromOneSource<E extends Pick<Evidence, 'findings'>>(
  evidence: readonly E[],
): { source: string; of: E[] } | null {
  const bySource = new Map<string, E[]>();
  for (const e of evidence) {
    const source = soleSource(e);
    if (source !== null) bySource.set(source, [...(bySource.get(source) ?? []), e]);
  }
  const [most] = [...bySource].sort(([, a], [, b]) => b.length - a.length);
  return most && most[1].length > 1 ? { source: most[0], of: most[1] } : null;
}

/** Pure: what failed of a source, as a headline: the source and its features. */
function sourceHeadline(source: string, evidence: readonly Pick<Evidence, 'findings'>[]): string {
  const features = [...new Set(evidence.flatMap(badOf).map((f) => f.subject))];
  const shown =
    features.length > 5 ? `${features.slice(0, 5).join(', ')} and ${features.length - 5} more` : features.join(', ');
  return `${source}: ${features.length} ${features.length === 1 ? 'feature fails' : 'features fail'} (${shown})`;
}

/** Where most of it is, if that was found. */
function place(evidence: readonly Evidence[]): string {
  const text = evidence.flatMap((e) => e.explanation?.slices[0] ?? []).find((s) => (s.explains ?? 0) >= MOST)?.text;
  return text ? ` in ${text}` : '';
}

/**
 * What several monitors say of one source, unless something worse fails beside it; otherwise what was found of the worst evidence. The
 * model in front; how many others there are, behind.
 */
export function title(model: string, evidence: readonly Evidence[]): string {
  // Of what is as bad, that of which is known where and why.
  const known = (e: Evidence) => Number(Boolean(e.explanation));
  const [worst] = [...evidence].sort(
    (a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || known(b) - known(a),
  );
  const shared = fromOneSource(evidence);
  const told = shared?.of.some((e) => SEVERITY_RANK[e.severity] >= SEVERITY_RANK[worst!.severity]) ? shared : null;
  const headline = told
    ? `${sourceHeadline(told.source, told.of)}${place(told.of)}`
    : (worst?.explanation?.sentence ?? worst?.headline ?? 'has a problem').replace(/\.$/, '');
  const others = evidence.length - (told ? told.of.length : 1);
  const more = others > 0 ? ` (+ ${others} more ${others === 1 ? 'finding' : 'findings'})` : '';
  return `${model}: ${headline}${more}`.slice(0, TITLE_MAX);
}
