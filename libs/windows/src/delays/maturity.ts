import type { WindowState } from '@plumbline/contracts';
import type { Binds } from '@plumbline/rows';
import type { Delays } from './delays.js';

/** From this relative maturity on, what is still to come does not matter. */
export const FINAL_MATURITY = 0.99;

/**
 * What `F` is divided by to say how much of what will ever come has come: the plateau, once the curve has stopped rising.
 * Before, nobody knows what will ever come; it is at most everything, so maturity is then rather too low than too high.
 */
export const willCome = ({ plateau }: Pick<Delays, 'plateau'>): number =>
  plateau.settled && plateau.value !== null && plateau.value > 0 ? plateau.value : 1;

/**
 * Maturity of a window whose predictions have the mean `share` of F and the label coverage `coverage`; null while no label of the
 * model is known. It is never below the coverage: no more labels can come than there are predictions.
 */
export const maturityOf = (delays: Delays | null, share: number | null, coverage: number): number | null =>
  delays === null || delays.labelled === 0 || share === null
    ? null
    : shown(Math.min(1, Math.max(coverage, share / willCome(delays))));

/** Means are added in no fixed order: what differs in the last digits is the same. */
export const shown = (share: number): number => Math.round(share * 1e9) / 1e9;

/** `final`: hardly anything is still to come, or the attribution window of every prediction has passed. */
export function stateOf(w: {
  labelled: number;
  maturity: number | null;
  newestMs: number;
  atMs: number;
  attributionMs: number | null;
}): WindowState {
  if (w.labelled === 0) return 'unlabelled';
  const passed = w.attributionMs !== null && w.newestMs + w.attributionMs <= w.atMs;
  return passed || (w.maturity ?? 0) >= FINAL_MATURITY ? 'final' : 'provisional';
}

/** SQL of F at the age that a row (column `ms`) has at a time (SQL, epoch ms), by a search in the steps of the curve. */
export function shareSql(delays: Delays | null, at: string, binds: Pick<Binds, 'bind'>): string {
  if (!delays || delays.curve.ages.length === 0) return '0';
  // `roundDown` finds the step, `transform` its height; before the first step F is 0.
  const { ages, shares } = delays.curve;
  const steps = ages[0]! > 0 ? [-1, ...ages] : ages;
  const heights = ages[0]! > 0 ? [0, ...shares] : shares;
  const from = binds.bind(steps, 'Array(Float64)');
  const age = `toFloat64(greatest(${at} - ms, 0))`;
  return `transform(roundDown(${age}, ${from}), ${from}, ${binds.bind(heights, 'Array(Float64)')}, 0.)`;
}
