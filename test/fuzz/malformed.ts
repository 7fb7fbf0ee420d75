import { gzipSync } from 'node:zlib';
import type { Dice } from './dice.js';

/** A request that is none: what is sent, and the only answers it may get. */
export type Malformed = {
  name: string;
  bytes: Buffer;
  type: string;
  encoding?: string;
  key?: string;
  statuses: readonly number[];
};

const EVENT = '{"model":"fz-binary","prediction_id":"never","prediction":{"score":"no number"}}';
const LINES = `${EVENT}\n`.repeat(200);
const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const plain = (text: string, statuses: readonly number[], type = JSON_TYPE): Malformed => ({
  name: `${type}: ${text.slice(0, 40)}`,
  bytes: Buffer.from(text),
  type,
  statuses,
});
const packed = (name: string, bytes: Buffer, status: number, type = JSON_TYPE, encoding = 'gzip'): Malformed => ({
  name,
  bytes,
  type,
  encoding,
  statuses: [status],
});

const BODIES = [
  ...['', ' ', '{', '{"events":[', `{"events":[${EVENT}`, `{"events":[${EVENT},]}`, `${EVENT}${EVENT}`, 'NaN'],
  ...['[]', `[${EVENT}]`, 'null', '12', '"x"', 'true', '\u0000', '{"events":5}', '{"events":{}}', '{"events":null}'],
  ...['{"events":"[]"}', `{"events":${EVENT}}`, `{'events':[]}`, '<events/>', '['.repeat(50_000)],
];
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ 0xff;
  return copy;
};
const zipped = gzipSync(LINES);
const CHEAP: Malformed[] = [
  ...BODIES.map((text) => plain(text, [400])),
  ...['text/csv', 'text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/octet-stream'].map(
    (type) => plain(EVENT, [415], type),
  ),
  packed('gzip that is none', Buffer.from(EVENT), 400),
  packed('lines as gzip that are none', Buffer.from(LINES), 400, NDJSON),
  packed('gzip cut short', zipped.subarray(0, 60), 400),
  packed('gzip of lines cut short', zipped.subarray(0, -20), 400, NDJSON),
  packed('gzip without its end', zipped.subarray(0, -4), 400, NDJSON),
  packed('gzip with a wrong sum', flipped(zipped, zipped.length - 6), 400, NDJSON),
  packed('gzip with a wrong head', flipped(zipped, 0), 400, NDJSON),
  packed('gzip of nothing', Buffer.alloc(0), 400),
  packed('an encoding nobody has', Buffer.from(EVENT), 415, JSON_TYPE, 'br'),
  packed('an encoding nobody knows', Buffer.from(EVENT), 415, NDJSON, 'sdch'),
  { ...plain(EVENT, [401]), name: 'a key nobody has', key: 'plk_nobody' },
];

const TOO_LARGE = 16 * 1024 * 1024 + 1;
/** Large ones are made when they are needed. */
const DEAR: (() => Malformed)[] = [
  () => packed('a zip bomb', gzipSync(Buffer.alloc(200 * 1024 * 1024, ' ')), 413),
  () => packed('a zip bomb of one line', gzipSync(Buffer.alloc(200 * 1024 * 1024, 'x')), 413, NDJSON),
  () => packed('a zip bomb in a zip', gzipSync(gzipSync(Buffer.alloc(50 * 1024 * 1024))), 400),
  () => ({ ...plain(EVENT.padEnd(TOO_LARGE), [413]), name: 'one byte too much' }),
  () => ({ ...plain(`${EVENT}\n`.repeat(TOO_LARGE / EVENT.length), [413], NDJSON), name: 'lines without end' }),
];

export const malformed = (dice: Dice): Malformed => (dice.chance(0.02) ? dice.pick(DEAR)() : dice.pick(CHEAP));
