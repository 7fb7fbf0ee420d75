import type { DelaysAnswer, EstimatesAnswer, WindowThen } from '@plumbline/contracts';
import { percent } from '../lib/format';
import { metricText } from '../lib/metrics';
import { boundsOf } from './performance.prepare';
import { least, most, niceDomain } from './scale';

/** Pictures of labels that come late: how late, what was expected meanwhile, and how one window's answer evolved. */

export type LatePoint = { x: number; y: number; low: number | null; high: number | null };
export type LateLine = {
  name: string;
  look: 'realized' | 'estimated' | 'corrected' | 'class';
  /** A run without gaps each. */
  runs: LatePoint[][];
  banded: boolean;
};
export type LateAxis = { min: number; max: number; step: number; text: (v: number) => string };
export type LateChart = {
  lines: LateLine[];
  look: 'line' | 'steps';
  /** Times are drawn on a calendar, ages on a ruler. */
  x:
    | { kind: 'time'; from: number; to: number; utc: boolean }
    | ({ kind: 'age'; name: string; since?: { ms: number; size: number } } & LateAxis);
  y: LateAxis & { said: (v: number) => string };
  marks: { x: number; text: string }[];
  levels: { y: number; text: string }[];
};

const short = (v: number) => String(Number(v.toPrecision(4)));
const UNITS: [number, string][] = [
  [86_400, 'days'],
  [3_600, 'hours'],
  [60, 'minutes'],
  [1, 'seconds'],
];
const Z95 = 1.959964;
/** The tail that brings the last half percent would push everything else to the left. */
const TAIL = 0.995;
type Curve = DelaysAnswer['curve'];

/** All predictions together: an absolute share, with the plateau it ends on and the end of the attribution window. */
export function prepareDelays(answer: DelaysAnswer, windowSeconds: number | null): LateChart {
  const plateau = answer.plateau.value;
  return {
    ...ofAges([{ name: 'all labels', look: 'realized', curve: answer.curve, banded: true }], windowSeconds),
    levels: plateau === null ? [] : [{ y: plateau, text: `ever: ${percent(plateau)}` }],
  };
}

/** Each true class relative to what is ever known of it. */
export function prepareClassDelays(answer: DelaysAnswer, windowSeconds: number | null): LateChart {
  const curves = Object.entries(answer.classes.curves).slice(0, 8);
  return ofAges(
    curves.map(([name, c]) => ({ name, look: 'class', curve: c.curve, banded: false })),
    windowSeconds,
  );
}

function ofAges(
  curves: { name: string; look: LateLine['look']; curve: Curve; banded: boolean }[],
  windowSeconds: number | null,
): LateChart {
  const ends = curves.map(({ curve }) => {
    const last = curve.at(-1)?.share ?? 0;
    return curve.find((p) => p.share >= TAIL * last)?.age ?? 0;
  });
  const until = Math.max(1, ...ends.map((e) => e * 1.15), (windowSeconds ?? 0) * 1.05);
  const [size, unit] = UNITS.find(([s]) => until >= 2 * s) ?? UNITS[3]!;
  const axis = niceDomain(0, until / size, 6);
  return {
    look: 'steps',
    lines: curves.map(({ name, look, curve, banded }) => ({
      name,
      look,
      banded,
      runs: [stepsOf(curve, size, axis.max)],
    })),
    x: { kind: 'age', name: `${unit} after the prediction`, ...axis, text: short },
    y: { min: 0, max: 1, step: 0.25, text: (v) => percent(v, 0), said: (v) => percent(v) },
    marks: windowSeconds === null ? [] : [{ x: windowSeconds / size, text: 'attribution window' }],
    levels: [],
  };
}

/** From nothing at age 0, level after the last step. */
function stepsOf(curve: Curve, size: number, end: number): LatePoint[] {
  const seen = curve.filter((p) => p.age / size <= end);
  const points = seen.map(({ age, share, error }) => ({
    x: age / size,
    y: share,
    low: Math.max(0, share - Z95 * error),
    high: Math.min(1, share + Z95 * error),
  }));
  const last = points.at(-1);
  return [{ x: 0, y: 0, low: 0, high: 0 }, ...points, ...(last && last.x < end ? [{ ...last, x: end }] : [])];
}

