import { setImmediate } from 'node:timers/promises';
import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import { Binds, hasCopies, rowsSql } from '@plumbline/rows';
import { type NumericProfile, profileOf } from '@plumbline/stats';
import type { Kinds } from '../profile.js';
import { type Categories, categoryCounts, sortedValues } from '../read.js';
import { rowsPerWindow } from '../seen.js';
import { SOURCE_COLUMNS, type Source } from '../source.js';
import type { Bins } from './bins.js';
import type { Part } from './hours.js';

/** What was found of windows so far: rows, and by window and name numbers in pieces that merge, and categories. */
export type Found = {
  rows: Map<number, number>;
  numbers: Map<string, NumericProfile[]>;
  categories: Map<string, Categories>;
};
export const nothing = (): Found => ({ rows: new Map(), numbers: new Map(), categories: new Map() });

export const addRows = ({ rows }: Found, win: number, n: number): void => {
  rows.set(win, (rows.get(win) ?? 0) + n);
};

export function addNumbers({ numbers }: Found, key: string, profile: NumericProfile): void {
  const pieces = numbers.get(key);
  if (pieces) pieces.push(profile);
  else numbers.set(key, [profile]);
}

export function addCategories({ categories }: Found, key: string, more: Categories): void {
  const found = categories.get(key) ?? { n: 0, counts: new Map<string, number>() };
  categories.set(key, found);
  found.n += more.n;
  for (const [value, n] of more.counts) found.counts.set(value, (found.counts.get(value) ?? 0) + n);
}

export const nameIn = (key: string): string => key.slice(key.indexOf('\u0000') + 1);

/** Adds what rows amount to. False, and nothing added, if they are more than that. */
export async function findInRows(
  store: EventStore,
  source: Source,
  kinds: Kinds,
  bins: Bins,
  found: Found,
  { rowsMax = Number.POSITIVE_INFINITY } = {},
): Promise<boolean> {
  const rows = await rowsPerWindow(store, source);
  const total = [...rows.values()].reduce((sum, n) => sum + n, 0);
  if (total > rowsMax) return false;
  if (total === 0) return true;
  for (const [win, n] of rows) addRows(found, win, n);
  for (const [key, values] of await sortedValues(store, source, kinds.numeric, total)) {
    addNumbers(found, key, profileOf(values, bins.get(nameIn(key))?.edges ?? []));
    await setImmediate();
  }
  const words = await categoryCounts(store, source, kinds.categorical, kinds.textOnly);
  for (const [key, categories] of words) addCategories(found, key, categories);
  return true;
}

/** Rows of a part, each with `win`: predictions without labels, or labels without features. */
export async function rowsOfPart(
  store: EventStore,
  model: ModelContext,
  asked: { from: number; to: number; hours: readonly number[]; version?: string; nowMs: number },
  part: Part,
  win: string,
): Promise<Source> {
  const binds = new Binds();
  const unique = !(await hasCopies(store, model, asked));
  if (part === 'predictions') {
    const rows = rowsSql(store, model, { ...asked, unique, unlabelled: true }, SOURCE_COLUMNS, binds);
    return { sql: `SELECT *, ${win} AS win FROM (${rows})`, params: binds.params, unlabelled: true };
  }
  const rows = rowsSql(store, model, { ...asked, unique }, [], binds);
  return { sql: `SELECT *, ${win} AS win FROM (${rows}) WHERE has_label`, params: binds.params, labelsOnly: true };
}
