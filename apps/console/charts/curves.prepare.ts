import type { CurveSet } from '@plumbline/contracts';
import { DASH, fixed, group, number, percent } from '../lib/format';
import { least, most, niceDomain } from './scale';

/** A point and what it says of itself on hover and in the table. */
export type CurvePoint = {
  x: number;
  y: number;
  low?: number | null;
  high?: number | null;
  /** In the table only: the threshold, or how many rows. */
  more: number | null;
  said: string;
};
export type CurveLine = { role: 'current' | 'reference'; points: CurvePoint[] };
export type CurveAxis = { name: string; min: number; max: number; step: number; text: (v: number) => string };
/** Lines in a plane: what a ROC curve, a calibration or a histogram have in common. */
export type Plane = {
  lines: CurveLine[];
  look: 'line' | 'dots' | 'steps';
  more: 'Threshold' | 'Rows';
  /** What perfect, or knowing nothing, would look like. */
  guide: { from: [number, number]; to: [number, number]; name: string } | null;
  /** Where the decisions lie as they were made. */
  mark: { x: number; y: number; said: string } | null;
  x: CurveAxis;
  y: CurveAxis;
};

type Roles = { current: CurveSet; reference?: CurveSet };
type Share = (name: string) => CurveAxis;
const share: Share = (name) => ({ name, min: 0, max: 1, step: 0.25, text: (v) => percent(v, 0) });
const roles = (sets: Roles) =>
  (['current', 'reference'] as const).flatMap((role) => {
    const set = sets[role];
    return set ? [{ role, set }] : [];
  });
const linesOf = (sets: Roles, points: (set: CurveSet) => CurvePoint[]): CurveLine[] =>
  roles(sets)
    .map(({ role, set }) => ({ role, points: points(set) }))
    .filter((line) => line.points.length > 0);

const at = (threshold: number | null) => (threshold === null ? 'none positive' : `score ≥ ${number(threshold)}`);

export function prepareRoc(sets: Roles): Plane {
  const cells = binaryCells(sets.current);
  return {
    look: 'line',
    more: 'Threshold',
    lines: linesOf(sets, ({ roc }) =>
      (roc?.points ?? []).map((p) => ({
        x: p.fpr,
        y: p.tpr,
        more: p.threshold,
        said: `${percent(p.tpr)} at ${at(p.threshold)}`,
      })),
    ),
    guide: { from: [0, 0], to: [1, 1], name: 'chance' },
    mark:
      cells && cells.tp + cells.fn > 0 && cells.fp + cells.tn > 0
        ? markAt(cells.fp / (cells.fp + cells.tn), cells.tp / (cells.tp + cells.fn))
        : null,
    x: share('False positive rate'),
    y: share('True positive rate'),
  };
}

export function preparePrecisionRecall(sets: Roles): Plane {
  const cells = binaryCells(sets.current);
  const base = sets.current.precision_recall?.base_rate ?? null;
  return {
    look: 'line',
    more: 'Threshold',
    lines: linesOf(sets, ({ precision_recall: pr }) =>
      (pr?.points ?? []).map((p) => ({
        x: p.recall,
        y: p.precision,
        more: p.threshold,
        said: `${percent(p.precision)} at ${at(p.threshold)}`,
      })),
    ),
    guide: base === null ? null : { from: [0, base], to: [1, base], name: 'base rate' },
    mark:
      cells && cells.tp + cells.fn > 0 && cells.tp + cells.fp > 0
        ? markAt(cells.tp / (cells.tp + cells.fn), cells.tp / (cells.tp + cells.fp))
        : null,
    x: share('Recall'),
    y: share('Precision'),
  };
}

export function prepareCalibration(sets: Roles): Plane {
  return {
    look: 'dots',
    more: 'Rows',
    lines: linesOf(sets, ({ calibration }) =>
      (calibration?.bins ?? []).flatMap((b) =>
        b.observed === null
          ? []
          : [
              {
                x: b.mean_score,
                y: b.observed,
                low: b.low,
                high: b.high,
                more: b.n,
                said: `${percent(b.observed)} (${percent(b.low)} ${DASH} ${percent(b.high)}) of ${group(b.n)}`,
              },
            ],
      ),
    ),
    guide: { from: [0, 0], to: [1, 1], name: 'perfect' },
    mark: null,
    x: share('Mean score'),
    y: share('Came true'),
  };
}

