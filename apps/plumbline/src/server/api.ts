import { Failure } from '../failure.js';
import type { Connection } from './connection.js';

export type Answer = { status: number; headers: Headers; text: string };
type Ask = { body?: string | Uint8Array; headers?: Record<string, string>; timeoutMs?: number; stop?: AbortSignal };

const TIMEOUT_MS = 30_000;

/** The server did not answer at all; `message` is the reason alone. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** One request and its whole answer; throws Unreachable if there is none in time. */
export async function ask(
  { url, key }: { url: string; key?: string },
  method: string,
  path: string,
  { body, headers = {}, timeoutMs = TIMEOUT_MS, stop }: Ask = {},
): Promise<Answer> {
  const abort = new AbortController();
  const onStop = () => abort.abort(new Error('stopped'));
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  stop?.addEventListener('abort', onStop, { once: true });
  try {
    stop?.throwIfAborted();
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), 'user-agent': 'plumbline-command', ...headers },
      body,
      // A redirected POST arrives as a GET; better told than followed.
      redirect: 'manual',
      signal: abort.signal,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw new Unreachable(reasonOf(abort.signal.aborted ? abort.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', onStop);
  }
}

/** `fetch failed` says nothing; its cause does. */
export function reasonOf(error: unknown): string {
  const { cause, code, message } = error as {
    cause?: { code?: string; message?: string };
    code?: string;
    message?: string;
  };
  return cause?.code ?? cause?.message ?? code ?? message ?? String(error);
}

/** JSON in, JSON out; every failure is one sentence that says what to do. */
export async function call<T>(connection: Connection, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await ask(connection, method, path, {
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch((error: unknown) => {
    if (error instanceof Unreachable) throw new Failure(notReached(connection.url, error.message));
    throw error;
  });
  if (answer.status < 200 || answer.status > 299) throw new Failure(refused(connection.url, answer));
  if (answer.text === '') return undefined as T;
  const parsed = parse(answer.text);
  if (parsed === undefined) throw new Failure(notPlumbline(connection.url, answer.status));
  return parsed as T;
}

export const notReached = (url: string, reason: string): string =>
  `${url} cannot be reached (${reason}). Is Plumbline running there? Start it with plumbline serve, or give --url.`;

export const notPlumbline = (url: string, status: number): string =>
  `${url} answered ${status}, but not as Plumbline does. Check --url.`;

/** What a refusal means for the person at the keyboard. */
export function refused(url: string, { status, headers, text }: Answer): string {
  const problem = parse(text) as { code?: string; detail?: string; title?: string } | undefined;
  const detail = problem?.detail ?? problem?.title;
  if (status === 401) return `${url} does not accept the key. Give another with --key or PLUMBLINE_API_KEY.`;
  if (status === 403) return `The key may not do this: ${detail ?? 'it lacks the scope'}`;
  if (status >= 300 && status < 400)
    return `${url} sends elsewhere (${headers.get('location') ?? status}). Give that address with --url.`;
  if (detail === undefined) return notPlumbline(url, status);
  return `${url} answered ${status}: ${detail}`;
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
