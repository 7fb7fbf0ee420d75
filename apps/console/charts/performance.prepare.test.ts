import type { IncidentSummary, PerformanceWindow } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { preparePerformance, windowAt } from './performance.prepare';

const HOUR = 3_600_000;
const T0 = Date.parse('2026-05-01T00:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();
const window = (
  hour: number,
  value: number | null,
  more: Partial<PerformanceWindow> = {},
  kind: 'realized' | 'estimated' = 'realized',
): PerformanceWindow => ({
  start: iso(T0 + hour * HOUR),
  end: iso(T0 + (hour + 1) * HOUR),
  predictions: 100,
  labelled: 90,
  coverage: 0.9,
  maturity: 1,
  state: 'final',
  metrics: {
    roc_auc: { value, low: value === null ? null : value - 0.02, high: value === null ? null : value + 0.02, kind },
  },
  ...more,
});
const prepare = (windows: PerformanceWindow[], more: Partial<Parameters<typeof preparePerformance>[0]> = {}) =>
  preparePerformance({
    windows,
    metric: 'roc_auc',
    reference: 0.8,
    annotations: [],
    incidents: [],
    from: T0,
    to: T0 + 100 * HOUR,
    ...more,
  });

describe('lines', () => {
  it('end at a window that is missing and at a value that is missing', () => {
    const { series } = prepare([window(0, 0.7), window(1, 0.7), window(3, 0.7), window(4, null), window(5, 0.7)]);
    expect(series[0]!.segments.map((s) => s.points.length)).toEqual([2, 1, 1]);
  });
  it('change style where labels still come, without tearing', () => {
    const young = { maturity: 0.4, coverage: 0.3, state: 'provisional' as const };
    const { series, shaded } = prepare([
      window(0, 0.7),
      window(1, 0.71),
      window(2, 0.72, young),
      window(3, 0.7, young),
    ]);
    expect(series[0]!.segments.map((s) => [s.kind, s.points.length])).toEqual([
      ['mature', 2],
      ['immature', 3],
    ]);
    expect(shaded).toEqual([{ from: T0 + 2 * HOUR, to: T0 + 4 * HOUR, state: 'provisional' }]);
  });
  it('keep what was expected beside what came true', () => {
    const interval = (value: number | null) => ({
      value,
      low: value === null ? null : value - 0.1,
      high: value === null ? null : value + 0.1,
    });
    const both = (hour: number, realized: number | null, state: PerformanceWindow['state']) =>
      window(hour, 0.6, {
        state,
        metrics: {
          roc_auc: {
            ...interval(0.6),
            kind: state === 'final' ? 'realized' : 'estimated',
            values: { realized: interval(realized), estimated: interval(0.6) },
          },
        },
        estimated_by: { id: 'r', name: 'training', revision: 2, version: null },
      });
    const { series, shaded, domain } = prepare([
      both(0, 0.7, 'final'),
      both(1, 0.75, 'provisional'),
      both(2, null, 'unlabelled'),
    ]);
    const [{ points, segments, estimates }] = series as [(typeof series)[0]];
    expect(points.map((p) => [p.value, p.kind, p.estimated?.value, p.by])).toEqual([
      [0.7, 'mature', 0.6, 'training #2'],
      [0.75, 'immature', 0.6, 'training #2'],
      [null, 'immature', 0.6, 'training #2'],
    ]);
    expect(segments.map((s) => s.points.length)).toEqual([1, 2]);
    expect(estimates.map((s) => [s.kind, s.points.length])).toEqual([['estimated', 3]]);
    expect(shaded.map((s) => s.state)).toEqual(['provisional', 'unlabelled']);
    expect(domain.min).toBeLessThanOrEqual(0.6);
  });
  it('mark what is nothing but estimated', () => {
    const { series } = prepare([window(0, 0.7, {}, 'estimated')]);
    expect(series[0]!.points[0]).toMatchObject({ value: null, estimated: { value: 0.7 } });
  });
  it('mix expected coverage and maturity of versions by their rows', () => {
    const { strip } = prepare([
      window(0, 0.7, { group: { version: 'v1' }, predictions: 300, expected_coverage: 0.2, maturity: 0.4 }),
      window(0, 0.8, { group: { version: 'v2' }, predictions: 100, expected_coverage: 0.6, maturity: 0.8 }),
    ]);
    expect(strip[0]!.expected).toBeCloseTo(0.3);
    expect(strip[0]!.maturity).toBeCloseTo(0.5);
  });
  it('are one a version when split, above one strip', () => {
    const { series, strip } = prepare([
      window(0, 0.7, { group: { version: 'v1' } }),
      window(0, 0.8, { group: { version: 'v2' } }),
    ]);
    expect(series.map((s) => s.name)).toEqual(['v1', 'v2']);
    expect(strip).toMatchObject([{ predictions: 200, coverage: 0.9 }]);
  });
});

it('holds the reference in view and stays within the metric', () => {
  const { domain } = prepare([window(0, 0.99)], { reference: 0.9 });
  expect(domain.min).toBeLessThanOrEqual(0.9);
  expect(domain.max).toBeLessThanOrEqual(1);
});

it('marks deploys and incidents of the range only', () => {
  const incident = {
    id: 'i1',
    number: 7,
    title: 'AUC fell',
    since: iso(T0 + 5 * HOUR),
    severity: 'critical',
  } as IncidentSummary;
  const { marks } = prepare([], {
    annotations: [
      { id: 'a', ts: iso(T0 + HOUR), text: 'v2', kind: 'deploy' },
      { id: 'b', ts: iso(T0 - HOUR), text: 'v1', kind: 'deploy' },
    ],
    incidents: [incident],
  });
  expect(marks.map((m) => [m.kind, m.text])).toEqual([
    ['deploy', 'v2'],
    ['incident', '#7 AUC fell'],
  ]);
});

it('finds the window under the crosshair', () => {
  const { strip } = prepare([window(0, 0.7), window(5, 0.7)]);
  expect(windowAt(strip, T0 + 0.2 * HOUR)?.start).toBe(T0);
  expect(windowAt(strip, T0 + 4 * HOUR)?.start).toBe(T0 + 5 * HOUR);
  expect(windowAt([], T0)).toBeNull();
});
