/** A clock that stands still until it is told to move. */
export type ManualClock = {
  /** Epoch ms; bound, so that it can be handed on as `nowMs`. */
  now: () => number;
  set: (ms: number) => void;
  advance: (ms: number) => void;
};

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** 2026-01-05T00:00:00Z, a Monday: start of an hour, a day, and a week. */
export const MONDAY_MS = Date.UTC(2026, 0, 5);

export function manualClock(startMs = MONDAY_MS): ManualClock {
  let at = startMs;
  return {
    now: () => at,
    set: (ms) => {
      at = ms;
    },
    advance: (ms) => {
      at += ms;
    },
  };
}
