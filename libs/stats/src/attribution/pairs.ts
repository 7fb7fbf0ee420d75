import { Z95 } from '../special/normal.js';
import type { Term } from './ratio.js';

/** Rows of one time: their scores, which are positive, and the slice of each, from 0. */
export interface ScoredRows {
  scores: Float64Array;
  positive: Uint8Array;
  slices: ArrayLike<number>;
}

export interface PairTerms {
  /** Of its own pairs alone; null without any. */
  auc: { before: number | null; now: number | null };
  /** Pairs of a positive and a negative of this slice, and half of those that it has with others. */
  within: { rate: number; mix: number };
  between: { rate: number; mix: number };
  rate: Term;
  mix: Term;
  total: Term;
}

export interface AucChange {
  before: number;
  now: number;
  terms: PairTerms[];
}

/**
 * Splits the change of ROC AUC exactly over slices that every row is in once, by counting pairs. With A_st the share of pairs (positive of s,
 * negative of t) in the right order (ties half) and W_st = P_s N_t / (P N): AUC = Σ W_st A_st.
 *
 * Formula: per cell rate (W0 + W1)/2 (A1 − A0) and mix (W1 − W0)((A0 + A1)/2 − (AUC0 + AUC1)/2); they add up to AUC1 − AUC0. A slice has the cell
 * (s, s) within, and half of each cell (s, t) and (t, s) between. A cell without pairs on one side has the other side's A.
 * Intervals: delta method over rows with their placements (the influence function of every A_st and W_st); value ± z √Σ influence².
 * Shapes: rows of before and now over `slices` slices. Domain: null without positives or negatives on a side. Time O(rows (log rows + slices)).
 * Source: Mann and Whitney (1947); DeLong et al. (1988) for placements; Shapley's value over {rate, mix}.
 */
export function aucChange(before: ScoredRows, now: ScoredRows, slices: number, z: number = Z95): AucChange | null {
  const [was, is] = [countPairs(before, slices), countPairs(now, slices)];
  if (!was || !is) return null;
  const cells = slices * slices;
  const [A0, A1] = [shared(was, is), shared(is, was)];
  const [auc0, auc1] = [dot(was.W, A0), dot(is.W, A1)];
  const middle = (auc0 + auc1) / 2;
  const rate = new Float64Array(cells);
  const mix = new Float64Array(cells);
  for (let c = 0; c < cells; c++) {
    rate[c] = ((was.W[c]! + is.W[c]!) / 2) * (A1[c]! - A0[c]!);
    mix[c] = (is.W[c]! - was.W[c]!) * ((A0[c]! + A1[c]!) / 2 - middle);
  }
  const slopes = (sign: 1 | -1): Slopes => ({
    rateA: map(cells, (c) => (sign * (was.W[c]! + is.W[c]!)) / 2),
    rateW: map(cells, (c) => (A1[c]! - A0[c]!) / 2),
    mixA: map(cells, (c) => (is.W[c]! - was.W[c]!) / 2),
    mixW: map(cells, (c) => sign * ((A0[c]! + A1[c]!) / 2 - middle)),
    moved: map(slices, (k) => cellsOf(k, slices).reduce((sum, [c, part]) => sum + part * (is.W[c]! - was.W[c]!), 0)),
  });
  const variances = [
    influence(before, was, A0, auc0, slopes(-1), slices),
    influence(now, is, A1, auc1, slopes(1), slices),
  ];
  const terms = Array.from({ length: slices }, (_, k): PairTerms => {
    const own = k * slices + k;
    const sum = (of: Float64Array) => cellsOf(k, slices).reduce((all, [c, part]) => all + part * of[c]!, 0);
    const [r, m] = [sum(rate), sum(mix)];
    const term = (value: number, of: 'rate' | 'mix' | 'total'): Term => {
      const half = z * Math.sqrt(variances[0]![of][k]! + variances[1]![of][k]!);
      return half > 0 ? { value, low: value - half, high: value + half } : { value, low: null, high: null };
    };
    const alone = (pairs: Pairs, A: Float64Array) => (pairs.W[own]! > 0 ? A[own]! : null);
    return {
      auc: { before: alone(was, A0), now: alone(is, A1) },
      within: { rate: rate[own]!, mix: mix[own]! },
      between: { rate: r - rate[own]!, mix: m - mix[own]! },
      rate: term(r, 'rate'),
      mix: term(m, 'mix'),
      total: term(r + m, 'total'),
    };
  });
  return { before: auc0, now: auc1, terms };
}

/** Cells of a slice and how much of each is its own. */
function cellsOf(k: number, slices: number): [cell: number, part: number][] {
  const out: [number, number][] = [[k * slices + k, 1]];
  for (let t = 0; t < slices; t++) if (t !== k) out.push([k * slices + t, 0.5], [t * slices + k, 0.5]);
  return out;
}

type Pairs = {
  order: Uint32Array;
  P: Float64Array;
  N: Float64Array;
  allP: number;
  allN: number;
  /** Per cell the pairs in the right order, and the share of all pairs. */
  wins: Float64Array;
  W: Float64Array;
};

function countPairs(rows: ScoredRows, slices: number): Pairs | null {
  const { scores, positive, slices: of } = rows;
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  const [P, N] = [new Float64Array(slices), new Float64Array(slices)];
  for (let i = 0; i < scores.length; i++) (positive[i] ? P : N)[of[i]!]!++;
  const [allP, allN] = [sum(P), sum(N)];
  if (allP === 0 || allN === 0) return null;
  const wins = new Float64Array(slices * slices);
  sweep(rows, order, slices, (row, below, tied) => {
    if (!positive[row]) return;
    const at = of[row]! * slices;
    for (let t = 0; t < slices; t++) wins[at + t]! += below.N[t]! + tied.N[t]! / 2;
  });
  const W = map(slices * slices, (c) => (P[Math.floor(c / slices)]! / allP) * (N[c % slices]! / allN));
  return { order, P, N, allP, allN, wins, W };
}

