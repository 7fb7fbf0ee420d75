import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ingestAnswer, rejection } from '@plumbline/contracts';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { type Answer, ask, notPlumbline, parse, refused, Unreachable } from '../server/api.js';
import type { Connection } from '../server/connection.js';
import type { Passing, Patience } from '../server/patience.js';
import { isPassing, retryAfterMs } from '../server/retry.js';
import type { Kind, Row } from './rows.js';

const compress = promisify(gzip);
const REQUEST_MS = 120_000;

/** The answer of the API. A newer server may know more codes than this command. */
const answerSchema = ingestAnswer.extend({ rejected: z.array(rejection.extend({ code: z.string() })) });
/** What became of rows; indexes of `rejected` count within them. */
export type Taken = z.infer<typeof answerSchema>;

/** Ctrl-C, or a failure elsewhere: what is under way is given up. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** Sends rows until they are taken or refused. A retry is harmless, because the server knows what it has. */
export class Sender {
  #gzip = true;

  constructor(
    private readonly connection: Connection,
    private readonly kind: Kind,
    private readonly patience: Patience,
    private readonly stop: AbortSignal,
  ) {}

  async send(rows: readonly Row[]): Promise<Taken> {
    if (rows.length === 0) return { accepted: 0, duplicates: 0, rejected: [] };
    const text = rows.map((row) => row.text).join('\n');
    for (;;) {
      if (this.stop.aborted) throw new Stopped();
      const verdict = await this.#once(text, rows.length);
      if (verdict === 'too_large') return this.#inHalves(rows);
      if (verdict === 'plain') this.#gzip = false;
      else if ('why' in verdict) await this.patience.wait(verdict);
      else {
        this.patience.succeeded();
        return verdict;
      }
    }
  }

  async #once(text: string, count: number): Promise<Taken | Passing | 'too_large' | 'plain'> {
    const gzipped = this.#gzip;
    const answer = await ask(this.connection, 'POST', `/v1/${this.kind}`, {
      body: gzipped ? await compress(text, { level: 1 }) : text,
      headers: { 'content-type': 'application/x-ndjson', ...(gzipped ? { 'content-encoding': 'gzip' } : {}) },
      timeoutMs: REQUEST_MS,
      stop: this.stop,
    }).catch((error: unknown): Passing => {
      if (this.stop.aborted) throw new Stopped();
      if (error instanceof Unreachable) return { why: error.message, afterMs: 0, away: true };
      throw error;
    });
    if ('why' in answer) return answer;
    return this.#read(answer, count, gzipped);
  }

  #read(answer: Answer, count: number, gzipped: boolean): Taken | Passing | 'too_large' | 'plain' {
    const { url } = this.connection;
    const { status } = answer;
    if (status === 200) {
      const read = answerSchema.safeParse(parse(answer.text));
      if (!read.success) throw new Failure(notPlumbline(url, status));
      const { accepted, duplicates, rejected } = read.data;
      if (accepted + duplicates + rejected.length !== count)
        throw new Failure(
          `${url} answered for ${accepted + duplicates + rejected.length} of ${count} rows. Check --url.`,
        );
      return read.data;
    }
    if (isPassing(status)) {
      const afterMs = retryAfterMs(answer.headers.get('retry-after'), Date.now());
      return { why: refused(url, answer).replace(`${url} `, ''), afterMs, away: false };
    }
    if (status === 413) return 'too_large';
    // Something between here and there may not take gzip; once without tells.
    if (status === 415 && gzipped) return 'plain';
    throw new Failure(refused(url, answer));
  }

  /** 413: a proxy or the server takes less than usual. */
  async #inHalves(rows: readonly Row[]): Promise<Taken> {
    if (rows.length === 1) {
      return {
        accepted: 0,
        duplicates: 0,
        rejected: [{ index: 0, code: 'too_large', message: 'The server takes no row this large.' }],
      };
    }
    const middle = rows.length >> 1;
    const first = await this.send(rows.slice(0, middle));
    const second = await this.send(rows.slice(middle));
    return {
      accepted: first.accepted + second.accepted,
      duplicates: first.duplicates + second.duplicates,
      rejected: [...first.rejected, ...second.rejected.map((r) => ({ ...r, index: r.index + middle }))],
    };
  }
}
