import { cellValue, classValue, isMissing, type TimeRules, textValue, timeValue } from './cells.js';

/** Which column says what, where the names alone do not. */
export type ColumnRules = {
  /** Columns by what they are: `{prediction_id: 'order_id', 'tag.country': 'land'}`. */
  map?: Readonly<Record<string, string>>;
  /** Columns that are features under their own name; `all`: those that are nothing else. */
  features?: readonly string[] | 'all';
  time?: TimeRules;
};

/** What a column can be, besides `feature.NAME`, `tag.NAME` and `score.CLASS`. */
export const ROLES = [
  'prediction_id',
  'ts',
  'prediction_ts',
  'version',
  'model_version',
  'score',
  'class',
  'value',
  'label',
  'latency_ms',
] as const;
type Role = (typeof ROLES)[number];
type Place = { in: 'event' | 'prediction'; role: Role } | { in: 'features' | 'tags' | 'scores'; name: string };

const PREFIXES = [
  ['feature.', 'features'],
  ['tag.', 'tags'],
  ['scores.', 'scores'],
  ['score.', 'scores'],
] as const;
const PREDICTED: readonly string[] = ['score', 'class', 'value'];

function placeOf(role: string): Place | undefined {
  const prefix = PREFIXES.find(([start]) => role.startsWith(start) && role.length > start.length);
  if (prefix) return { in: prefix[1], name: role.slice(prefix[0].length) };
  if (!(ROLES as readonly string[]).includes(role)) return undefined;
  return { in: PREDICTED.includes(role) ? 'prediction' : 'event', role: role as Role };
}

/** Where each cell of a row goes. */
export type ColumnPlan = {
  cells: readonly { index: number; place: Place }[];
  /** What the columns are: `prediction_id`, `score`, `scores`, `features`, … */
  roles: ReadonlySet<string>;
  /** Columns that are nothing. */
  unused: readonly string[];
  time: TimeRules;
};

/** The mapping asks for something that the table does not have. */
export class ColumnError extends Error {
  override name = 'ColumnError';
}

/** Decides once per table what its columns are; a mapped column wins over one whose name says the same. */
export function planColumns(names: readonly string[], rules: ColumnRules = {}): ColumnPlan {
  const places = new Map<string, { index: number; place: Place }>();
  const indexOf = (name: string, asked: string): number => {
    const index = names.indexOf(name);
    if (index === -1) throw new ColumnError(`There is no column '${name}' for ${asked}; ${listed(names)}.`);
    return index;
  };
  const put = (role: string, index: number): boolean => {
    const place = placeOf(role);
    if (!place || places.has(role)) return false;
    places.set(role, { index, place });
    return true;
  };
  for (const [role, name] of Object.entries(rules.map ?? {})) {
    if (!placeOf(role))
      throw new ColumnError(
        `'${role}' is nothing that a column can be: use ${ROLES.join(', ')}, feature.NAME, tag.NAME or score.CLASS.`,
      );
    put(role, indexOf(name, role));
  }
  if (rules.features !== 'all')
    for (const name of rules.features ?? []) put(`feature.${name}`, indexOf(name, 'a feature'));
  const taken = new Set([...places.values()].map(({ index }) => index));
  const unused: string[] = [];
  for (const [index, name] of names.entries()) {
    if (taken.has(index) || put(name, index)) continue;
    if (rules.features !== 'all' || !put(`feature.${name}`, index)) unused.push(name);
  }
  const cells = [...places.values()];
  const roles = new Set(cells.map(({ place }) => ('role' in place ? place.role : place.in)));
  return { cells, roles, unused, time: rules.time ?? {} };
}

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, 30).join(', ');
  return names.length > 30 ? `the first of ${names.length} columns are ${shown}` : `the columns are ${shown}`;
};

/** A row as an event: what the API takes, with empty cells left out. */
export function eventOf({ cells, time }: ColumnPlan, row: readonly unknown[]): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  const prediction: Record<string, unknown> = {};
  // Pairs and not assignments, so that a feature called `__proto__` is a feature like any other.
  const named = { features: [], tags: [], scores: [] } as Record<'features' | 'tags' | 'scores', [string, unknown][]>;
  for (const { index, place } of cells) {
    const raw = row[index];
    if ('role' in place) {
      if (isMissing(raw)) continue;
      const part = place.in === 'prediction' ? prediction : event;
      part[place.role] = valueFor(place.role, raw, time);
    } else if (place.in === 'features') named.features.push([place.name, cellValue(raw)]);
    else if (!isMissing(raw)) named[place.in].push([place.name, place.in === 'tags' ? textValue(raw) : cellValue(raw)]);
  }
  if (named.scores.length > 0) prediction.scores = Object.fromEntries(named.scores);
  event.features = Object.fromEntries(named.features);
  event.tags = Object.fromEntries(named.tags);
  event.prediction = prediction;
  return event;
}

function valueFor(role: Role, raw: unknown, time: TimeRules): unknown {
  if (role === 'ts' || role === 'prediction_ts') return timeValue(raw, time);
  if (role === 'label' || role === 'class') return classValue(raw);
  if (role === 'score' || role === 'value' || role === 'latency_ms') return cellValue(raw);
  return textValue(raw);
}
