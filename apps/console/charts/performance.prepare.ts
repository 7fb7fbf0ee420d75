import type { AnnotationView, IncidentSummary, PerformanceWindow } from '@plumbline/contracts';
import { bareTitle } from '../lib/incident';
import { metricInfo } from '../lib/metrics';
import { lineDomain } from './scale';
import { filled } from './sparkline.prepare';

export type Kind = 'mature' | 'immature' | 'estimated';
export type Point = {
  start: number;
  end: number;
  /** The middle of the window: where its point and its crosshair are. */
  x: number;
  value: number | null;
  low: number | null;
  high: number | null;
  kind: Kind;
  coverage: number | null;
  maturity: number | null;
  labelled: number;
  predictions: number;
};
export type Series = { name: string; points: Point[]; segments: Segment[] };
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
  strip: { start: number; end: number; x: number; coverage: number | null; predictions: number; labelled: number }[];
  shaded: [number, number][];
  marks: Mark[];
  reference: number | null;
  domain: { min: number; max: number; step: number };
};

const MATURE = 0.9;

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
    const points = toPoints(windows, metric);
    return { name, points, segments: segmentsOf(points) };
  });

  const strip = stripOf(input.windows);
  const values = series.flatMap((s) => s.points.flatMap((p) => (p.value === null ? [] : [p.value])));
  const edges = series.flatMap((s) => s.points.flatMap((p) => [p.low, p.high].filter((v): v is number => v !== null)));
  return {
    series,
    strip,
    shaded: runs(series.length === 1 ? series[0]!.points.filter((p) => p.kind === 'immature') : []),
    marks: marksOf(input.annotations, input.incidents, from, to),
    reference,
    domain: lineDomain(reference === null ? values : [...values, reference], edges, boundsOf(metric)),
  };
}

function boundsOf(metric: string): [number, number] {
  const { unit, better } = metricInfo(metric);
  if (unit === 'share' && metric !== 'mape') return [0, 1];
  if (unit === 'score' && better === 'higher' && !['mcc', 'r2'].includes(metric)) return [0, 1];
  return ['bias', 'r2', 'mcc'].includes(metric) || metric.includes(':')
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [0, Number.POSITIVE_INFINITY];
}

function toPoints(windows: PerformanceWindow[], metric: string): Point[] {
  const full = filled(windows.map((w) => w.coverage));
  return windows.map((w, i) => {
    const [start, end] = [Date.parse(w.start), Date.parse(w.end)];
    const m = w.metrics[metric];
    // The measured delay curve decides where there is one; otherwise what the neighbours reach.
    const mature = w.maturity === null ? full[i]! : w.maturity >= MATURE;
    return {
      start,
      end,
      x: (start + end) / 2,
      value: m?.value ?? null,
      low: m?.low ?? null,
      high: m?.high ?? null,
      kind: m?.kind === 'estimated' ? 'estimated' : mature ? 'mature' : 'immature',
      coverage: w.coverage,
      maturity: w.maturity,
      labelled: w.labelled,
      predictions: w.predictions,
    };
  });
}

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
      predictions: 0,
      labelled: 0,
    };
    known.predictions += w.predictions;
    known.labelled += w.labelled;
    known.coverage = known.predictions > 0 ? known.labelled / known.predictions : null;
    byStart.set(w.start, known);
  }
  return [...byStart.values()].sort((a, b) => a.start - b.start);
}

function runs(points: Point[]): [number, number][] {
  const out: [number, number][] = [];
  for (const p of points) {
    const last = out.at(-1);
    if (last && last[1] === p.start) last[1] = p.end;
    else out.push([p.start, p.end]);
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
