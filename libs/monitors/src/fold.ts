import { type Finding, membersOf } from '@plumbline/contracts';
import { list } from './words.js';

const MEMBERS_KEPT = 50;

/** What a bad finding says of its feature, as a verb of a sentence about several. */
const WORDS: Record<string, string> = {
  missing: 'missing',
  vanished: 'vanished',
  appeared: 'new',
  type_changed: 'of another type',
  range: 'out of range',
  new_categories: 'with new categories',
  cardinality: 'with far more categories',
  constant: 'constant',
  not_finite: 'not finite',
  skew: 'other than in training',
  values: 'other than in training',
  drift: 'drifted',
};

const ORDER = Object.keys(WORDS);
const rank = (check: string) => (ORDER.includes(check) ? ORDER.indexOf(check) : ORDER.length);

/** Which check a finding belongs to. */
export const checkOf = (f: Finding): string => {
  const { check, change, measure } = (f.details ?? {}) as { check?: string; change?: string; measure?: string };
  return check ?? change ?? (measure === 'missing_rate' ? 'missing' : measure ? 'drift' : f.subject);
};

/**
 * Pure: bad findings of features that come from the same source become one finding that names the source and the features; what
 * else there is stays as it is. One feature alone stays itself: its source may be fine.
 */
export function foldBySource(findings: readonly Finding[]): Finding[] {
  const bySource = new Map<string, Finding[]>();
  for (const f of findings) {
    const source = f.details?.source;
    if (f.state === 'bad' && typeof source === 'string') bySource.set(source, [...(bySource.get(source) ?? []), f]);
  }
  const folded = [...bySource]
    .filter(([, members]) => new Set(members.map((m) => m.subject)).size > 1)
    .map(([source, members]) => fold(source, members));
  if (folded.length === 0) return [...findings];
  const gone = new Set(folded.flatMap(membersOf));
  const order = (a: Finding, b: Finding) => membersOf(b).length - membersOf(a).length;
  return [...folded.sort(order), ...findings.filter((f) => !gone.has(f) && !hasSource(f, folded))];
}

const hasSource = (f: Finding, folded: readonly Finding[]) =>
  f.state === 'bad' && folded.some((x) => x.subject === f.details?.source);

function fold(source: string, members: Finding[]): Finding {
  const lead = members[0]!;
  const features = [...new Set(members.map((m) => m.subject))];
  const checks = [...new Set(members.map(checkOf))].sort((a, b) => rank(a) - rank(b));
  const parts = checks.map((check) => {
    const names = [...new Set(members.filter((m) => checkOf(m) === check).map((m) => m.subject))];
    const what = WORDS[check] ?? check.replaceAll('_', ' ');
    return `${names.length} ${names.length === 1 ? 'feature' : 'features'} ${what} (${list(names)})`;
  });
  return {
    ...lead,
    subject: source,
    n: Math.max(...members.map((m) => m.n)),
    message: `${source}: ${parts.join('; ')}.`,
    details: {
      source,
      features,
      check: checks.length === 1 ? checks[0] : undefined,
      members: members.slice(0, MEMBERS_KEPT),
    },
  };
}

/** Pure: the sentence of a window whose findings were folded; the kind's own one where nothing was. */
export function foldedMessage(findings: readonly Finding[], message: string): string {
  const folded = findings.filter((f) => membersOf(f).length > 1);
  if (folded.length === 0) return message;
  const others = findings.filter((f) => f.state === 'bad' && !folded.includes(f)).length;
  const more = others > 0 ? ` And ${others} more ${others === 1 ? 'finding' : 'findings'}.` : '';
  return `${folded
    .slice(0, 3)
    .map((f) => f.message)
    .join(' ')}${more}`;
}
