import type { DelaysAnswer, EstimatesAnswer, WindowThen } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { nearest } from './late.option';
import { prepareClassDelays, prepareDelays, prepareEvolution, prepareTrack } from './late.prepare';

const DAY = 86_400;
const curve = [
  { age: DAY, share: 0.4, error: 0.01 },
  { age: 3 * DAY, share: 0.85, error: 0.01 },
  { age: 10 * DAY, share: 0.899, error: 0.01 },
  { age: 60 * DAY, share: 0.9, error: 0.01 },
];
const delays: DelaysAnswer = {
  at: '2026-05-01T00:00:00Z',
  predictions: 100,
  labelled: 90,
  sampled: 1,
  attribution_window: '14d',
  missing: 'ignore',
  plateau: { value: 0.9, low: 0.89, high: 0.91, settled: true },
  curve,
  classes: {
    differ: true,
    p_value: 0,
    gap: 0.3,
    curves: { no: { labelled: 50, curve }, yes: { labelled: 40, curve } },
  },
};

describe('delays', () => {
  it('are steps from nothing to the plateau, in a unit that reads, without the long tail', () => {
    const chart = prepareDelays(delays, 14 * DAY);
    expect(chart.x).toMatchObject({ kind: 'age', name: 'days after the prediction', min: 0 });
    expect(chart.x.kind === 'age' && chart.x.max).toBeLessThan(21);
    expect(chart.marks).toEqual([{ x: 14, text: 'attribution window' }]);
    expect(chart.levels[0]!.y).toBe(0.9);
    const [line] = chart.lines;
    expect(line!.runs[0]![0]).toMatchObject({ x: 0, y: 0 });
    expect([0.5, 1, 2, 5].map((x) => nearest(line!, x, 'steps')!.y)).toEqual([0, 0.4, 0.4, 0.85]);
  });
  it('are one line a class', () =>
    expect(prepareClassDelays(delays, null).lines.map((l) => l.name)).toEqual(['no', 'yes']));
});

const told = (value: number | null) => ({
  value,
  low: value === null ? null : value - 0.1,
  high: value === null ? null : value + 0.1,
});
const scored = (day: number, estimated: number | null): EstimatesAnswer['windows'][number] => ({
  start: new Date(day * DAY * 1000).toISOString(),
  end: new Date((day + 1) * DAY * 1000).toISOString(),
  predictions: 100,
  labelled: 90,
  reference: null,
  metrics: { accuracy: { estimated: told(estimated), realized: told(0.8) } },
});

describe('the track record', () => {
  it('is drawn oldest first, with gaps where windows are missing', () => {
    const chart = prepareTrack([scored(5, 0.7), scored(2, 0.7), scored(1, 0.7), scored(0, null)], 'accuracy')!;
    expect(chart.lines[0]!.runs.map((r) => r.length)).toEqual([2, 1]);
    expect(chart.x).toMatchObject({ kind: 'time', from: DAY * 1000, to: 6 * DAY * 1000 });
  });
  it('is nothing of a metric that was never estimated', () => expect(prepareTrack([scored(0, 0.7)], 'f1')).toBeNull());
});

describe('how a window evolved', () => {
  const then = (hour: number, realized: number | null): WindowThen => ({
    computed_at: new Date(hour * 3_600_000).toISOString(),
    predictions: 100,
    labelled: 10,
    coverage: 0.1,
    maturity: hour === 0 ? null : 0.2,
    state: 'provisional',
    reference: null,
    metrics: { accuracy: { realized: told(realized), estimated: told(0.7) } },
  });
  it('has a line for each thing that was ever said', () => {
    const { value, labels } = prepareEvolution([then(0, null), then(5, 0.6)], 'accuracy')!;
    expect(value!.lines.map((l) => [l.name, l.runs.flat().length])).toEqual([
      ['Estimated', 2],
      ['Realized', 1],
    ]);
    expect(labels.lines.map((l) => [l.name, l.runs.flat().length])).toEqual([
      ['Maturity', 1],
      ['Coverage', 2],
    ]);
  });
  it('is nothing of nothing, and only labels of a metric without value', () => {
    expect(prepareEvolution([], 'accuracy')).toBeNull();
    expect(prepareEvolution([then(0, null)], 'f1')!.value).toBeNull();
  });
});
