import type { Draws } from './draws.js';
import type { Season } from './features.js';

export const FULL = {
  features: 200,
  days: 365,
  rows: [50, 200, 1000, 10_000, 100_000, 1_000_000],
  seasons: ['flat', 'weekly', 'strongly weekly'] as Season[],
  sliding: { rows: [100, 2000], seasons: ['weekly', 'strongly weekly'] as Season[], days: 30 },
  powerRows: [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000],
  powerRuns: 1000,
  shiftRows: [200, 2000, 20_000],
  shiftRuns: 200,
  watchedRuns: 20,
  real: { sets: ['adult', 'california', 'bike'] as const, rows: [200, 1000], days: 365, runs: 200 },
  changes: true,
  detectorRuns: 300,
};
export type Plan = typeof FULL;
export const QUICK: Plan = {
  ...FULL,
  days: 14,
  rows: [200, 10_000],
  seasons: ['flat', 'strongly weekly'],
  sliding: { ...FULL.sliding, rows: [200], days: 1 },
  powerRows: [200, 2000, 100_000],
  powerRuns: 60,
  shiftRows: [2000],
  shiftRuns: 10,
  watchedRuns: 2,
  real: { ...FULL.real, sets: ['adult', 'california', 'bike'], rows: [500], days: 20, runs: 5 },
  changes: false,
  detectorRuns: 15,
};

/** A row of the table that the benchmark prints. */
export type Row = { what: string } & Record<string, unknown>;
export type Said = (line: string) => void;
/** Draws of their own for everything that has a name. */
export type Named = (name: string) => Draws;
