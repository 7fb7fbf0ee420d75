type Version = { version: string; first_event: string; last_event: string; predictions: number };
/** A against B: A is the one in question, B what it is held against. */
export type Pair = { a: string; b: string };

/**
 * The two versions of the URL; without a word the newest against the one before it. Versions may be called anything, also
 * nothing, so that the URL marks them with `=`.
 */
export function parsePair(get: (key: string) => string | null, versions: readonly Version[]): Pair | null {
  if (versions.length < 2) return null;
  const newest = [...versions].sort(
    (x, y) => Date.parse(y.first_event) - Date.parse(x.first_event) || (x.version < y.version ? 1 : -1),
  );
  const known = (raw: string | null) => {
    const name = raw?.startsWith('=') ? raw.slice(1) : raw;
    return versions.find((v) => v.version === name)?.version;
  };
  const a = known(get('a')) ?? newest.find((v) => v.version !== known(get('b')))!.version;
  const b = known(get('b')) ?? newest.find((v) => v.version !== a)!.version;
  return a === b ? { a, b: newest.find((v) => v.version !== a)!.version } : { a, b };
}

export const pairParam = (version: string): string => (/^=|^$/.test(version) ? `=${version}` : version);
export const versionName = (version: string): string => version || '(none)';
