import { ApiError } from './problem';

type Asked = { method: 'GET' | 'POST'; path: string; body?: unknown };
type Waiting = Asked & {
  signal?: AbortSignal;
  resolve: (body: unknown) => void;
  reject: (error: unknown) => void;
};

/** What one picture of the page asks comes within a few milliseconds of each other; when it opens, the frame asks before the page. */
const GATHER_MS = 4;
const OPENING_MS = 20;
const TOGETHER_MAX = 40;
let waiting: Waiting[] = [];
let opening = !globalThis.plumblineFirst;

/** What the document asked before there were scripts (`AskFirst`), by path; an answer is for whoever asks for it first. */
type First = { paths: string[]; answer: Promise<Response> };
declare global {
  var plumblineFirst: First | undefined;
}
const FIRST_MS = 10_000;
let early: Map<string, Promise<unknown>> | undefined;

/** Asks together with whatever else is asked at this moment: one request for all that a page needs. */
export function ask(asked: Asked, signal?: AbortSignal): Promise<unknown> {
  early ??= takeFirst(globalThis.plumblineFirst);
  const known = asked.method === 'GET' ? early.get(asked.path) : undefined;
  if (known) {
    early.delete(asked.path);
    return known;
  }
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(flush, opening ? OPENING_MS : GATHER_MS);
    waiting.push({ ...asked, signal, resolve, reject });
    if (waiting.length === TOGETHER_MAX) flush();
  });
}

function flush(): void {
  opening = false;
  const all = waiting.filter(({ signal }) => !signal?.aborted);
  for (const { signal, reject } of waiting) if (signal?.aborted) reject(signal.reason);
  waiting = [];
  if (all.length > 0) void send(all);
}

async function send(all: Waiting[]): Promise<void> {
  const open = new Set(all);
  const gone = new AbortController();
  for (const one of all)
    one.signal?.addEventListener('abort', () => {
      if (open.delete(one)) one.reject(one.signal?.reason);
      if (open.size === 0) gone.abort();
    });
  const answer = fetch('/api/v1/batch', {
    method: 'POST',
    signal: gone.signal,
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests: all.map(({ method, path, body }) => ({ method, path: `/v1${path}`, body })) }),
  });
  await handOut(all, open, answer, gone.signal);
}

function takeFirst(first: First | undefined): Map<string, Promise<unknown>> {
  const found = new Map<string, Promise<unknown>>();
  if (!first) return found;
  const all = first.paths.map((path) => {
    const { promise, resolve, reject } = deferred();
    // Of what nobody asks for a failure is nobody's.
    promise.catch(() => {});
    found.set(path, promise);
    return { resolve, reject };
  });
  void handOut(all, new Set(all), first.answer);
  setTimeout(() => found.clear(), FIRST_MS);
  return found;
}

type Taker = Pick<Waiting, 'resolve' | 'reject'>;
const deferred = (): Taker & { promise: Promise<unknown> } => {
  let taker!: Taker;
  const promise = new Promise<unknown>((resolve, reject) => {
    taker = { resolve, reject };
  });
  return { ...taker, promise };
};

/** Each of those who are still `open` gets its line, or what became of the request. */
async function handOut<T extends Taker>(
  all: readonly T[],
  open: Set<T>,
  answer: Promise<Response>,
  gone?: AbortSignal,
): Promise<void> {
  try {
    const response = await answer;
    if (!response.ok || !response.body) throw await ApiError.of(response);
    for await (const line of linesOf(response.body)) {
      const { index, status, body } = JSON.parse(line) as { index: number; status: number; body: unknown };
      const one = all[index];
      if (!one || !open.delete(one)) continue;
      if (status >= 200 && status < 300) one.resolve(body);
      else one.reject(ApiError.from(status, body));
    }
    throw ApiError.unreachable();
  } catch (error) {
    const told = error instanceof ApiError || gone?.aborted ? error : ApiError.unreachable();
    for (const one of open) one.reject(told);
  }
}

/** The lines of a body, as they come. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split('\n');
    rest = parts.pop()!;
    for (const part of parts) if (part) yield part;
  }
  if (rest) yield rest;
}
