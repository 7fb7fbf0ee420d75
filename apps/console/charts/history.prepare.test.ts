import { expect, it } from 'vitest';
import { prepareHistory } from './history.prepare';

const at = (hour: number) => `2026-05-01T${String(hour).padStart(2, '0')}:00:00Z`;
const window = { start: at(8), end: at(10) };

it('breaks the line at gaps and nulls, and keeps threshold and window in view', () => {
  const chart = prepareHistory({
    history: [
      { start: at(0), value: 1 },
      { start: at(1), value: 2 },
      { start: at(2), value: null },
      { start: at(3), value: 2 },
      { start: at(4), value: 2 },
      { start: at(7), value: 3 },
    ],
    threshold: 9,
    baseline: null,
    window,
  });
  expect(chart.runs.map((r) => r.length)).toEqual([2, 2, 1]);
  expect(chart.domain.max).toBeGreaterThanOrEqual(9);
  expect(chart.x).toEqual([Date.parse(at(0)), Date.parse(at(10))]);
});

it('begins with the first value', () => {
  const history = [0, 1, 2].map((hour) => ({ start: at(hour), value: hour < 2 ? null : 1 }));
  expect(prepareHistory({ history, threshold: null, baseline: null, window }).x[0]).toBe(Date.parse(at(2)));
});

it('holds without history', () =>
  expect(prepareHistory({ history: [], threshold: null, baseline: null, window }).runs).toEqual([]));

it('ends with the judged value where the history does not reach it', () => {
  const judged = { value: 5, low: 4, high: 6 };
  const history = [
    { start: at(4), value: 1 },
    { start: at(6), value: 2 },
  ];
  const chart = prepareHistory({ history, threshold: null, baseline: null, window }, judged);
  expect(chart.runs.map((r) => r.map((i) => i.value))).toEqual([[1, 2, 5]]);
  const reaching = prepareHistory(
    { history: [...history, { start: at(8), value: 3 }], threshold: null, baseline: null, window },
    judged,
  );
  expect(reaching.items.at(-1)?.value).toBe(3);
});
