import type { QueryParams } from './store.js';

/** A server refuses one parameter of more than 128 KiB (`http_max_field_value_size`); this leaves room for quotes. */
const PART_BYTES_MAX = 100_000;

/**
 * Sends a long array in parts: `{ids:Array(String)}` becomes `arrayConcat({ids_0:Array(String)}, {ids_1:Array(String)})`.
 * Whatever fits stays as it is.
 */
export function splitLong(sql: string, params: QueryParams): { sql: string; params: QueryParams } {
  const long = Object.entries(params).flatMap(([name, value]) => {
    const parts = Array.isArray(value) ? inParts(value) : [];
    return parts.length > 1 ? [{ name, parts }] : [];
  });
  if (long.length === 0) return { sql, params };
  const sent = { ...params };
  let text = sql;
  for (const { name, parts } of long) {
    delete sent[name];
    for (const [i, part] of parts.entries()) sent[`${name}_${i}`] = part;
    text = text.replaceAll(
      new RegExp(`\\{${name}:([^}]+)\\}`, 'g'),
      (_, type: string) => `arrayConcat(${parts.map((_part, i) => `{${name}_${i}:${type}}`).join(', ')})`,
    );
  }
  return { sql: text, params: sent };
}

function inParts(values: readonly unknown[]): unknown[][] {
  const parts: unknown[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const size = encodeURIComponent(`'${value}',`).length;
    if (bytes + size > PART_BYTES_MAX) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(value);
    bytes += size;
  }
  return parts;
}