export function preparePredicted(sets: Roles): Plane {
  const lines = linesOf(sets, ({ residuals }) =>
    (residuals?.predicted_vs_actual ?? []).map((b) => ({
      x: b.mean_predicted,
      y: b.mean_actual,
      low: b.low,
      high: b.high,
      more: b.n,
      said: `${number(b.mean_actual)}${b.low === null ? '' : ` (${number(b.low)} ${DASH} ${number(b.high)})`} of ${group(b.n)}`,
    })),
  );
  const all = lines.flatMap((l) => l.points);
  const edge = all.flatMap((p) => [p.x, p.y, p.low ?? p.y, p.high ?? p.y]);
  const domain = niceDomain(least(edge), most(edge), 4);
  const axis = (name: string): CurveAxis => ({ name, ...domain, text: (v) => number(v) });
  return {
    look: 'dots',
    more: 'Rows',
    lines,
    guide: { from: [domain.min, domain.min], to: [domain.max, domain.max], name: 'perfect' },
    mark: null,
    x: axis('Mean prediction'),
    y: axis('Mean actual'),
  };
}

/** Shares per unit of residual, so that bins of different widths and samples of different sizes lie over each other. */
export function prepareResiduals(sets: Roles): Plane {
  const lines = linesOf(sets, ({ residuals }) => (residuals ? stepsOf(residuals) : []));
  const xs = lines.flatMap((l) => l.points.map((p) => p.x));
  const top = most(lines.flatMap((l) => l.points.map((p) => p.y)));
  const x = niceDomain(Math.min(0, least(xs)), Math.max(0, most(xs)), 5);
  const y = niceDomain(0, top > 0 ? top * 1.05 : 1, 3, [0, Number.POSITIVE_INFINITY]);
  return {
    look: 'steps',
    more: 'Rows',
    lines,
    guide: { from: [0, y.min], to: [0, y.max], name: 'no error' },
    mark: null,
    x: { name: 'Predicted − actual', ...x, text: (v) => number(v) },
    y: { name: 'Density', ...y, text: (v) => number(v, 2) },
  };
}

function stepsOf({ n, histogram: { edges, counts } }: NonNullable<CurveSet['residuals']>): CurvePoint[] {
  const steps = edges.slice(0, -1).map((from, i): CurvePoint => {
    // The first and the last count belong to the open tails.
    const count = counts[i + 1] ?? 0;
    const to = edges[i + 1]!;
    return {
      x: from,
      y: count / n / (to - from),
      more: count,
      said: `${percent(count / n)} from ${number(from)} to ${number(to)}`,
    };
  });
  const last = edges.at(-1);
  return last === undefined ? [] : [...steps, { x: last, y: 0, more: null, said: DASH }];
}

/** Between the points of a line: the one that lies nearest in x, of several the first one drawn above. */
export function nearest(line: CurveLine, x: number, look: Plane['look']): CurvePoint | undefined {
  if (look === 'steps') return line.points.findLast((p) => p.x <= x) ?? undefined;
  return line.points.reduce<CurvePoint | undefined>(
    (best, p) => (best === undefined || Math.abs(p.x - x) < Math.abs(best.x - x) ? p : best),
    undefined,
  );
}

function binaryCells({ confusion }: CurveSet): { tn: number; fp: number; fn: number; tp: number } | null {
  if (confusion?.classes.length !== 2) return null;
  const [[tn, fp], [fn, tp]] = confusion.counts as [[number, number], [number, number]];
  return { tn, fp, fn, tp };
}
const markAt = (x: number, y: number) => ({ x, y, said: `${percent(y)} at ${percent(x)}` });

/** The numbers of a plane for the table and the file. */
export function tableOfPlane(plane: Plane, names: Record<CurveLine['role'], string>) {
  const interval = plane.look === 'dots';
  return {
    columns: [
      { header: 'Point' },
      { header: plane.x.name },
      { header: plane.y.name },
      ...(interval ? [{ header: 'Low' }, { header: 'High' }] : []),
      { header: plane.more },
    ],
    rows: plane.lines.flatMap((line) =>
      line.points.map((p, i) => [
        `${names[line.role]} ${i + 1}`,
        p.x,
        p.y,
        ...(interval ? [p.low ?? null, p.high ?? null] : []),
        p.more,
      ]),
    ),
  };
}

export const areaText = (v: number | null | undefined): string => fixed(v ?? null, 3);
