import type { MonitorsPlan, PlanItem } from '@plumbline/contracts';

const SIGNS: Record<PlanItem['action'], string> = { create: '+', change: '~', delete: '-', keep: ' ', leave: ' ' };
const shownActions: PlanItem['action'][] = ['create', 'change', 'delete'];

/** Pure: whether there is anything to do. */
export const isEmpty = ({ plan }: MonitorsPlan): boolean => !plan.some((p) => shownActions.includes(p.action));

/** Pure: a plan as people read it: what changes and how; the rest is counted. */
export function planText({ plan }: MonitorsPlan): string {
  const count = (action: PlanItem['action']) => plan.filter((p) => p.action === action).length;
  const lines = plan
    .filter((p) => shownActions.includes(p.action))
    .flatMap((p) => [
      `${SIGNS[p.action]} ${p.action} ${p.model} / ${p.name}`,
      ...p.changes.map((c) => `    ${c.field}: ${valueText(c.before)} → ${valueText(c.after)}`),
    ]);
  const left = count('leave');
  const parts = [
    `${count('create')} to create`,
    `${count('change')} to change`,
    `${count('delete')} to delete`,
    `${count('keep')} as they are`,
  ];
  return [
    ...lines,
    `Plan: ${parts.join(', ')}.`,
    ...(left > 0 ? [`${left} more ${left === 1 ? 'is' : 'are'} not in the file; --prune deletes them.`] : []),
  ].join('\n');
}

const valueText = (value: unknown): string =>
  value === null ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
