/** The wire form of a time. */
export const iso = (ms: number): string => new Date(ms).toISOString();
