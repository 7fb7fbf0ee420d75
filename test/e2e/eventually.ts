type Options = {
  withinMs?: number;
  everyMs?: number;
  what?: string;
  /** Stops waiting at once when it can never become true. */
  giveUpOn?: () => boolean;
};

/**
 * Asks again and again until the answer is truthy, and returns it. An assertion that fails counts as "not yet"; at the deadline
 * its message is the reason.
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  { withinMs = 60_000, everyMs = 150, what = 'the condition', giveUpOn }: Options = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + withinMs;
  let reason: unknown = 'it stayed false';
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer as Exclude<T, false | null | undefined>;
    } catch (error) {
      reason = error;
      if (giveUpOn?.()) throw error;
    }
    if (Date.now() >= deadline)
      throw new Error(
        `Waited ${withinMs} ms for ${what}, in vain: ${reason instanceof Error ? reason.message : reason}`,
        { cause: reason },
      );
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
