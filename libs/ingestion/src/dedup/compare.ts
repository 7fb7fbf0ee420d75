import type { Row } from '../encode/row.js';

/** What was said under an identity, and when; null is a time that was not given. */
export type Said = Pick<Row, 'payload' | 'givenTs'>;

/** Same identity: is it the same event again, or another payload? An absent time takes no part. */
export const compare = (row: Said, known: Said): 'duplicate' | 'conflict' =>
  row.payload === known.payload && (row.givenTs === null || known.givenTs === null || row.givenTs === known.givenTs)
    ? 'duplicate'
    : 'conflict';
