// All that differs between Node.js, Bun, Deno and edge runtimes. Nothing here runs at import time beyond looking around.

export const proc: NodeJS.Process | undefined = typeof process === 'object' && process !== null ? process : undefined;

export function env(name: string): string | undefined {
  try {
    return proc?.env?.[name]?.trim() || undefined;
  } catch {
    return undefined; // Deno asks for a permission
  }
}

/** A module of Node.js at once, or `undefined` elsewhere and in versions before 20.16. */
export function builtinNow<T>(name: string): T | undefined {
  try {
    return proc?.getBuiltinModule?.(name) as T | undefined;
  } catch {
    return undefined;
  }
}

/** A module of Node.js, or `undefined` elsewhere. The specifier is not a literal, so that bundlers for the edge leave it alone. */
export async function builtin<T>(name: string): Promise<T | undefined> {
  try {
    const found = builtinNow<T>(name);
    if (found) return found;
    if (typeof proc?.versions?.node !== 'string') return undefined;
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as T;
  } catch {
    return undefined;
  }
}

/** A timer that does not keep the process alive. */
export function quietTimer(run: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1));
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

/** Waits for the work, but not for ever; keeps the process alive meanwhile. */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Not the wall clock: it must not jump. */
export const now = (): number => performance.now();

export const byteLength: (text: string) => number =
  typeof Buffer === 'function' ? Buffer.byteLength : (text) => text.length;
