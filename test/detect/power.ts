import { FLOORS } from '../../libs/drift/src/measure.js';
import { judgeCategories, judgeRange } from '../../libs/monitors/src/contract/judge.js';
import { judgeDrift } from '../../libs/monitors/src/kinds/drift.js';
import { judgeMissing } from '../../libs/monitors/src/kinds/missing.js';
import { categoryName, contractOf, subjectOf } from './contract.js';
import type { Draws } from './draws.js';
import { categoricalLaw, GRID, numericLaw, type Season } from './features.js';
import {
  knowAlone,
  type Look,
  look,
  lookPsi,
  monitorOf,
  noPlain,
  OTHERS,
  PLAIN,
  type Plain,
  type Reference,
  referenceOf,
} from './rules.js';
import { knownFeatures, REFERENCE_DAYS, REFERENCE_ROWS_MAX } from './stationary.js';

/** Other features of the model. None of them is taken to have drifted, which is the hardest case for the one that did. */
const QUIET = Array.from({ length: OTHERS }, () => ({ drifted: false, p_value: 1 }));
const SILENT = Array.from({ length: OTHERS }, () => ({ missing: 0, rows: 100, refMissing: 0, refRows: 100 }));
const CATEGORIES = 30;

/** Whether one feature among 200 rings. */
export const ringsAmongMany = (psi: Look['psi'], level: number): boolean => judgeDrift([psi, ...QUIET], level)[0]!;

/** A feature before and after, whose true PSI over the reference's bins is known. */
export interface Effect {
  type: 'numeric' | 'categorical';
  before: Float64Array;
  after: Float64Array;
}

/** Tilts of the categories that are tried in turn. */
const TILTS = 20;

/** Laws whose PSI against the plain one is `psi`: a shift of the mean, or tilts of thirty categories. */
export const effectsOf = (type: Effect['type'], psi: number, draws: Draws): Effect[] =>
  Array.from({ length: type === 'numeric' ? 1 : TILTS }, () => effectOf(type, psi, draws));

function effectOf(type: Effect['type'], psi: number, draws: Draws): Effect {
  const tilt = Array.from({ length: CATEGORIES }, draws.random.normal);
  const law = (strength: number) =>
    type === 'numeric' ? numericLaw({ shift: strength }) : categoricalLaw(CATEGORIES, tilt, strength);
  const before = law(0);
  let [low, high] = [0, 4];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (truePsi(type, before, law(middle)) < psi) low = middle;
    else high = middle;
  }
  return { type, before, after: law(low) };
}

/** PSI of two laws: over the first one's deciles for numbers. Counts so large that nothing is sampling. */
function truePsi(type: Effect['type'], before: Float64Array, after: Float64Array): number {
  const ROWS = 1e12;
  const reference = referenceOf([before.map((share) => share * ROWS)], type === 'numeric' ? GRID : undefined);
  return lookPsi(
    reference,
    after.map((share) => share * ROWS),
  ).value!;
}

/** A reference of four weeks, or one as small as the window that is judged. */
export function drawReference(effect: Effect, n: number, size: 'weeks' | 'window', draws: Draws): Reference {
  const rows = Math.min(REFERENCE_ROWS_MAX, n);
  const windows =
    size === 'weeks'
      ? Array.from({ length: REFERENCE_DAYS }, () => draws.multinomial(rows, effect.before))
      : [draws.multinomial(n, effect.before)];
  return knowAlone(referenceOf(windows, effect.type === 'numeric' ? GRID : undefined));
}

/** Share of windows in which the changed feature rings, with that of the plain rules. */
export function driftPower(
  input: { effects: readonly Effect[]; n: number; reference: 'weeks' | 'window'; runs: number },
  draws: Draws,
): { ours: number } & Record<keyof Plain, number> {
  const { level } = monitorOf('drift');
  const counted = { ours: 0, ...noPlain() };
  for (let run = 0; run < input.runs; run++) {
    const effect = input.effects[run % input.effects.length]!;
    const reference = drawReference(effect, input.n, input.reference, draws);
    const { psi, plain } = look(reference, draws.multinomial(input.n, effect.after));
    if (ringsAmongMany(psi, level)) counted.ours += 1;
    for (const rule of PLAIN) if (plain[rule]) counted[rule] += 1;
  }
  for (const key of ['ours', ...PLAIN] as const) counted[key] /= input.runs;
  return counted;
}

/** Share of the numbers of a model that ring on a weekday on which the mean of each alone has moved, where weekends differ by themselves. */
export function seasonalPower(
  { n, season, shift, count }: { n: number; season: Season; shift: number; count: number },
  draws: Draws,
): number {
  const { level } = monitorOf('drift');
  const numbers = knownFeatures(count, n, season, draws).filter(({ feature }) => feature.type === 'numeric');
  const moved = numericLaw({ shift });
  const rings = numbers.filter(({ reference }) =>
    ringsAmongMany(lookPsi(reference, draws.multinomial(n, moved)), level),
  );
  return rings.length / numbers.length;
}

/** Share of windows in which a rise of the missing rate rings. */
export function missingPower(
  { before, after, n, runs }: { before: number; after: number; n: number; runs: number },
  draws: Draws,
): number {
  const { level } = monitorOf('missing');
  const refRows = REFERENCE_DAYS * Math.min(REFERENCE_ROWS_MAX, n);
  let rung = 0;
  for (let run = 0; run < runs; run++) {
    const counts = {
      missing: draws.binomial(n, after),
      rows: n,
      refMissing: draws.binomial(refRows, before),
      refRows,
    };
    if (judgeMissing([counts, ...SILENT], { level })[0]!.bad) rung += 1;
  }
  return rung / runs;
}

/** What may be wrong with the values of one feature: a share of them out of range, or in a category that nobody has seen. */
export const BROKEN = [
  { name: '2 % out of range', type: 'numeric', share: 0.02 },
  { name: '5 % out of range', type: 'numeric', share: 0.05 },
  { name: '5 % in a new category', type: 'categorical', share: 0.05 },
] as const;

/** Share of windows in which values that broke the contract of four weeks ring, one feature among 200. */
export function contractPower(
  { type, share, n, runs }: (typeof BROKEN)[number] & { n: number; runs: number },
  draws: Draws,
): number {
  const [number, , , category] = knownFeatures(4, n, 'flat', draws);
  const known = type === 'numeric' ? number! : category!;
  const subject = subjectOf(known.feature.name, contractOf(known));
  let rung = 0;
  for (let run = 0; run < runs; run++) {
    const odd = draws.binomial(n, share);
    const [finding] =
      type === 'numeric'
        ? judgeRange(subject, { numeric: n, text: 0, outside: odd, min: -9, max: 9 })
        : judgeCategories(subject, {
            ...{ n, distinct: 2 },
            counts: new Map([
              [categoryName(0), n - odd],
              ['unheard of', odd],
            ]),
          });
    if (finding?.state === 'bad') rung += 1;
  }
  return rung / runs;
}

export const FLOOR = FLOORS.psi!;
