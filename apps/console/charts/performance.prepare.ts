import type { AnnotationView, IncidentSummary, PerformanceWindow, WindowState } from '@plumbline/contracts';
import { bareTitle } from '../lib/incident';
import { metricInfo } from '../lib/metrics';
import { lineDomain } from './scale';

/** Realized and final, realized of the labels so far, expected from the scores. */
export type Kind = 'mature' | 'immature' | 'estimated';
export type Interval = { value: number | null; low: number | null; high: number | null };
export type Point = Interval & {
  start: number;
  end: number;
  /** The middle of the window: where its point and its crosshair are. */
  x: number;
  kind: Kind;
  /** What the scores of all its predictions let one expect, drawn beside the value. */
  estimated: Interval | null;
  corrected: Interval | null;
  state: WindowState;
  /** The reference that the estimate is learned from. */
  by: string | null;
  coverage: number | null;
  expected: number | null;
  maturity: number | null;
  labelled: number;
  predictions: number;
};
export type Series = { name: string; points: Point[]; segments: Segment[]; estimates: Segment[] };
/** A stretch without gaps in one style; a change of style repeats the joint, so that the line does not tear. */
export type Segment = { kind: Kind; points: Point[] };
export type Mark = {
  x: number;
  kind: 'deploy' | 'data' | 'note' | 'incident';
  text: string;
  id: string | null;
  severity?: string;
};
export type PerformanceChart = {
  series: Series[];
  /** All versions together: what the coverage strip and the volume bars show. */
  strip: Strip[];
  /** Stretches that are not final: labels still come, or there are none and all that is drawn is expected. */
  shaded: { from: number; to: number; state: 'provisional' | 'unlabelled' }[];
  marks: Mark[];
  reference: number | null;
  domain: { min: number; max: number; step: number };
};

export type Strip = {
  start: number;
  end: number;
  x: number;
  coverage: number | null;
  /** The coverage that the delay curve lets one expect by now. */
  expected: number | null;
  maturity: number | null;
  predictions: number;
  labelled: number;
};

export function preparePerformance(input: {
  windows: PerformanceWindow[];
  metric: string;
  reference: number | null;
  annotations: AnnotationView[];
  incidents: IncidentSummary[];
  from: number;
  to: number;
}): PerformanceChart {
  const { metric, reference, from, to } = input;
  const groups = new Map<string, PerformanceWindow[]>();
  for (const w of input.windows) {
    const name = w.group ? (Object.values(w.group)[0] ?? '(none)') : '';
    groups.set(name, [...(groups.get(name) ?? []), w]);
  }
  const series = [...groups].map(([name, windows]) => {
    const points = toPoints(windows, metric, groups.size > 1);
    return { name, points, segments: segmentsOf(points), estimates: groups.size > 1 ? [] : estimatesOf(points) };
  });

  const strip = stripOf(input.windows);
  const drawn = series.flatMap((s) => s.points.flatMap((p): Interval[] => (p.estimated ? [p, p.estimated] : [p])));
  const values = drawn.flatMap((p) => (p.value === null ? [] : [p.value]));
  const edges = drawn.flatMap((p) => [p.low, p.high].filter((v): v is number => v !== null));
  return {
    series,
    strip,
    shaded: series.length === 1 ? unfinished(series[0]!.points) : [],
    marks: marksOf(input.annotations, input.incidents, from, to),
    reference,
    domain: lineDomain(reference === null ? values : [...values, reference], edges, boundsOf(metric)),
  };
}

export function boundsOf(metric: string): [number, number] {
  const { unit, better } = metricInfo(metric);
  if (unit === 'share' && metric !== 'mape') return [0, 1];
  if (unit === 'score' && better === 'higher' && !['mcc', 'r2'].includes(metric)) return [0, 1];
  return ['bias', 'r2', 'mcc'].includes(metric) || metric.includes(':')
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [0, Number.POSITIVE_INFINITY];
}

