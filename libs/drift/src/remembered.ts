const all: { clear(): void }[] = [];

/** What was made of references, which never change, is kept in memory; `forgetReferences` empties this as well. */
export function forgettable<M extends { clear(): void }>(memory: M): M {
  all.push(memory);
  return memory;
}

/** Up to so many things; the one made first goes first. */
export function remembered<T>(max: number): { get(key: string): T | undefined; set(key: string, value: T): T } {
  const map = forgettable(new Map<string, T>());
  return {
    get: (key) => map.get(key),
    set(key, value) {
      map.delete(key);
      if (map.size >= max) map.delete(map.keys().next().value!);
      map.set(key, value);
      return value;
    },
  };
}

/** Forgets all of it, as a process that has just started. */
export function forgetReferences(): void {
  for (const memory of all) memory.clear();
}
