import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../server/connection.js';
import type { Totals } from './ledger.js';

const rejectedRow = z.object({
  line: z.number(),
  prediction_id: z.string().optional(),
  code: z.string(),
  message: z.string(),
});
const saved = z.object({
  format: z.literal(1),
  file: z.string(),
  totals: z.object({
    rows: z.number(),
    accepted: z.number(),
    duplicates: z.number(),
    unlabelled: z.number(),
    rejected: z.record(z.string(), z.object({ count: z.number(), examples: z.array(rejectedRow) })),
  }),
  rejectsBytes: z.number(),
});
export type Saved = { totals: Totals; rejectsBytes: number };

const SAVE_EVERY_MS = 200;
const FORGET_AFTER_MS = 30 * 86_400_000;

/** Where unfinished imports are remembered. */
export const stateFolder = (env: Environment): string =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'plumbline', 'imports');

/**
 * Remembers how far an import came, so that the same command goes on from there: the same file (with its size and time of
 * change), target and meaning. Losing this costs nothing but time, because the server recognises what it has.
 */
export class Resume {
  readonly #path: string;
  readonly #file: string;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #usable = true;

  constructor(folder: string, file: { path: string }, identity: unknown) {
    this.#file = file.path;
    const name = createHash('sha256')
      .update(JSON.stringify([file, identity]))
      .digest('hex')
      .slice(0, 32);
    this.#path = join(folder, `${name}.json`);
    try {
      mkdirSync(folder, { recursive: true });
      forgetOld(folder);
    } catch {
      this.#usable = false;
    }
  }

  load(): Saved | undefined {
    try {
      const { totals, rejectsBytes } = saved.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      return totals.rows > 0 ? { totals, rejectsBytes } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Called after every entry; writes at most a few times a second unless `now` is asked. Whether it is kept at all. */
  save(state: Saved, nowMs: number, now = false): boolean {
    if (!this.#usable || (!now && nowMs - this.#savedAtMs < SAVE_EVERY_MS)) return this.#usable;
    try {
      const half = `${this.#path}.${process.pid}`;
      writeFileSync(half, JSON.stringify({ format: 1, file: this.#file, ...state }));
      renameSync(half, this.#path);
      this.#savedAtMs = nowMs;
    } catch {
      this.#usable = false;
    }
    return this.#usable;
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Imports that nobody took up again. */
function forgetOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/^[0-9a-f]{32}\.json/.test(name) && Date.now() - statSync(path).mtimeMs > FORGET_AFTER_MS)
      rmSync(path, { force: true });
  }
}
