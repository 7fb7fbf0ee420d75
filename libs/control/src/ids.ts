import { v7 } from 'uuid';

/** Time-ordered ids: rows come back in the order in which they were made. */
export const newId = (): string => v7();
