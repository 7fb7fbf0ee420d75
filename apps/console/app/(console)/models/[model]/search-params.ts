import type { Task } from '@plumbline/contracts';
import { CHOICES } from '../../../../lib/metrics';
import {
  autoGranularity,
  defaultRange,
  parseGranularity,
  parseRange,
  type Range,
  resolve,
  type Step,
} from '../../../../lib/range';

/** What the URL of a model's pages says, with what it leaves open filled in from the model. */
export type View = {
  range: Range;
  from: number;
  to: number;
  granularity: Step | 'auto';
  step: Step;
};
type Facts = { granularity: Step; first_event: string | null };

export function parseView(get: (key: string) => string | null, facts: Facts, now: number): View {
  const range = parseRange(get) ?? defaultRange(facts.granularity);
  const { from, to } = resolve(range, now, facts.first_event);
  const granularity = parseGranularity(get('granularity'));
  return {
    range,
    from,
    to,
    granularity,
    step: granularity === 'auto' ? autoGranularity(from, to, facts.granularity) : granularity,
  };
}

/** One version, all together, or each on its own (`split`). A version may be called anything, hence the prefix. */
export type VersionChoice = { kind: 'all' } | { kind: 'split' } | { kind: 'one'; version: string };

export function parseVersion(raw: string | null): VersionChoice {
  if (raw === null || raw === '') return { kind: 'all' };
  if (raw === '*') return { kind: 'split' };
  return { kind: 'one', version: raw.startsWith('=') ? raw.slice(1) : raw };
}

export function versionParam(choice: VersionChoice): string | null {
  if (choice.kind === 'all') return null;
  if (choice.kind === 'split') return '*';
  return /^[*=]|^$/.test(choice.version) ? `=${choice.version}` : choice.version;
}

/** Names beyond the list are allowed: `recall:CLASS` is a metric too. */
export function parseMetric(raw: string | null, model: { task: Task; primary_metric: string }): string {
  return raw && /^[\w:. -]{1,300}$/.test(raw) ? raw : model.primary_metric || CHOICES[model.task][0]!;
}

/** Of several classes the one whose curves are drawn: the first without a word. Classes that nobody declared are none. */
export function parseClass(raw: string | null, model: { task: Task; classes: string[] }): string | null {
  if (model.task !== 'multiclass') return null;
  return raw !== null && model.classes.includes(raw) ? raw : (model.classes[0] ?? null);
}
