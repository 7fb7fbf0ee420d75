import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, accept, broken, rateLimited, type Vendor, vendorOf } from './answers.js';
import type { SlackApiMessage } from './slackApi.js';

export type RecordedRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Parsed if it is JSON, else the text. */
  body: unknown;
  /** The bytes as text: what a signature is made over. */
  raw: string;
  /** Epoch milliseconds. */
  at: number;
  /** The vendor did what it was asked, whether or not it said so. */
  taken: boolean;
};

export type Behaviour =
  | 'ok'
  /** 500, in the vendor's words. */
  | 'error'
  /** Takes the request and never answers. */
  | 'hang'
  /** Takes the request and closes the connection. */
  | 'close'
  /** Does what was asked and closes the connection before it says so. */
  | 'swallow'
  /** Does what was asked and never says so. */
  | 'silent'
  | { rateLimited: number | string }
  /** A byte at a time, without end: of the answer's head, or of the body after a 200. */
  | { trickle: 'head' | 'body'; everyMs?: number }
  | { redirect: string; status?: number }
  | { status: number; headers?: Record<string, string>; body?: string }
  /** 200 with a body of this many bytes; `Infinity` goes on until the client leaves. */
  | { huge: number };

export type FakeVendor = {
  /** `http://127.0.0.1:PORT`; the base for PagerDuty. */
  url: string;
  port: number;
  /** A Slack webhook address on it. */
  slackUrl: string;
  /** The base of Slack's Web API on it, for channels with a token. */
  slackApiUrl: string;
  requests: RecordedRequest[];
  /** What channels of that API show, oldest first. */
  messages: SlackApiMessage[];
  /** The next requests are treated so, one each; after that `otherwise`. */
  script: (...behaviours: Behaviour[]) => void;
  otherwise: (behaviour: Behaviour) => void;
  /** The same, decided for each request. */
  treat: (choose: (request: RecordedRequest) => Behaviour) => void;
  /** Resolves when the requests so far are what is waited for; fails with what did arrive. */
  waitFor: (predicate: (requests: RecordedRequest[]) => boolean, timeoutMs?: number) => Promise<RecordedRequest[]>;
  clear: () => void;
  /** Connections that hang are cut. */
  close: () => Promise<void>;
};

/**
 * Slack, PagerDuty and any webhook on a loopback port. The path tells which: `/services/…` is Slack, `/api/…` its
 * Web API, `/v2/enqueue` PagerDuty, everything else a webhook; `vendor` makes it one of them whatever the path.
 */
export async function startFakeVendor(options: { vendor?: Vendor; script?: Behaviour[] } = {}): Promise<FakeVendor> {
  const requests: RecordedRequest[] = [];
  const messages: SlackApiMessage[] = [];
  const script = [...(options.script ?? [])];
  const waiting = new Set<() => void>();
  let choose: (request: RecordedRequest) => Behaviour = () => 'ok';

  const server = createServer(async (incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    const raw = await readAll(incoming).catch(() => null);
    // A client that left before its request was complete has sent nothing.
    if (raw === null) return;
    const request = record(incoming, raw);
    requests.push(request);
    const behaviour = script.shift() ?? choose(request);
    request.taken = takes(behaviour);
    for (const look of [...waiting]) look();
    behave(behaviour, options.vendor ?? vendorOf(request.path), request, outgoing, messages);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    port,
    slackUrl: `${url}/services/T00000000/B00000000/fakeSlackWebhookToken123`,
    slackApiUrl: `${url}/api`,
    requests,
    messages,
    script: (...behaviours) => void script.push(...behaviours),
    otherwise: (behaviour) => {
      choose = () => behaviour;
    },
    treat: (by) => {
      choose = by;
    },
    waitFor: (predicate, timeoutMs = 5000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!predicate(requests)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(requests);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          const seen = requests.map((r) => `${r.method} ${r.path} ${r.raw.slice(0, 200)}`).join('\n') || 'nothing';
          reject(new Error(`not seen within ${timeoutMs} ms; ${requests.length} requests arrived:\n${seen}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
    clear: () => {
      requests.length = 0;
      messages.length = 0;
      script.length = 0;
      choose = () => 'ok';
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function record(incoming: IncomingMessage, raw: string): RecordedRequest {
  let body: unknown = raw;
  try {
    body = JSON.parse(raw);
  } catch {}
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([key, value]) => [key, String(value)]));
  return { method: incoming.method ?? '', path: incoming.url ?? '', headers, body, raw, at: Date.now(), taken: false };
}

const takes = (behaviour: Behaviour): boolean =>
  behaviour === 'ok' ||
  behaviour === 'swallow' ||
  behaviour === 'silent' ||
  (typeof behaviour === 'object' && ('huge' in behaviour || ('trickle' in behaviour && behaviour.trickle === 'body')));

function behave(
  behaviour: Behaviour,
  vendor: Vendor,
  request: RecordedRequest,
  outgoing: ServerResponse,
  messages: SlackApiMessage[],
): void {
  const send = ({ status, headers, body }: Answer) => outgoing.writeHead(status, headers).end(body);
  if (behaviour === 'ok') send(accept(vendor, request, messages));
  else if (behaviour === 'swallow') {
    accept(vendor, request, messages);
    outgoing.socket?.destroy();
  } else if (behaviour === 'silent') accept(vendor, request, messages);
  else if (behaviour === 'error') send(broken(vendor));
  else if (behaviour === 'hang') return;
  else if (behaviour === 'close') outgoing.socket?.destroy();
  else if ('rateLimited' in behaviour) send(rateLimited(vendor, behaviour.rateLimited));
  else if ('redirect' in behaviour)
    send({ status: behaviour.status ?? 302, headers: { location: behaviour.redirect }, body: '' });
  else if ('huge' in behaviour) pour(behaviour.huge, outgoing);
  else if ('trickle' in behaviour) trickle(behaviour.trickle, behaviour.everyMs ?? 20, outgoing);
  else send({ status: behaviour.status, headers: behaviour.headers ?? {}, body: behaviour.body ?? '' });
}

function pour(bytes: number, outgoing: ServerResponse): void {
  let left = bytes;
  const more = () => {
    let free = true;
    while (free && left > 0) {
      const size = Math.min(left, 65_536);
      left -= size;
      free = outgoing.write('x'.repeat(size)) && !outgoing.destroyed;
    }
    if (left <= 0) outgoing.end();
  };
  outgoing.writeHead(200).on('drain', more);
  more();
}

function trickle(part: 'head' | 'body', everyMs: number, outgoing: ServerResponse): void {
  const { socket } = outgoing;
  socket?.on('error', () => undefined);
  if (part === 'body') outgoing.writeHead(200).flushHeaders();
  else socket?.write('HTTP/1.1 200 OK\r\nX-Slow: ');
  const timer = setInterval(() => (part === 'body' ? outgoing.write('.') : socket?.write('.')), everyMs);
  socket?.on('close', () => clearInterval(timer));
}
