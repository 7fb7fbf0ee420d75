import type { BacktestAnswer, BacktestLook } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { prepareBacktest } from './backtest.prepare';

const at = (hour: number) => new Date(1_790_000_000_000 + hour * 3_600_000).toISOString();
const look = (hour: number, value: number | null, over: Partial<BacktestLook> = {}): BacktestLook => ({
  evaluated_at: at(hour),
  window_start: at(hour - 1),
  window_end: at(hour),
  verdict: value === null ? 'no_data' : 'ok',
  state: 'ok',
  message: '',
  subject: 'x',
  value,
  low: null,
  high: null,
  threshold: value === null ? null : 5,
  n: 1,
  ...over,
});
const answer = (over: Partial<BacktestAnswer> = {}): BacktestAnswer => ({
  from: at(0),
  to: at(10),
  every: '1h',
  exact: true,
  evaluations: [look(1, 1), look(2, 2), look(3, null), look(4, 9, { verdict: 'bad' })],
  would_have_fired: [{ at: at(4), since: at(3), resolved_at: null, message: 'bad', subjects: [] }],
  per_month: 1,
  looks: 4,
  bad: 1,
  no_data: 1,
  suggested_threshold: 12,
  diagnosis: [],
  ...over,
});

it('a look without data breaks the line, and what still fires fires to the end', () => {
  const chart = prepareBacktest(answer());
  expect(chart.runs.map((r) => r.map((i) => i.value))).toEqual([[1, 2], [9]]);
  expect(chart.limits.map((r) => r.length)).toEqual([2, 1]);
  expect(chart.fired).toEqual([{ from: Date.parse(at(4)), to: Date.parse(at(10)), message: 'bad' }]);
});

it('the axis holds the values, the threshold and the suggested one, and stays at zero where all are counts', () => {
  const { domain } = prepareBacktest(answer());
  expect(domain.min).toBe(0);
  expect(domain.max).toBeGreaterThanOrEqual(12);
});

it('of nothing is empty', () => {
  const chart = prepareBacktest(answer({ evaluations: [], would_have_fired: [], suggested_threshold: null }));
  expect([chart.items, chart.runs, chart.fired]).toEqual([[], [], []]);
});
