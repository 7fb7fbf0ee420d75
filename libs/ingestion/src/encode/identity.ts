import { hash } from 'node:crypto';

/** 64 bits of a digest, as two words. */
export type Key = { high: number; low: number };

/** Between parts that cannot hold it; versions, ids and labels may hold anything, so their length goes before. */
const SEP = '\u0000';
const word = (digest: string, at: number): number =>
  ((digest.charCodeAt(at) << 24) |
    (digest.charCodeAt(at + 1) << 16) |
    (digest.charCodeAt(at + 2) << 8) |
    digest.charCodeAt(at + 3)) >>>
  0;
const key = (text: string): Key => {
  const digest = hash('sha1', text, 'binary');
  return { high: word(digest, 0), low: word(digest, 4) };
};

/** What was said, in 53 bits: exact as a number here and as UInt64 in the store. */
export function fingerprint(said: Buffer | string): number {
  const digest = hash('sha1', said, 'binary');
  return (word(digest, 0) >>> 11) * 0x1_0000_0000 + word(digest, 4);
}

export const predictionKey = (projectId: string, model: string, version: string, predictionId: string): Key =>
  key(`p${SEP}${projectId}${SEP}${model}${SEP}${version.length}${SEP}${version}${predictionId}`);

/** The identity of an outcome is everything it says: the same id, time and label again is a duplicate, anything else is news. */
export const outcomeKey = (projectId: string, model: string, predictionId: string, ts: number, label: string): Key =>
  key(`o${SEP}${projectId}${SEP}${model}${SEP}${predictionId.length}${SEP}${predictionId}${ts}${SEP}${label}`);

/** Under this key memory keeps the last label of an id, to recognise a repeated outcome that came without a time. */
export const lastLabelKey = (projectId: string, model: string, predictionId: string): Key =>
  key(`l${SEP}${projectId}${SEP}${model}${SEP}${predictionId}`);
