import { type Evidence, type Finding, membersOf, SEVERITY_RANK } from '@plumbline/contracts';

const badOf = (evidence: Pick<Evidence, 'findings'>): Finding[] =>
  evidence.findings.filter((f) => f.state === 'bad').flatMap(membersOf);
const sourceOf = (f: Finding): string | null => (typeof f.details?.source === 'string' ? f.details.source : null);

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

/** Pure: what failed of the source that several monitors found at fault, as a headline: the source and its features. */
export function sourceHeadline(evidence: readonly Pick<Evidence, 'findings'>[]): string | null {
  if (evidence.length < 2) return null;
  const sources = new Set(evidence.map(soleSource));
  const [source] = sources;
  if (sources.size !== 1 || !source) return null;
  const features = [...new Set(evidence.flatMap(badOf).map((f) => f.subject))];
  const shown =
    features.length > 5 ? `${features.slice(0, 5).join(', ')} and ${features.length - 5} more` : features.join(', ');
  return `${source}: ${features.length} ${features.length === 1 ? 'feature fails' : 'features fail'} (${shown})`;
}

/** The headline of the worst evidence, with the model in front; how many others there are, behind. */
export function title(model: string, evidence: readonly Evidence[]): string {
  const [worst, ...rest] = [...evidence].sort((a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity]);
  const shared = sourceHeadline(evidence);
  const headline = (shared ?? worst?.headline ?? 'has a problem').replace(/\.$/, '');
  const more =
    rest.length > 0 && shared === null ? ` (+ ${rest.length} more ${rest.length === 1 ? 'finding' : 'findings'})` : '';
  return `${model}: ${headline}${more}`.slice(0, 300);
}