type Counts = { P: Float64Array; N: Float64Array };

/** Rows in the order of their scores, each with the positives and negatives per slice below it and tied with it. */
function sweep(
  { scores, positive, slices: of }: ScoredRows,
  order: Uint32Array,
  slices: number,
  see: (row: number, below: Counts, tied: Counts) => void,
): void {
  const counts = (): Counts => ({ P: new Float64Array(slices), N: new Float64Array(slices) });
  const [below, tied] = [counts(), counts()];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = scores[order[start]!]!;
    for (; end < order.length && scores[order[end]!] === score; end++)
      (positive[order[end]!] ? tied.P : tied.N)[of[order[end]!]!]!++;
    for (let i = start; i < end; i++) see(order[i]!, below, tied);
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const side = positive[row] ? 'P' : 'N';
      below[side][of[row]!]!++;
      tied[side][of[row]!] = 0;
    }
  }
}

/** The A of each cell; of one without pairs that of the other side. */
const shared = (own: Pairs, other: Pairs): Float64Array => {
  const slices = own.P.length;
  const pairs = ({ P, N }: Pairs, c: number) => P[Math.floor(c / slices)]! * N[c % slices]!;
  return map(slices * slices, (c) =>
    pairs(own, c) > 0 ? own.wins[c]! / pairs(own, c) : pairs(other, c) > 0 ? other.wins[c]! / pairs(other, c) : 0,
  );
};

/** Derivatives of rate and mix by each A and W of one side; by the AUC of the side they are −moved/2. */
type Slopes = { rateA: Float64Array; rateW: Float64Array; mixA: Float64Array; mixW: Float64Array; moved: Float64Array };
type Variances = Record<'rate' | 'mix' | 'total', Float64Array>;

/** Σ over the rows of one side of the squared influence of each on every slice's terms. */
function influence(
  rows: ScoredRows,
  pairs: Pairs,
  A: Float64Array,
  auc: number,
  slopes: Slopes,
  slices: number,
): Variances {
  const { positive, slices: of } = rows;
  const { P, N, allP, allN, W } = pairs;
  const zero = (): Variances => ({
    rate: new Float64Array(slices),
    mix: new Float64Array(slices),
    total: new Float64Array(slices),
  });
  const variances = zero();
  const weighed = weightInfluence(pairs, slopes, slices);
  const deviation = new Float64Array(slices);
  sweep(rows, pairs.order, slices, (row, below, tied) => {
    const s = of[row]!;
    const isP = positive[row] === 1;
    const [others, all, mine, total] = isP ? [N, allN, P, allP] : [P, allP, N, allN];
    let placed = 0;
    for (let t = 0; t < slices; t++) {
      const right = isP ? below.N[t]! + tied.N[t]! / 2 : P[t]! - below.P[t]! - tied.P[t]! / 2;
      placed += right;
      const c = isP ? s * slices + t : t * slices + s;
      deviation[t] = others[t]! > 0 && W[c]! > 0 ? (right / others[t]! - A[c]!) / mine[s]! : 0;
    }
    const byAuc = (placed / all - auc) / total;
    const [wRate, wMix] = isP ? [weighed.rateP, weighed.mixP] : [weighed.rateN, weighed.mixN];
    for (let k = 0; k < slices; k++) {
      let [r, m] = [wRate[k * slices + s]!, wMix[k * slices + s]! - (slopes.moved[k]! / 2) * byAuc];
      const from = k === s ? 0 : k;
      const to = k === s ? slices : k + 1;
      for (let t = from; t < to; t++) {
        const c = isP ? s * slices + t : t * slices + s;
        const part = t === s && k === s ? 1 : 0.5;
        r += part * slopes.rateA[c]! * deviation[t]!;
        m += part * slopes.mixA[c]! * deviation[t]!;
      }
      variances.rate[k]! += r * r;
      variances.mix[k]! += m * m;
      variances.total[k]! += (r + m) * (r + m);
    }
  });
  return variances;
}

/** What one more positive (negative) of slice s does to the terms of slice k by the weights alone, at k · slices + s. */
function weightInfluence({ P, N, allP, allN, W }: Pairs, slopes: Slopes, slices: number) {
  const out = {
    rateP: new Float64Array(slices * slices),
    mixP: new Float64Array(slices * slices),
    rateN: new Float64Array(slices * slices),
    mixN: new Float64Array(slices * slices),
  };
  for (let k = 0; k < slices; k++)
    for (const [c, part] of cellsOf(k, slices)) {
      const [u, t] = [Math.floor(c / slices), c % slices];
      for (let s = 0; s < slices; s++) {
        const byP = (s === u ? N[t]! / allN : 0) / allP - W[c]! / allP;
        const byN = (s === t ? P[u]! / allP : 0) / allN - W[c]! / allN;
        const at = k * slices + s;
        out.rateP[at]! += part * slopes.rateW[c]! * byP;
        out.mixP[at]! += part * slopes.mixW[c]! * byP;
        out.rateN[at]! += part * slopes.rateW[c]! * byN;
        out.mixN[at]! += part * slopes.mixW[c]! * byN;
      }
    }
  return out;
}

const map = (length: number, of: (i: number) => number): Float64Array => Float64Array.from({ length }, (_, i) => of(i));
const sum = (x: Float64Array): number => x.reduce((all, v) => all + v, 0);
const dot = (x: Float64Array, y: Float64Array): number => x.reduce((all, v, i) => all + v * y[i]!, 0);
