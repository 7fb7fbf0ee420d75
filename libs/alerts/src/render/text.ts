/** Text of unknown origin (titles, feature names, tag values) made fit for a vendor's limits. Lengths are UTF-16 units. */

/** More than any vendor takes in one text; bounds the work on a text of megabytes. */
const LOOKED_AT_MAX = 20_000;

/** Half a surrogate pair is valid JavaScript and invalid JSON to most vendors: it becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** One visible line: no control characters, no line breaks, none of the marks that reverse the reading direction. */
export function oneLine(text: string): string {
  return wellFormed(text.slice(0, LOOKED_AT_MAX))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** At most `max` long as written by `write`, whole code points only, with `…` where something was left out. */
export function cut(text: string, max: number, write: (character: string) => string = (c) => c): string {
  let out = '';
  let fits = '';
  for (const character of text) {
    out += write(character);
    if (out.length > max) return `${fits}…`;
    if (out.length < max) fits = out;
  }
  return out;
}

/** Every string and key of a JSON value made well-formed; `NaN` and infinities become null when written. */
export function cleanJson(value: unknown, textMax = Number.POSITIVE_INFINITY): unknown {
  if (typeof value === 'string') return cut(wellFormed(value), textMax);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, textMax));
  if (value === null || typeof value !== 'object') return value;
  // fromEntries defines own properties, so a feature called __proto__ stays a feature.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cut(wellFormed(key), textMax), cleanJson(item, textMax)]),
  );
}
