import type { ModelSummary } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { matches, worstFirst } from './badness';

const model = (name: string, over: Partial<ModelSummary> = {}): ModelSummary => ({
  name,
  task: 'binary',
  state: 'declared',
  owner: 'risk',
  health: 'ok',
  open_incidents: 0,
  primary_metric: 'roc_auc',
  granularity: '1h',
  sparkline: [],
  metric: { value: 0.8, low: 0.78, high: 0.82, reference: 0.8 },
  label_coverage: 1,
  drifted_share: 0,
  drifted: [],
  predictions_last: 10,
  predictions_expected: 10,
  last_event: null,
  versions: ['v3'],
  last_annotation: null,
  ...over,
});

it('puts the worst model first, then names', () => {
  const order = worstFirst([
    model('fine'),
    model('also-fine'),
    model('quiet', { health: 'no_data' }),
    model('falling', { metric: { value: 0.7, low: 0.68, high: 0.72, reference: 0.8 } }),
    model('warned', { health: 'warning', open_incidents: 1 }),
    model('broken', { health: 'critical', open_incidents: 2 }),
  ]).map((m) => m.name);
  expect(order).toEqual(['broken', 'warned', 'quiet', 'falling', 'also-fine', 'fine']);
});

it('filters by every word', () => {
  expect(matches(model('loan', { owner: 'risk' }), 'risk v3')).toBe(true);
  expect(matches(model('loan'), 'risk v4')).toBe(false);
  expect(matches(model('loan'), '')).toBe(true);
});
