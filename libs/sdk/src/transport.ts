import { type Batch, type Body, textOf } from './batch.js';
import type { Config } from './config.js';
import { gzip } from './gzip.js';
import type { Refusal } from './report.js';
import { fateOf, retryAfterMs } from './retry.js';
import { quietTimer } from './runtime.js';
import type { ErrorCode, FetchAnswer, PlumblineOptions } from './types.js';
import { VERSION } from './version.js';

/** 10,000 refusals, the most that a server names, are a fraction of it. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

export interface Receipt {
  accepted: number;
  duplicates: number;
  rejected: Refusal[];
}

export type Verdict =
  | { fate: 'done'; receipt: Receipt }
  | { fate: 'retry'; code: ErrorCode; message: string; afterMs?: number; cause?: unknown }
  | Refused;
type Refused = { fate: 'settings' | 'split' | 'plain' | 'refuse'; code: ErrorCode; message: string };

/** Sends one batch once and says what became of it. Never throws. */
export class Transport {
  #gzip: boolean;
  readonly #config: Config;
  readonly #fetch: NonNullable<PlumblineOptions['fetch']>;

  constructor(config: Config, fetcher: PlumblineOptions['fetch']) {
    this.#config = config;
    this.#gzip = config.gzip;
    this.#fetch = typeof fetcher === 'function' ? fetcher : (url, init) => globalThis.fetch(url, init as RequestInit);
  }

  async send(batch: Batch, lines: readonly string[], stop: AbortSignal): Promise<Verdict> {
    const url = `${this.#config.url}/v1/${batch.kind}s`;
    const abort = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    const onStop = () => abort.abort(new Error('the client was closed'));
    stop.addEventListener('abort', onStop, { once: true });
    const { timeoutMs } = this.#config;
    const timer = quietTimer(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      batch.body ??= await this.#encode(lines);
      // a fetch that ignores the signal must not hold the place for ever
      const answer = this.#exchange(url, batch.body, batch.count, abort.signal);
      answer.catch(() => undefined);
      const verdict = await Promise.race([answer, aborted]);
      if (verdict.fate === 'plain') return this.#withoutGzip(batch, verdict);
      return verdict;
    } catch (error) {
      return { fate: 'retry', code: 'unreachable', message: `POST ${url}: ${reasonOf(error)}`, cause: error };
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    }
  }

  async #exchange(url: string, body: Body, count: number, signal: AbortSignal): Promise<Verdict> {
    const headers: Record<string, string> = {
      'content-type': 'application/x-ndjson',
      'user-agent': `plumbline-sdk-typescript/${VERSION}`,
    };
    if (this.#config.apiKey) headers.authorization = `Bearer ${this.#config.apiKey}`;
    if (body.encoding) headers['content-encoding'] = body.encoding;
    // A redirected POST arrives as a GET; better told than followed.
    const answer = await this.#fetch(url, { method: 'POST', headers, body: body.bytes, redirect: 'manual', signal });
    return verdictOf(url, answer, await textOfAnswer(answer), count);
  }

  async #encode(lines: readonly string[]): Promise<Body> {
    const text = textOf(lines);
    const bytes = this.#gzip ? await gzip(text).catch(() => undefined) : undefined;
    return bytes ? { bytes, encoding: 'gzip' } : { bytes: text, encoding: undefined };
  }

  /** 415: something between here and there does not take gzip. Once without tells whether that was it. */
  #withoutGzip(batch: Batch, verdict: Refused): Verdict {
    if (batch.body?.encoding === undefined) return { ...verdict, fate: 'refuse' };
    this.#gzip = false;
    batch.body = undefined;
    return verdict;
  }
}

function verdictOf(url: string, answer: FetchAnswer, text: string, count: number): Verdict {
  const { fate, code } = fateOf(answer.status);
  if (fate === 'done') {
    const receipt = receiptOf(text, count);
    if (receipt) return { fate, receipt };
    const message = `POST ${url}: answered ${answer.status} without a receipt; is this the address of Plumbline?`;
    return { fate: 'retry', code, message };
  }
  const detail = detailOf(text) ?? answer.headers.get('location') ?? '';
  const message = `POST ${url}: ${answer.status} ${detail}`.trim();
  if (fate !== 'retry') return { fate, code, message };
  return { fate, code, message, afterMs: retryAfterMs(answer.headers.get('retry-after'), Date.now()) };
}

/** Only what accounts for every event of the batch: anything else may have been said by somebody who did not read it. */
function receiptOf(text: string, count: number): Receipt | undefined {
  const { accepted, duplicates, rejected } = parse(text) ?? {};
  if (!isCount(accepted) || !isCount(duplicates) || !Array.isArray(rejected)) return undefined;
  const refusals = rejected.filter((entry) => typeof entry === 'object' && entry !== null) as Refusal[];
  const open = count - accepted - duplicates;
  // a long list is cut by the server
  const fits = refusals.length === 0 ? open === 0 : open >= refusals.length;
  return fits ? { accepted, duplicates, rejected: refusals } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** Whoever answers without end must not fill the memory. */
async function textOfAnswer(answer: FetchAnswer): Promise<string> {
  const stream = answer.body as ReadableStream<Uint8Array> | null | undefined;
  if (typeof stream?.getReader !== 'function') return answer.text();
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    if (bytes > ANSWER_BYTES_MAX) {
      reader.cancel().catch(() => undefined);
      throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** Problem details (RFC 9457), else the beginning of whatever came. */
function detailOf(text: string): string | undefined {
  const body = parse(text);
  const detail = body?.detail ?? body?.title;
  return typeof detail === 'string' ? detail : text.slice(0, 200).trim() || undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  const inner = (cause as { code?: unknown; message?: unknown } | undefined) ?? {};
  return String(inner.code ?? inner.message ?? (error as Error | undefined)?.message ?? error);
}
