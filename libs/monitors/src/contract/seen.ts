/** What a window holds of one name: how many values as which type, how far they reach, how many lie outside the asked range. */
export type SeenValue = { numeric: number; text: number; outside: number; min: number | null; max: number | null };
/** Values of a name as text: all, how many different ones, and how often the most frequent ones. */
export type SeenCategories = { n: number; distinct: number; counts: ReadonlyMap<string, number> };

/** Values of one window; outputs stand apart from features, because a feature may have the name of an output. */
export type Seen = {
  rows: number;
  features: ReadonlyMap<string, SeenValue>;
  outputs: ReadonlyMap<string, SeenValue>;
  featureCategories: ReadonlyMap<string, SeenCategories>;
  outputCategories: ReadonlyMap<string, SeenCategories>;
};
/** Predictions that were refused in a window: for their output, or for a feature that is no finite number. */
export type Refused = { outputs: number; features: ReadonlyMap<string, number> };

export const NOTHING_SEEN: Seen = {
  rows: 0,
  features: new Map(),
  outputs: new Map(),
  featureCategories: new Map(),
  outputCategories: new Map(),
};
export const NOTHING_REFUSED: Refused = { outputs: 0, features: new Map() };
