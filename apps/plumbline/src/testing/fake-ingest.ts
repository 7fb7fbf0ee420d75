import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type Received = { path: string; lines: string[]; gzip: boolean };
/** Answers a request instead of the default, which takes every line; `false`: the default after all. */
export type Script = (received: Received, response: ServerResponse, request: IncomingMessage) => boolean | undefined;

/** The way in of a server whose moods are scripted. */
export class FakeIngest {
  readonly received: Received[] = [];
  underWay = 0;
  mostUnderWay = 0;
  private constructor(
    private readonly http: Server,
    public script: Script,
  ) {}

  static async start(script: Script = () => false): Promise<FakeIngest> {
    const http = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => void fake.answer(request, Buffer.concat(parts), response));
    });
    const fake = new FakeIngest(http, script);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }
  get lines(): string[] {
    return this.received.flatMap(({ lines }) => lines);
  }
  close(): Promise<void> {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const gzip = request.headers['content-encoding'] === 'gzip';
    const text = (gzip ? gunzipSync(body) : body).toString('utf8');
    const received = { path: request.url ?? '', lines: text.split('\n').filter(Boolean), gzip };
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    // A turn of the loop, so that requests can meet.
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.underWay--;
    if (this.script(received, response, request)) return;
    this.received.push(received);
    json(response, 200, { accepted: received.lines.length, duplicates: 0, rejected: [] });
  }
}

/** Answers with JSON; returns true, so that a script can end with it. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
}
