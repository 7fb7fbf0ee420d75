/** Of a mutation that tells its error in its own place: no toast beside it. */
export const TOLD = { told: true } as const;
