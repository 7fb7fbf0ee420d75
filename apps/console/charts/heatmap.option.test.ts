import { expect, it } from 'vitest';
import { cellAt, GROUP_PX, ROW_PX, rowTops } from './heatmap.option';
import { prepareHeatmap } from './heatmap.prepare';

const drift = {
  type: 'numeric' as const,
  n: 1,
  missing_rate: 0,
  measures: { psi: { value: 0.2, threshold: 0.1, drifted: true } },
  reference: {},
  current: {},
};
const map = prepareHeatmap(
  [
    {
      start: '2026-05-01T00:00:00Z',
      end: '2026-05-02T00:00:00Z',
      rows: 1,
      drifted_share: 1,
      ranked: [],
      features: { a: drift, b: drift, 'prediction.score': drift },
    },
  ],
  [],
  'psi',
);

it('leaves room for two headings', () => {
  expect(rowTops(map.rows)).toEqual({
    tops: [GROUP_PX, 2 * GROUP_PX + ROW_PX, 2 * GROUP_PX + 2 * ROW_PX],
    height: 2 * GROUP_PX + 3 * ROW_PX,
  });
});

it('finds the cell that was clicked', () => {
  const noon = Date.parse('2026-05-01T12:00:00Z');
  expect(cellAt(map, noon, GROUP_PX + 3)?.row.name).toBe('prediction.score');
  expect(cellAt(map, noon, 2 * GROUP_PX + ROW_PX + 3)?.row.name).toBe('a');
  expect(cellAt(map, noon, 3)).toBeNull();
  expect(cellAt(map, noon + 86_400_000, GROUP_PX + 3)).toBeNull();
});
