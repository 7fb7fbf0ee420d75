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
export function cut(text: string, max: number, write?: (character: string) => string): string {
  if (!write && text.length <= max) return text;
  let out = '';
  let fits = '';
  for (const character of text) {
    out += write ? write(character) : character;
    if (out.length > max) return `${fits}…`;
    if (out.length < max) fits = out;
  }
  return out;
}

/** Thrown by {@link cleanJson} before something huge is built. */
export class TooLarge extends Error {}

/**
 * Every string and key of a JSON value made well-formed and at most `textMax` long; `NaN` and infinities become null when
 * written. Throws {@link TooLarge} as soon as the JSON is certain to have more than `bytesMax` bytes.
 */
export function cleanJson(
  value: unknown,
  limits: { textMax?: number; bytesMax?: number } = {},
  used = { bytes: 0 },
): unknown {
  const { textMax = Number.POSITIVE_INFINITY, bytesMax = Number.POSITIVE_INFINITY } = limits;
  const text = (raw: string) => {
    const cleaned = cut(wellFormed(raw.slice(0, textMax + 1)), textMax);
    used.bytes += cleaned.length;
    return cleaned;
  };
  used.bytes += 1;
  if (used.bytes > bytesMax) throw new TooLarge();
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, limits, used));
  if (value === null || typeof value !== 'object') return value;
  // fromEntries defines own properties, so a feature called __proto__ stays a feature.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [text(key), cleanJson(item, limits, used)]),
  );
}

/** The first rendering, from the whole to the least, whose JSON has at most `bytesMax` bytes; the last one in any case. */
export function firstThatFits<K, T>(levels: readonly [K, ...K[]], bytesMax: number, render: (level: K) => T): T {
  for (const level of levels.slice(0, -1)) {
    try {
      const made = render(level);
      if (Buffer.byteLength(JSON.stringify(made)) <= bytesMax) return made;
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
    }
  }
  return render(levels.at(-1)!);
}
