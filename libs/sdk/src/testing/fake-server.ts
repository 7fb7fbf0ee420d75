import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { WireEvent } from '../types.js';

export interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
  /** As it came over the wire. */
  raw: Buffer;
  text: string;
  events: WireEvent[];
  atMs: number;
}

/** What to do with one request: an answer, or the ways in which a network fails. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'accept'
  | 'hang'
  | 'stall'
  | 'reset'
  | 'accept-then-reset';

/** A server on loopback that speaks the Events part of the API and remembers what it has seen. */
export class FakeServer {
  readonly seen: Seen[] = [];
  readonly stored = new Map<string, WireEvent>();
  /** For the next requests, one each; afterwards `otherwise`. */
  readonly script: Reply[] = [];
  otherwise: Reply | ((seen: Seen) => Reply) = 'accept';
  /** Refuses single events: code and message, or nothing. */
  refuse: (event: WireEvent) => { code: string; message: string } | undefined = () => undefined;
  readonly #changed = new EventEmitter();
  readonly #server: Server;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<FakeServer> {
    const server = new FakeServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get events(): WireEvent[] {
    return [...this.stored.values()];
  }

  /** Resolves as soon as the condition holds; it is looked at after every request. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => this.#changed.once('request', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as WireEvent);
    const seen = { path: request.url ?? '', headers: request.headers, raw, text, events, atMs: Date.now() };
    this.seen.push(seen);
    const reply = this.script.shift() ?? (typeof this.otherwise === 'function' ? this.otherwise(seen) : this.otherwise);
    this.#answer(reply, seen, response);
    this.#changed.emit('request');
  }

  #answer(reply: Reply, seen: Seen, response: ServerResponse): void {
    if (reply === 'hang') return;
    if (reply === 'stall') return void response.writeHead(200).write('{"accepted":');
    const receipt = reply === 'accept' || reply === 'accept-then-reset' ? this.#store(seen) : undefined;
    if (reply === 'reset' || reply === 'accept-then-reset') {
      response.socket?.resetAndDestroy();
    } else if (reply === 'accept') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(receipt));
    } else {
      response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    }
  }

  #store({ path, events }: Seen): object {
    const receipt = { accepted: 0, duplicates: 0, rejected: [] as object[] };
    events.forEach((event, index) => {
      const problem = this.refuse(event);
      const key = `${path} ${event.prediction_id}`;
      if (problem) receipt.rejected.push({ index, prediction_id: event.prediction_id, ...problem });
      else if (this.stored.has(key)) receipt.duplicates++;
      else {
        receipt.accepted++;
        this.stored.set(key, event);
      }
    });
    return receipt;
  }
}
