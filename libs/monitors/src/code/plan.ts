import { createHash } from 'node:crypto';
import type { MonitorBody, PlanItem } from '@plumbline/contracts';

/** A monitor that exists. */
export type Existing = { id: string; body: MonitorBody };

const keyOf = ({ model, name }: Pick<MonitorBody, 'model' | 'name'>) => JSON.stringify([model, name]);

/** The same text for the same value, whatever the order of its fields; what is left out is left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
    .join(',')}}`;
}

/**
 * Pure: what it takes to make the wanted monitors those that exist. A monitor is known by its model and name. With `prune` the other monitors
 * of the models that are named go; those of other models never do.
 */
export function planMonitors(
  wanted: readonly MonitorBody[],
  existing: readonly Existing[],
  prune: boolean,
): PlanItem[] {
  const known = new Map(existing.map((e) => [keyOf(e.body), e]));
  const listed = new Set(wanted.map(keyOf));
  const models = new Set(wanted.map((w) => w.model));
  const items = wanted.map((body): PlanItem => {
    const { model, name } = body;
    const before = known.get(keyOf(body));
    if (!before) return { action: 'create', id: null, model, name, changes: [] };
    const changes = changesOf(before.body, body);
    return { action: changes.length > 0 ? 'change' : 'keep', id: before.id, model, name, changes };
  });
  const others = existing
    .filter((e) => models.has(e.body.model) && !listed.has(keyOf(e.body)))
    .map(({ id, body: { model, name } }): PlanItem => {
      return { action: prune ? 'delete' : 'leave', id, model, name, changes: [] };
    });
  return [...items, ...others];
}

/** Pure: the fields that differ, by name. */
export function changesOf(before: MonitorBody, after: MonitorBody): PlanItem['changes'] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort() as (keyof MonitorBody)[];
  return fields
    .filter((field) => canonical(before[field]) !== canonical(after[field]))
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }));
}

/** The same text for the same plan: who saw it can ask for just this. */
export const digestOf = (plan: readonly PlanItem[]): string =>
  createHash('sha256')
    .update(canonical(plan.filter((p) => p.action !== 'leave')))
    .digest('hex')
    .slice(0, 16);
