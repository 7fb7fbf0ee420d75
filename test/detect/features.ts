import { normalCdf, normalQuantile } from '@plumbline/stats';
import type { Draws } from './draws.js';

/** Values that a simulated number can take: the grid is fine enough for Kolmogorov-Smirnov and for deciles of any shape. */
const CELLS = 256;
const HOURS = 24;
/** Day and night differ by this many standard deviations either way; a daily window holds both. */
const DAILY_SWING = 0.5;

/** The middle of each cell and its upper end, in standard deviations; cells are equally likely under the plain law. */
export const GRID = Float64Array.from({ length: CELLS }, (_, i) => normalQuantile((i + 0.5) / CELLS));
const ENDS = Float64Array.from({ length: CELLS }, (_, i) => normalQuantile((i + 1) / CELLS));

/** How strongly weekends differ from weekdays, in standard deviations (numbers) or as a tilt of log shares (categories). */
export type Season = 'flat' | 'weekly' | 'strongly weekly';
const SEASONS: Record<Season, [number, number]> = { flat: [0, 0], weekly: [0.1, 0.3], 'strongly weekly': [0.6, 1] };

/** A simulated feature: shares of its cells or categories on weekdays and at weekends, and how often it is missing. */
export interface Feature {
  name: string;
  type: 'numeric' | 'categorical';
  weekday: Float64Array;
  weekend: Float64Array;
  missing: number;
}

/** What happens to a number: a move of its mean in standard deviations, a factor of its spread, the share of rows concerned. */
export interface Move {
  shift?: number;
  scale?: number;
  share?: number;
}

/** Shares of the grid's cells for a normal number that swings through the day, some of its rows moved. */
export function numericLaw({ shift = 0, scale = 1, share = 1 }: Move = {}): Float64Array {
  const law = new Float64Array(CELLS);
  for (let hour = 0; hour < HOURS; hour++) {
    const centre = DAILY_SWING * Math.sin((2 * Math.PI * (hour + 0.5)) / HOURS);
    addNormal(law, centre, 1, (1 - share) / HOURS);
    addNormal(law, centre * scale + shift, scale, share / HOURS);
  }
  return law;
}

function addNormal(law: Float64Array, mean: number, spread: number, weight: number): void {
  if (weight === 0) return;
  let below = 0;
  for (let i = 0; i < CELLS; i++) {
    const upTo = i === CELLS - 1 ? 1 : normalCdf((ENDS[i]! - mean) / spread);
    law[i]! += weight * (upTo - below);
    below = upTo;
  }
}

/** Shares of categories by Zipf's law, tilted. */
export function categoricalLaw(categories: number, tilt: ArrayLike<number>, strength: number): Float64Array {
  const law = Float64Array.from({ length: categories }, (_, k) => Math.exp(strength * tilt[k]!) / (k + 1));
  const sum = law.reduce((a, b) => a + b, 0);
  return law.map((share) => share / sum);
}

/** Categories of the simulated features, in turn. */
const CATEGORIES = [2, 8, 30, 100];
/** Missing rates of the simulated features, in turn. */
const MISSING = [0, 0, 0.001, 0.01, 0.1];
/** Values are missing a tenth more often at weekends. */
export const WEEKEND_MISSING = 1.1;

/** The features of a model: three numbers to every two categories, each with a season of its own. */
export function features(count: number, season: Season, { random }: Draws): Feature[] {
  const [least, most] = SEASONS[season];
  return Array.from({ length: count }, (_, f): Feature => {
    const swing = (least + (most - least) * random.uniform()) * (random.uniform() < 0.5 ? -1 : 1);
    const common = { name: `f${f}`, missing: MISSING[Math.floor(f / 5) % MISSING.length]! };
    if (f % 5 < 3) return { ...common, type: 'numeric', weekday: numericLaw(), weekend: numericLaw({ shift: swing }) };
    const size = CATEGORIES[f % CATEGORIES.length]!;
    const tilt = Array.from({ length: size }, random.normal);
    return {
      ...common,
      type: 'categorical',
      weekday: categoricalLaw(size, tilt, 0),
      weekend: categoricalLaw(size, tilt, swing),
    };
  });
}
