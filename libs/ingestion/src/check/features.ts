import { wellFormed } from './fields.js';
import { DEPTH_MAX, type Limits, NAME_MAX, refuse, VECTOR_MAX } from './refusal.js';

/** Features by type, each list sorted by name, so that equal payloads encode equally. */
export type Features = {
  nums: [string, number][];
  cats: [string, string][];
  nulls: string[];
  vectors: [string, number[]][];
};

/**
 * Flattens nested objects with `.` into typed lists. Entries are kept as pairs and never as object keys, so a feature
 * called `__proto__` is a feature like any other.
 */
export function checkFeatures(raw: unknown, limits: Limits): Features {
  const out: Features = { nums: [], cats: [], nulls: [], vectors: [] };
  if (raw === undefined || raw === null) return out;
  if (typeof raw !== 'object' || Array.isArray(raw))
    return refuse('bad_type', 'features is an object of names and values.');
  let count = 0;
  /** A flat object cannot name a feature twice. */
  let flat = true;

  const add = (name: string, value: unknown, depth: number): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      if (depth >= DEPTH_MAX) return refuse('payload_too_deep', `Features nest at most ${DEPTH_MAX} levels deep.`);
      flat = false;
      for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner, depth + 1);
      return;
    }
    if (name.length === 0 || name.length > NAME_MAX)
      return refuse('name_too_long', `Feature names have 1 to ${NAME_MAX} characters.`);
    if (++count > limits.featuresMax)
      return refuse(
        'too_many_features',
        `A prediction has at most ${limits.featuresMax} features (PLUMBLINE_FEATURES_MAX).`,
      );
    const key = wellFormed(name);
    if (value === null || value === undefined) out.nulls.push(key);
    else if (typeof value === 'number') {
      if (!Number.isFinite(value))
        return refuse('value_not_finite', `features.${short(key)} is not finite. Send null for a missing value.`);
      out.nums.push([key, value]);
    } else if (typeof value === 'string') {
      if (value.length > limits.textMax)
        return refuse(
          'value_too_long',
          `features.${short(key)} has ${value.length} characters; at most ${limits.textMax} are kept (PLUMBLINE_TEXT_MAX).`,
        );
      out.cats.push([key, wellFormed(value)]);
    } else if (typeof value === 'boolean') out.cats.push([key, String(value)]);
    else addArray(key, value as unknown[]);
  };

  const addArray = (key: string, value: unknown[]): void => {
    if (value.every((v) => typeof v === 'number')) {
      if (value.length > VECTOR_MAX)
        return refuse('value_too_long', `features.${short(key)} has ${value.length} numbers; at most ${VECTOR_MAX}.`);
      // Embeddings are kept with 32 bits a number.
      if (!value.every((v) => Number.isFinite(Math.fround(v))))
        return refuse('value_not_finite', `features.${short(key)} holds a number that is not finite.`);
      out.vectors.push([key, value as number[]]);
      return;
    }
    return refuse(
      'bad_type',
      `features.${short(key)} is an array, but not of numbers. Send lists as several features.`,
    );
  };

  for (const [name, value] of Object.entries(raw)) add(name, value, 1);
  if (count > 1) sort(out);
  if (!flat) assertNamedOnce(out);
  return out;
}

/** `{"a.b": 1, "a": {"b": 2}}` says two things of one feature. */
function assertNamedOnce({ nums, cats, nulls, vectors }: Features): void {
  const seen = new Set<string>();
  for (const name of [...[...nums, ...cats, ...vectors].map(([n]) => n), ...nulls]) {
    if (seen.has(name))
      refuse('bad_type', `features.${short(name)} is given twice: once with a dot in its name and once nested.`);
    seen.add(name);
  }
}

const short = (name: string) => name.slice(0, 60);
const byName = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
function sort(f: Features): void {
  f.nums.sort(byName);
  f.cats.sort(byName);
  f.nulls.sort();
  f.vectors.sort(byName);
}

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
  return out.sort(byName);
}
