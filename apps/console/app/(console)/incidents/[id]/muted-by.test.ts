import type { IncidentView, MuteView } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { mutedBy } from './muted-by';

const incident = {
  model: 'loan',
  severity: 'warning',
  monitors: [{ id: 'm1', name: 'AUC' }],
  subjects: ['income'],
  evidence: [{ findings: [{ subject: 'income', state: 'bad' }] }],
} as unknown as IncidentView;
const findings = [
  { subject: 'tags.country = BR: income', state: 'bad', details: { feature: 'income' } },
  { subject: 'tags.country = DE: age', state: 'ok', details: { feature: 'age' } },
];
const grouped = { ...incident, subjects: ['tags.country = BR: income'], evidence: [{ findings }] } as never;
const mute = (matchers: Record<string, string>, until = '2026-05-02T00:00:00Z') =>
  ({ id: 'x', matchers, until }) as unknown as MuteView;
const now = Date.parse('2026-05-01T00:00:00Z');

it.each([
  [mute({ model: 'loan' }), 1],
  [mute({ model: 'loan' }, '2026-04-30T00:00:00Z'), 0],
  [mute({ model: 'other' }), 0],
  [mute({ monitor: 'AUC', severity: 'warning' }), 1],
  [mute({ monitor: 'm2' }), 0],
  [mute({ feature: 'income' }), 1],
  [mute({ feature: 'age' }), 0],
])('%o', (m, count) => expect(mutedBy([m], incident, now)).toHaveLength(count));

it('of a group knows the feature', () => {
  expect(mutedBy([mute({ feature: 'income' }), mute({ feature: 'age' })], grouped, now)).toHaveLength(1);
});
