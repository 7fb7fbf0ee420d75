/** Told what had to be changed in a feature; at most one word a name goes on to `onError`. */
export type Note = (code: 'non_finite_feature' | 'unsupported_feature', name: string, detail: string) => void;

const DEPTH_MAX = 16;

/** Thrown inside and caught inside: a value that JSON cannot carry. */
class Unsupported extends Error {}

/** True when JSON.stringify says exactly what we mean: no NaN, BigInt, Date or anything nested. `undefined` it leaves out. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      return value - value === 0;
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

/** `cleanRecord` of features. If they cannot be written at all the prediction is kept without them. */
export function cleanFeatures(features: object, note: Note): object {
  try {
    return cleanRecord(features, note);
  } catch (error) {
    note('unsupported_feature', 'features', `left out: ${error instanceof Error ? error.message : 'unreadable'}`);
    return {};
  }
}

/**
 * A copy of the object that JSON.stringify cannot misread: NaN and infinities become null, BigInt a number when that is
 * exact and text otherwise, Date ISO text, typed arrays arrays, Map an object. What cannot be carried is left out. Both are told to `note`.
 * Returns the object itself when nothing needs to change: the common case, and the fast one.
 */
export function cleanRecord(source: object, note: Note, prefix = ''): object {
  const given = typeof (source as { toJSON?: unknown }).toJSON === 'function' ? toJson(source) : source;
  if (typeof given !== 'object' || given === null) throw new TypeError('toJSON() gives no object');
  let record = given as Record<string, unknown>;
  let names = Object.keys(record);
  if (names.length === 0) {
    const tag = tagOf(record);
    if (tag === 'Map') record = recordOf(record as unknown as Map<unknown, unknown>);
    // these have no names to go through, and would silently become {}
    else if (tag !== 'Object')
      throw new TypeError(`a ${tag}${tag === 'Promise' ? ': await it' : ' has no named values'}`);
    names = Object.keys(record);
  }
  if (areAllPlain(record, names)) return record;
  const copy: Record<string, unknown> = Object.create(null); // a feature may be called __proto__
  for (const name of names) {
    try {
      copy[name] = clean(record[name], [record], () =>
        note('non_finite_feature', prefix + name, 'is not finite; sent as null'),
      );
    } catch (error) {
      note('unsupported_feature', prefix + name, `left out: ${error instanceof Error ? error.message : 'unreadable'}`);
    }
  }
  return copy;
}

/** A getter may throw: then the slow way finds out which. */
function areAllPlain(record: Record<string, unknown>, names: readonly string[]): boolean {
  try {
    return names.every((name) => isPlain(record[name]));
  } catch {
    return false;
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function recordOf(map: Map<unknown, unknown>): Record<string, unknown> {
  const record: Record<string, unknown> = Object.create(null);
  for (const [name, value] of map) {
    if (typeof name === 'object' || typeof name === 'function')
      throw new Unsupported('a Map with keys that are no text');
    record[String(name)] = value;
  }
  return record;
}

function toJson(value: object): unknown {
  return (value as { toJSON(key: string): unknown }).toJSON('');
}

function clean(value: unknown, ancestors: readonly object[], nonFinite: () => void): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      nonFinite();
      return null;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    case 'object':
      return value === null ? null : cleanObject(value, ancestors, nonFinite);
    default:
      throw new Unsupported(`a ${typeof value}`);
  }
}

function cleanObject(value: object, ancestors: readonly object[], nonFinite: () => void): unknown {
  if (ancestors.includes(value)) throw new Unsupported('it refers to itself');
  if (ancestors.length > DEPTH_MAX) throw new Unsupported(`nested deeper than ${DEPTH_MAX}`);
  const path = [...ancestors, value];
  const inner = (item: unknown) => clean(item, path, nonFinite) ?? null;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Unsupported('an invalid Date');
    return value.toISOString();
  }
  if (Array.isArray(value)) return value.map(inner);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number | bigint>, inner);
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return clean(toJson(value), path, nonFinite);
  const tag = tagOf(value);
  if (tag === 'Number' || tag === 'String' || tag === 'Boolean') return clean(value.valueOf(), path, nonFinite);
  if (tag !== 'Object' && tag !== 'Map') throw new Unsupported(`a ${tag}`);
  const record = tag === 'Map' ? recordOf(value as Map<unknown, unknown>) : (value as Record<string, unknown>);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, item] of Object.entries(record)) copy[name] = clean(item, path, nonFinite);
  return copy;
}
