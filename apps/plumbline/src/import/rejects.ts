import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { WrongUse } from '../failure.js';
import { reasonOf } from '../server/api.js';
import type { RejectedRow } from './ledger.js';
import type { Row } from './rows.js';

/** Where rejected rows go: NDJSON with the reason and the event, so that they can be mended and imported again. */
export type Rejects = {
  write(rejected: readonly { row: Row; told: RejectedRow }[]): void;
  bytes(): number;
  close(): void;
};

/** Goes on behind `bytes` of an interrupted import; what that one wrote later is written again. */
export function openRejects(path: string | undefined, bytes: number): Rejects {
  if (path === undefined) return { write() {}, bytes: () => 0, close() {} };
  let file: number;
  try {
    file = openSync(path, bytes > 0 ? 'r+' : 'w');
    ftruncateSync(file, bytes);
  } catch (error) {
    throw new WrongUse(`${path} cannot be written (${reasonOf(error)}): choose another file with --rejects.`);
  }
  let written = bytes;
  return {
    write(rejected) {
      if (rejected.length === 0) return;
      const lines = Buffer.from(
        rejected.map(({ row, told }) => `${JSON.stringify({ ...told, event: eventIn(row) })}\n`).join(''),
      );
      writeSync(file, lines, 0, lines.length, written);
      written += lines.length;
    },
    bytes: () => written,
    close: () => closeSync(file),
  };
}

/** The event as JSON if it is JSON, otherwise as it stands in the input. */
function eventIn({ text }: Row): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
