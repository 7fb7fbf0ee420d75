import type { MonitorView } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { bodyOf, firings, ruleText } from './describe';

const plain = (text: string) => text.replaceAll('\u202f', ' ');
const rule = (m: Partial<MonitorView>) =>
  plain(ruleText({ kind: 'performance', target: {}, per: [], ...m } as MonitorView));

it.each([
  [
    {
      target: { metric: 'roc_auc' },
      compare: { to: 'reference', tolerance: 0.1 },
      condition: { auto: { false_alarms: '1 per 30d' } },
    },
    'ROC AUC, against the reference ± 10 %, threshold for one false alarm per 30d',
  ],
  [
    { target: { metric: 'accuracy' }, compare: { to: 'threshold' }, condition: { op: 'lt', value: 0.78 } },
    'Accuracy, bad when < 78 %',
  ],
  [{ kind: 'drift', target: { measure: 'psi' }, per: ['tags.country'] }, 'PSI of every feature, per country'],
  [
    { kind: 'missing', target: { features: ['income'] }, condition: { op: 'gt', value: 0.05 } },
    'Missing values of income, bad when > 5 %',
  ],
  [{ kind: 'freshness' }, 'Time since the newest event'],
] as [Partial<MonitorView>, string][])('%o', (m, want) => expect(rule(m)).toBe(want));

it('puts back only what a monitor is made of', () => {
  const view = {
    id: 'm',
    name: 'n',
    enabled: true,
    state: 'ok',
    origin: 'user',
    created_at: '',
    updated_at: '',
    since: null,
    evaluated_at: null,
    state_detail: null,
  } as MonitorView;
  expect(bodyOf(view, { enabled: false })).toEqual({ name: 'n', enabled: false });
});

it('counts runs of bad verdicts', () => {
  expect(firings(['ok', 'bad', 'bad', 'ok', 'bad'])).toEqual({ bad: 3, runs: 2 });
  expect(firings([])).toEqual({ bad: 0, runs: 0 });
});
