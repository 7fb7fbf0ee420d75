import { Z95 } from '../special/normal.js';

/** Sums over rows: numerators a, denominators b, and their products. A mean has b = 1 for every row. */
export interface RatioSums {
  a: number;
  b: number;
  aa: number;
  ab: number;
  bb: number;
}

/** A part of a change, with its interval; no limits where nothing says how sure it is. */
export interface Term {
  value: number;
  low: number | null;
  high: number | null;
}

export interface SliceTerms {
  /** How much its own rate changed the metric. */
  rate: Term;
  /** How much its share of the rows changed it. */
  mix: Term;
  total: Term;
}

export interface RatioChange {
  before: number;
  now: number;
  terms: SliceTerms[];
}

/**
 * Splits the change of a ratio of sums M = Σ a / Σ b exactly over slices that every row is in once. With w_s = b_s / Σ b and m_s = a_s / b_s:
 * M = Σ w_s m_s.
 *
 * Formula: `now`: rate w1 (m1 − m0), mix (w1 − w0)(m0 − M0), for means; `symmetric`: rate (w0 + w1)/2 (m1 − m0), mix (w1 − w0)((m0 + m1)/2 −
 * (M0 + M1)/2), which is Shapley's value over {rate, mix} and reads the same backwards, for ratios such as precision. Both add up to M1 − M0. A
 * slice that is empty on one side has the other side's rate (`now`: M0), so that all of it is mix (rate).
 * Intervals: delta method with the second moments of the rows, as the Poisson bootstrap would draw them; value ± z √Σ (∂T · row)².
 * Shapes: one pair of sums per slice. Units: those of the metric. Domain: null if Σ b is not above 0 on both sides.
 * Source: Oaxaca (1973); Shapley (1953); Dorfman (1979) for the two-part form.
 */
export function ratioChange(
  slices: readonly { before: RatioSums; now: RatioSums }[],
  weighting: 'now' | 'symmetric',
  z: number = Z95,
): RatioChange | null {
  const [before, now] = [sumOf(slices.map((s) => s.before)), sumOf(slices.map((s) => s.now))];
  if (!(before.b > 0 && now.b > 0)) return null;
  const terms = slices.map((own) => {
    const at = { own, rest: { before: minus(before, own.before), now: minus(now, own.now) } };
    const term = (part: 'rate' | 'mix' | 'total'): Term => {
      const of = (sides: Sides) => parts(sides, weighting)[part];
      const value = of(at);
      const half = z * Math.sqrt(varianceOf(of, at));
      return half > 0 && Number.isFinite(half)
        ? { value, low: value - half, high: value + half }
        : { value, low: null, high: null };
    };
    return { rate: term('rate'), mix: term('mix'), total: term('total') };
  });
  return { before: before.a / before.b, now: now.a / now.b, terms };
}

type Two = { before: RatioSums; now: RatioSums };
type Sides = { own: Two; rest: Two };

function parts({ own, rest }: Sides, weighting: 'now' | 'symmetric') {
  const all = (side: 'before' | 'now') => ({ a: own[side].a + rest[side].a, b: own[side].b + rest[side].b });
  const [before, now] = [all('before'), all('now')];
  const [M0, M1] = [before.a / before.b, now.a / now.b];
  const [w0, w1] = [own.before.b / before.b, own.now.b / now.b];
  const rateOf = ({ a, b }: RatioSums, otherwise: number) => (b > 0 ? a / b : otherwise);
  if (weighting === 'now') {
    const m0 = rateOf(own.before, M0);
    const m1 = rateOf(own.now, m0);
    const [rate, mix] = [w1 * (m1 - m0), (w1 - w0) * (m0 - M0)];
    return { rate, mix, total: rate + mix };
  }
  const m0 = rateOf(own.before, rateOf(own.now, 0));
  const m1 = rateOf(own.now, m0);
  const rate = ((w0 + w1) / 2) * (m1 - m0);
  const mix = (w1 - w0) * ((m0 + m1) / 2 - (M0 + M1) / 2);
  return { rate, mix, total: rate + mix };
}

const STEP = 1e-5;

/** Σ over rows of the squared change that one more of them makes. */
function varianceOf(of: (sides: Sides) => number, at: Sides): number {
  let variance = 0;
  for (const place of ['own', 'rest'] as const)
    for (const side of ['before', 'now'] as const) {
      const sums = at[place][side];
      if (sums.aa === 0 && sums.bb === 0) continue;
      const slope = (key: 'a' | 'b') => {
        // Sums are large against their rows: a step far below both is one of the linear part.
        const h = STEP * Math.max(Math.abs(sums[key]), Math.sqrt(key === 'a' ? sums.aa : sums.bb), 1e-300);
        const moved = (by: number) =>
          of({ ...at, [place]: { ...at[place], [side]: { ...sums, [key]: sums[key] + by } } });
        return (moved(h) - moved(-h)) / (2 * h);
      };
      const [ga, gb] = [slope('a'), slope('b')];
      variance += ga * ga * sums.aa + 2 * ga * gb * sums.ab + gb * gb * sums.bb;
    }
  return Math.max(0, variance);
}

const KEYS = ['a', 'b', 'aa', 'ab', 'bb'] as const;
const combine = (of: (key: (typeof KEYS)[number]) => number): RatioSums =>
  Object.fromEntries(KEYS.map((key) => [key, of(key)])) as unknown as RatioSums;
const sumOf = (all: readonly RatioSums[]): RatioSums => combine((key) => all.reduce((sum, x) => sum + x[key], 0));
const minus = (x: RatioSums, y: RatioSums): RatioSums => combine((key) => x[key] - y[key]);
