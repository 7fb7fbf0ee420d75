import type { ModelSummary } from '@plumbline/contracts';
import { HEALTH_RANK } from '../../../components/rank';
import { compare } from '../../../lib/metrics';

/** Worst first: health, then open incidents, then a metric that is surely worse than its reference, then drift. */
export function badness(model: ModelSummary): number {
  const worse = compare(model.primary_metric, model.metric, model.metric.reference) === 'worse' ? 1 : 0;
  return (
    (3 - HEALTH_RANK[model.health]) * 1000 +
    Math.min(model.open_incidents, 50) * 10 +
    worse * 5 +
    (model.drifted_share ?? 0)
  );
}

export function worstFirst(models: readonly ModelSummary[]): ModelSummary[] {
  return [...models].sort((a, b) => badness(b) - badness(a) || a.name.localeCompare(b.name));
}

/** Every word must be in the name, the owner, the task, a version or the health. */
export function matches(model: ModelSummary, typed: string): boolean {
  const text = [model.name, model.owner, model.task, model.health.replace('_', ' '), ...model.versions]
    .join(' ')
    .toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