/** Split by version there is one line each: what is said on top. Otherwise what came true, and beside it what was expected. */
function toPoints(windows: PerformanceWindow[], metric: string, split: boolean): Point[] {
  return windows.map((w) => {
    const [start, end] = [Date.parse(w.start), Date.parse(w.end)];
    const m = w.metrics[metric];
    const shown = (split ? m : (m?.values?.realized ?? (m?.kind === 'estimated' ? undefined : m))) ?? NOTHING;
    const kind = split && m?.kind === 'estimated' ? 'estimated' : w.state === 'final' ? 'mature' : 'immature';
    return {
      start,
      end,
      x: (start + end) / 2,
      value: shown.value,
      low: shown.low,
      high: shown.high,
      kind,
      estimated: known(m?.values?.estimated ?? (m?.kind === 'estimated' ? m : undefined)),
      corrected: known(m?.values?.corrected),
      state: w.state,
      by: w.estimated_by ? `${w.estimated_by.name} #${w.estimated_by.revision}` : null,
      coverage: w.coverage,
      expected: w.expected_coverage ?? null,
      maturity: w.maturity,
      labelled: w.labelled,
      predictions: w.predictions,
    };
  });
}
const NOTHING: Interval = { value: null, low: null, high: null };
const known = (i: Interval | undefined): Interval | null =>
  i && i.value !== null ? { value: i.value, low: i.low, high: i.high } : null;

const estimatesOf = (points: Point[]): Segment[] =>
  segmentsOf(points.map((p) => ({ ...p, ...(p.estimated ?? NOTHING), kind: 'estimated' })));

/** A gap is not a zero: a missing window or a missing value ends the line. */
export function segmentsOf(points: Point[]): Segment[] {
  const out: Segment[] = [];
  let current: Segment | null = null;
  let before: Point | null = null;
  for (const p of points) {
    if (p.value === null) {
      current = null;
      before = null;
      continue;
    }
    const touches: boolean = before !== null && before.end === p.start;
    if (current && touches && current.kind === p.kind) current.points.push(p);
    else {
      current = { kind: p.kind, points: touches && before ? [before, p] : [p] };
      out.push(current);
    }
    before = p;
  }
  return out;
}

function stripOf(windows: PerformanceWindow[]): PerformanceChart['strip'] {
  const byStart = new Map<string, PerformanceChart['strip'][number]>();
  for (const w of windows) {
    const [start, end] = [Date.parse(w.start), Date.parse(w.end)];
    const known = byStart.get(w.start) ?? {
      start,
      end,
      x: (start + end) / 2,
      coverage: null,
      expected: null,
      maturity: null,
      predictions: 0,
      labelled: 0,
    };
    known.expected = mean(known.expected, known.predictions, w.expected_coverage ?? null, w.predictions);
    known.maturity = mean(known.maturity, known.predictions, w.maturity, w.predictions);
    known.predictions += w.predictions;
    known.labelled += w.labelled;
    known.coverage = known.predictions > 0 ? known.labelled / known.predictions : null;
    byStart.set(w.start, known);
  }
  return [...byStart.values()].sort((a, b) => a.start - b.start);
}

/** Of two groups of predictions together; what is unknown of one is unknown of both. */
function mean(a: number | null, na: number, b: number | null, nb: number): number | null {
  if (na === 0) return b;
  return a === null || b === null ? null : (a * na + b * nb) / (na + nb || 1);
}

function unfinished(points: Point[]): PerformanceChart['shaded'] {
  const out: PerformanceChart['shaded'] = [];
  for (const p of points) {
    if (p.state === 'final') continue;
    // Nothing realized to see is no label as far as the picture goes.
    const state = p.value === null ? 'unlabelled' : 'provisional';
    const last = out.at(-1);
    if (last && last.to === p.start && last.state === state) last.to = p.end;
    else out.push({ from: p.start, to: p.end, state });
  }
  return out;
}

function marksOf(annotations: AnnotationView[], incidents: IncidentSummary[], from: number, to: number): Mark[] {
  const marks: Mark[] = [
    ...annotations.map(
      (a): Mark => ({
        x: Date.parse(a.ts),
        kind: a.kind === 'deploy' || a.kind === 'data' ? a.kind : 'note',
        text: a.text,
        id: null,
      }),
    ),
    ...incidents.map(
      (i): Mark => ({
        x: Date.parse(i.since),
        kind: 'incident',
        text: `#${i.number} ${bareTitle(i)}`,
        id: i.id,
        severity: i.severity,
      }),
    ),
  ];
  return marks.filter((m) => m.x >= from && m.x < to).sort((a, b) => a.x - b.x);
}

/** The window under a moment of the crosshair: the one that holds it, else the nearest. */
export function windowAt<T extends { start: number; end: number; x: number }>(
  windows: readonly T[],
  x: number,
): T | null {
  let best: T | null = null;
  for (const w of windows) {
    if (x >= w.start && x < w.end) return w;
    if (best === null || Math.abs(w.x - x) < Math.abs(best.x - x)) best = w;
  }
  return best;
}
