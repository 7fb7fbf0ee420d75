/** After the last insert the engine goes on merging; CPU time is counted until here, on both sides of a comparison. */
export const SETTLE_MS = 3_000;
