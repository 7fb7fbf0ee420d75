import { type Batch, type Body, textOf } from './batch.js';
import type { Config } from './config.js';
import { gzip } from './gzip.js';
import type { Refusal } from './report.js';
import { fateOf, retryAfterMs } from './retry.js';
import { quietTimer } from './runtime.js';
import type { ErrorCode, FetchAnswer, PlumblineOptions } from './types.js';
import { VERSION } from './version.js';

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
    this.#fetch = fetcher ?? ((url, init) => globalThis.fetch(url, init as RequestInit));
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
      const answer = this.#exchange(url, batch.body, abort.signal);
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

  async #exchange(url: string, body: Body, signal: AbortSignal): Promise<Verdict> {
    const headers: Record<string, string> = {
      'content-type': 'application/x-ndjson',
      'user-agent': `plumbline-sdk-typescript/${VERSION}`,
    };
    if (this.#config.apiKey) headers.authorization = `Bearer ${this.#config.apiKey}`;
    if (body.encoding) headers['content-encoding'] = body.encoding;
    // A redirected POST arrives as a GET; better told than followed.
    const answer = await this.#fetch(url, { method: 'POST', headers, body: body.bytes, redirect: 'manual', signal });
    return verdictOf(url, answer, await answer.text());
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

function verdictOf(url: string, answer: FetchAnswer, text: string): Verdict {
  const { fate, code } = fateOf(answer.status);
  if (fate === 'done') {
    const receipt = receiptOf(text);
    if (receipt) return { fate, receipt };
    const message = `POST ${url}: answered ${answer.status} without a receipt; is this the address of Plumbline?`;
    return { fate: 'retry', code, message };
  }
  const detail = detailOf(text) ?? answer.headers.get('location') ?? '';
  const message = `POST ${url}: ${answer.status} ${detail}`.trim();
  if (fate !== 'retry') return { fate, code, message };
  return { fate, code, message, afterMs: retryAfterMs(answer.headers.get('retry-after'), Date.now()) };
}

function receiptOf(text: string): Receipt | undefined {
  const body = parse(text);
  if (typeof body?.accepted !== 'number') return undefined;
  return {
    accepted: body.accepted,
    duplicates: typeof body.duplicates === 'number' ? body.duplicates : 0,
    rejected: Array.isArray(body.rejected) ? (body.rejected.filter(Boolean) as Refusal[]) : [],
  };
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
