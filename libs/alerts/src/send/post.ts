import http, { type RequestOptions } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { VendorRequest } from '../render/request.js';
import { classify, type Exchange, type PostResult } from './classify.js';
import { checkTarget, type Resolver, type Target, TargetRefused } from './guard.js';
import { redact } from './redact.js';

export type PostOptions = {
  /** Networks (CIDR) that may be reached although they are private: `PLUMBLINE_ALLOW_PRIVATE_TARGETS`. */
  allowPrivate: readonly string[];
  /** For everything together: resolving, connecting, sending and reading. Default 10 s. */
  timeoutMs?: number;
  /** Ends the attempt early (shutdown); it counts as not sent. */
  signal?: AbortSignal;
  nowMs?: () => number;
  resolve?: Resolver;
};
export type Post = (request: VendorRequest, options: PostOptions) => Promise<PostResult>;

const BODY_BYTES_MAX = 512 * 1024;
const TIMEOUT_MS = 10_000;

/** One POST, judged. Never throws: what cannot be sent is an outcome too. */
export const post: Post = async (request, options) => {
  const exchange = await attempt(request, options);
  const nowMs = options.nowMs?.() ?? Date.now();
  if (exchange.kind === 'answered')
    return classify({ ...exchange, body: redact(exchange.body, request.secrets) }, nowMs, request.read);
  return classify({ ...exchange, why: redact(exchange.why, request.secrets) }, nowMs);
};

async function attempt(request: VendorRequest, options: PostOptions): Promise<Exchange> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const stop = new AbortController();
  const onAbort = () => stop.abort('stopped before an answer came');
  const timer = setTimeout(() => stop.abort(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const target = await unlessStopped(checkTarget(request.url, options.allowPrivate, options.resolve), stop.signal);
    return await exchangeWith(target, request, stop.signal);
  } catch (error) {
    // A URIError is a user name or password in the address that is not properly encoded.
    if (error instanceof TargetRefused || error instanceof URIError) return { kind: 'refused', why: error.message };
    return { kind: 'failed', why: stop.signal.aborted ? String(stop.signal.reason) : reason(error) };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function exchangeWith({ url, addresses }: Target, request: VendorRequest, signal: AbortSignal): Promise<Exchange> {
  const lookup: LookupFunction = (_hostname, { all }, callback) => {
    if (all) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
  const body = Buffer.from(request.body);
  const options: RequestOptions & { autoSelectFamilyAttemptTimeout: number } = {
    ...urlToHttpOptions(url),
    method: 'POST',
    headers: { ...request.headers, 'content-length': body.length },
    // No agent: a kept-alive connection would be one to an address checked for somebody else's request.
    agent: false,
    lookup,
    // Node's 250 ms for each of several addresses is less than a handshake across an ocean on a bad day.
    autoSelectFamilyAttemptTimeout: 2000,
    signal,
  };
  return new Promise((resolve, reject) => {
    let head: { status: number; retryAfter?: string; location?: string } | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Once the status line is here the vendor has decided; what happens to the rest of the body does not change that,
    // and sending again would page twice.
    const finish = (error?: unknown) => {
      if (!head) reject(error ?? new Error('the connection was closed before an answer came'));
      else resolve({ kind: 'answered', ...head, body: Buffer.concat(chunks).toString('utf8') });
      outgoing.destroy();
    };
    const outgoing = (url.protocol === 'https:' ? https : http).request(options, (answer) => {
      const { 'retry-after': retryAfter, location } = answer.headers;
      head = { status: answer.statusCode ?? 0, retryAfter, location };
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, BODY_BYTES_MAX - bytes));
        bytes += chunk.length;
        if (bytes >= BODY_BYTES_MAX) finish();
      });
      answer.on('end', finish).on('error', finish).on('close', finish);
    });
    outgoing.on('error', finish).on('close', () => finish());
    outgoing.end(body);
  });
}

/** What Node says about a broken connection; `AggregateError` (all addresses failed) has only a code. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const text = error.message || (error instanceof AggregateError && error.errors[0]?.message) || error.name;
  return code && !text.includes(code) ? `${code}: ${text}` : text;
}
