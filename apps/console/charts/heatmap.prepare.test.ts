import type { DriftWindow, ModelView } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { heat, prepareHeatmap } from './heatmap.prepare';

const drift = (value: number | null) => ({
  type: 'numeric' as const,
  n: 100,
  missing_rate: 0,
  measures: { psi: { value, threshold: 0.1, drifted: value === null ? null : value > 0.1 } },
  reference: {},
  current: {},
});
const window = (day: number, features: Record<string, number | null>): DriftWindow => ({
  start: `2026-05-0${day}T00:00:00Z`,
  end: `2026-05-0${day + 1}T00:00:00Z`,
  rows: 100,
  features: Object.fromEntries(Object.entries(features).map(([k, v]) => [k, drift(v)])),
  drifted_share: 0,
  ranked: Object.keys(features),
});
const schema = [
  { name: 'strong', importance: 0.5 },
  { name: 'weak', importance: 0.01 },
] as ModelView['schema'];

it('puts predictions apart and what moved and matters first', () => {
  const map = prepareHeatmap(
    [window(2, { weak: 0.3, strong: 0.12, calm: 0.01, 'prediction.score': 0 }), window(1, { strong: 0.01 })],
    schema,
    'psi',
  );
  expect(map.rows.map((r) => r.name)).toEqual(['prediction.score', 'strong', 'weak', 'calm']);
  expect(map.starts).toEqual([Date.parse('2026-05-01'), Date.parse('2026-05-02')]);
  expect(map.rows[1]).toMatchObject({ drifted: 1, latest: { value: 0.12 } });
});

it('lets the newest closed window speak', () => {
  const windows = [window(1, { a: 0.3 }), window(2, { a: 0.01 })];
  expect(prepareHeatmap(windows, [], 'psi', Date.parse('2026-05-02T12:00:00Z')).rows[0]!.latest?.value).toBe(0.3);
  expect(prepareHeatmap(windows, [], 'psi', Date.parse('2026-05-03')).rows[0]!.latest?.value).toBe(0.01);
});

it('colours relative to the threshold', () => {
  expect([heat(null), heat(0), heat(1), heat(3), heat(50)]).toEqual([null, 0, 0.5, 1, 1]);
});

it('holds without a threshold or a value', () => {
  const map = prepareHeatmap([window(1, { a: null })], [], 'psi');
  expect(map.rows[0]!.latest).toMatchObject({ ratio: null, drifted: false });
  expect(prepareHeatmap([], [], 'psi').rows).toEqual([]);
});
