import { wellFormed } from './fields.js';
import { DEPTH_MAX, type Limits, NAME_MAX, refuse, VECTOR_MAX } from './refusal.js';

/** Features in the order of their names, so that equal payloads encode equally; booleans are text, arrays embeddings. */
export type Features = { names: string[]; values: (number | string | null | number[])[] };

const NONE: Features = { names: [], values: [] };

/**
 * Flattens nested objects with `.`. Names are kept in lists and never as object keys, so a feature called `__proto__` is a
 * feature like any other. `shapes` spares the sorting of names that came in this order before.
 */
export function checkFeatures(raw: unknown, limits: Limits, shapes?: Shapes, model = ''): Features {
  if (raw === undefined || raw === null) return NONE;
  if (typeof raw !== 'object' || Array.isArray(raw))
    return refuse('bad_type', 'features is an object of names and values.');
  return checkFlat(raw as Record<string, unknown>, limits, shapes, model) ?? checkNested(raw, limits);
}

/** The usual case: no nesting. Null if it is not this case. */
function checkFlat(
  raw: Record<string, unknown>,
  limits: Limits,
  shapes: Shapes | undefined,
  model: string,
): Features | null {
  const keys = Object.keys(raw);
  const names = keys.length > limits.featuresMax ? null : shapes?.sorted(model, keys);
  if (!names) return null;
  const values: Features['values'] = new Array(names.length);
  for (let i = 0; i < names.length; i++) {
    const value = raw[names[i]!];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
    values[i] = checkValue(names[i]!, value, limits);
  }
  return { names, values };
}

function checkNested(raw: object, limits: Limits): Features {
  const found: [string, Features['values'][number]][] = [];
  const add = (name: string, value: unknown, depth: number): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      if (depth >= DEPTH_MAX) return refuse('payload_too_deep', `Features nest at most ${DEPTH_MAX} levels deep.`);
      for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner, depth + 1);
      return;
    }
    if (name.length === 0 || name.length > NAME_MAX) badName();
    if (found.length >= limits.featuresMax) tooMany(limits);
    const key = wellFormed(name);
    found.push([key, checkValue(key, value, limits)]);
  };
  for (const [name, value] of Object.entries(raw)) add(name, value, 1);
  found.sort(byName);
  for (let i = 1; i < found.length; i++)
    if (found[i]![0] === found[i - 1]![0])
      refuse(
        'bad_type',
        `features.${short(found[i]![0])} is given twice: once with a dot in its name and once nested.`,
      );
  return { names: found.map(([name]) => name), values: found.map(([, value]) => value) };
}

function checkValue(name: string, value: unknown, limits: Limits): Features['values'][number] {
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? value
      : refuse('value_not_finite', `features.${short(name)} is not finite. Send null for a missing value.`);
  if (typeof value === 'string')
    return value.length <= limits.textMax
      ? value
      : refuse(
          'value_too_long',
          `features.${short(name)} has ${value.length} characters; at most ${limits.textMax} are kept (PLUMBLINE_TEXT_MAX).`,
        );
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return String(value);
  return checkVector(name, value as unknown[]);
}

function checkVector(name: string, value: unknown[]): number[] {
  if (!value.every((v) => typeof v === 'number'))
    return refuse(
      'bad_type',
      `features.${short(name)} is an array, but not of numbers. Send lists as several features.`,
    );
  if (value.length > VECTOR_MAX)
    return refuse('value_too_long', `features.${short(name)} has ${value.length} numbers; at most ${VECTOR_MAX}.`);
  // Embeddings are kept with 32 bits a number.
  if (!value.every((v) => Number.isFinite(Math.fround(v as number))))
    return refuse('value_not_finite', `features.${short(name)} holds a number that is not finite.`);
  return value as number[];
}

const badName = () => refuse('name_too_long', `Feature names have 1 to ${NAME_MAX} characters.`);
const tooMany = (limits: Limits) =>
  refuse('too_many_features', `A prediction has at most ${limits.featuresMax} features (PLUMBLINE_FEATURES_MAX).`);

type Shape = { keys: string[]; sorted: string[] };
const NAMES_KEPT_MAX = 200_000;

/** The sorted names of each model's last event: a model sends the same names in the same order again and again. */
export class Shapes {
  private readonly last = new Map<string, Shape>();
  private names = 0;

  /** The names in order, or null if one of them cannot be a feature's name as it stands. */
  sorted(model: string, keys: string[]): string[] | null {
    const known = this.last.get(model);
    if (known && same(known.keys, keys)) return known.sorted;
    if (!keys.every((k) => k.length > 0 && k.length <= NAME_MAX && k.isWellFormed())) return null;
    this.names += keys.length;
    if (this.names > NAMES_KEPT_MAX) {
      this.last.clear();
      this.names = keys.length;
    }
    const shape = { keys, sorted: [...keys].sort() };
    this.last.set(model, shape);
    return shape.sorted;
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const short = (name: string) => name.slice(0, 60);
const byName = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

/** Tags are for slicing: text; numbers and booleans are taken as text, null is left out. */
export function checkTags(raw: unknown, limits: Limits): [string, string][] {
  if (raw === undefined || raw === null) return [];
  if (typeof raw !== 'object' || Array.isArray(raw))
    return refuse('bad_type', 'tags is an object of names and text values.');
  const entries = Object.entries(raw);
  if (entries.length > 100) return refuse('too_many_features', 'A prediction has at most 100 tags.');
  const out: [string, string][] = [];
  for (const [name, value] of entries) {
    if (name.length === 0 || name.length > NAME_MAX)
      return refuse('name_too_long', `Tag names have 1 to ${NAME_MAX} characters.`);
    if (value === null) continue;
    if (typeof value === 'object' || (typeof value === 'number' && !Number.isFinite(value)))
      return refuse('bad_type', `tags.${short(name)} is a text value.`);
    const text = String(value);
    if (text.length > limits.textMax)
      return refuse('value_too_long', `tags.${short(name)} has at most ${limits.textMax} characters.`);
    out.push([wellFormed(name), wellFormed(text)]);
  }
  out.sort(byName);
  for (let i = 1; i < out.length; i++)
    if (out[i]![0] === out[i - 1]![0]) return refuse('bad_type', `tags.${short(out[i]![0])} is given twice.`);
  return out;
}