/** What was estimated before the labels came, and what came true. */
export function prepareTrack(windows: EstimatesAnswer['windows'], metric: string): LateChart | null {
  const known = windows
    .filter((w) => w.metrics[metric]?.estimated.value != null && w.metrics[metric]?.realized.value != null)
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  if (known.length === 0) return null;
  const at = (kind: 'estimated' | 'realized') =>
    known.map((w) => pointOf((Date.parse(w.start) + Date.parse(w.end)) / 2, w.metrics[metric]![kind])!);
  const step = Date.parse(known[0]!.end) - Date.parse(known[0]!.start);
  const lines: LateLine[] = [
    { name: 'Estimated', look: 'estimated', banded: true, runs: runsOf(at('estimated'), step) },
    { name: 'Realized', look: 'realized', banded: false, runs: runsOf(at('realized'), step) },
  ];
  const x = { from: Date.parse(known[0]!.start), to: Date.parse(known.at(-1)!.end) };
  return {
    look: 'line',
    lines,
    x: { kind: 'time', ...x, utc: step >= 86_400_000 },
    y: yOf(lines, metric),
    marks: [],
    levels: [],
  };
}

/** What one window said each time that it was computed. */
export function prepareEvolution(
  items: WindowThen[],
  metric: string,
): { value: LateChart | null; labels: LateChart } | null {
  if (items.length === 0) return null;
  const computed = items.map((i) => Date.parse(i.computed_at));
  const span = (computed.at(-1)! - computed[0]!) / 1000;
  const [size, unit] = UNITS.find(([s]) => span >= 2 * s) ?? UNITS[3]!;
  const times = computed.map((ms) => (ms - computed[0]!) / 1000 / size);
  const x: LateChart['x'] = {
    kind: 'age',
    name: `${unit} after it was first computed`,
    since: { ms: computed[0]!, size },
    ...niceDomain(0, Math.max(1, span / size), 6),
    text: short,
  };
  const of = (kind: 'realized' | 'estimated' | 'corrected') =>
    runsOf(items.map((i, at) => pointOf(times[at]!, i.metrics[metric]?.[kind])));
  const lines: LateLine[] = [
    { name: 'Estimated', look: 'estimated' as const, banded: true, runs: of('estimated') },
    { name: 'Corrected for late labels', look: 'corrected' as const, banded: false, runs: of('corrected') },
    { name: 'Realized', look: 'realized' as const, banded: true, runs: of('realized') },
  ].filter((l) => l.runs.length > 0);
  const shares: LateLine[] = [
    {
      name: 'Maturity',
      look: 'estimated' as const,
      banded: false,
      runs: runsOf(items.map((i, at) => share(times[at]!, i.maturity))),
    },
    {
      name: 'Coverage',
      look: 'realized' as const,
      banded: false,
      runs: runsOf(items.map((i, at) => share(times[at]!, i.coverage))),
    },
  ].filter((l) => l.runs.length > 0);
  const base = { look: 'line' as const, x, marks: [], levels: [] };
  return {
    value: lines.length === 0 ? null : { ...base, lines, y: yOf(lines, metric) },
    labels: {
      ...base,
      lines: shares,
      y: { min: 0, max: 1, step: 0.5, text: (v) => percent(v, 0), said: (v) => percent(v) },
    },
  };
}

type Told = { value: number | null; low: number | null; high: number | null } | undefined;
const pointOf = (x: number, told: Told): LatePoint | null =>
  told && told.value !== null ? { x, y: told.value, low: told.low, high: told.high } : null;
const share = (x: number, value: number | null) => pointOf(x, { value, low: null, high: null });

/** A value that is missing ends the line, and so does a window that is missing. */
function runsOf(points: (LatePoint | null)[], step = Number.POSITIVE_INFINITY): LatePoint[][] {
  const runs: LatePoint[][] = [];
  let before: LatePoint | null = null;
  for (const p of points) {
    if (p && before && p.x - before.x <= step * 1.5) runs.at(-1)!.push(p);
    else if (p) runs.push([p]);
    before = p;
  }
  return runs;
}

function yOf(lines: LateLine[], metric: string): LateChart['y'] {
  const points = lines.flatMap((l) => l.runs.flat().map((p) => ({ ...p, banded: l.banded })));
  const edges = points.flatMap((p) => (p.banded ? [p.low, p.high].filter((v): v is number => v !== null) : []));
  // All of every interval: whether it held the truth is what there is to see.
  const all = [...points.map((p) => p.y), ...edges];
  const text = (v: number) => metricText(metric, v);
  return { ...niceDomain(least(all), most(all), 5, boundsOf(metric)), text, said: text };
}
