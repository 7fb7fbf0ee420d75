import { gzipSync } from 'node:zlib';
import { eventually } from './eventually.js';

/** A JSON document whose shape the test knows from the wire contract. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers as a user's script would, without types of ours
export type Json = any;
export type Answer = { status: number; headers: Headers; body: Json; text: string };
export type Ingested = { accepted: number; duplicates: number; rejected: { index: number; code: string }[] };
type Send = { type?: string; encoding?: string; headers?: Record<string, string> };

const LINES_AT_ONCE = 20_000;

/** The wire contract and nothing else. */
export class Client {
  constructor(
    readonly url: string,
    private readonly key: string | null,
  ) {}

  async request(method: string, path: string, body?: string | Buffer, send: Send = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.key === null ? {} : { authorization: `Bearer ${this.key}` }),
        ...(body === undefined || send.type === '' ? {} : { 'content-type': send.type ?? 'application/json' }),
        ...(send.encoding ? { 'content-encoding': send.encoding } : {}),
        ...send.headers,
      },
      ...(body === undefined ? {} : { body: body as BodyInit }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parse(text), text };
  }

  get = (path: string) => this.request('GET', path);
  delete = (path: string) => this.request('DELETE', path);
  put = (path: string, body: unknown) => this.request('PUT', path, JSON.stringify(body));
  post = (path: string, body: unknown = {}) => this.request('POST', path, JSON.stringify(body));

  /** The body of an answer that has to be a 2xx. */
  async ok(asked: Promise<Answer>): Promise<Json> {
    const answer = await asked;
    if (answer.status < 200 || answer.status > 299) throw new Error(`${answer.status}: ${answer.text.slice(0, 500)}`);
    return answer.body;
  }

  ask = (model: string, question: string, body: unknown): Promise<Json> =>
    this.ok(this.post(`/v1/models/${model}/${question}`, body));
  model = (model: string): Promise<Json> => this.ok(this.get(`/v1/models/${model}`));

  /** Events as gzipped NDJSON in big bodies; the answers summed up. */
  async send(kind: 'predictions' | 'outcomes', events: readonly object[], gzip = true): Promise<Ingested> {
    const sum: Ingested = { accepted: 0, duplicates: 0, rejected: [] };
    for (let i = 0; i < events.length; i += LINES_AT_ONCE) {
      const lines = ndjson(events.slice(i, i + LINES_AT_ONCE));
      const answer: Ingested = await this.ok(
        this.request('POST', `/v1/${kind}`, gzip ? gzipSync(lines, { level: 1 }) : lines, {
          type: 'application/x-ndjson',
          encoding: gzip ? 'gzip' : undefined,
        }),
      );
      sum.accepted += answer.accepted;
      sum.duplicates += answer.duplicates;
      sum.rejected.push(...answer.rejected.map((r) => ({ ...r, index: r.index + i })));
    }
    return sum;
  }
  predictions = (events: readonly object[]) => this.send('predictions', events);
  outcomes = (events: readonly object[]) => this.send('outcomes', events);

  /** Waits until this many predictions of the model have a label, and returns the label counters. */
  joined(model: string, count: number, withinMs = 90_000): Promise<Json> {
    return eventually(
      async () => {
        const { labels } = await this.model(model);
        if (labels.joined !== count) throw new Error(`${JSON.stringify(labels)}, wanted ${count} joined`);
        return labels;
      },
      { withinMs, what: `${count} labels of ${model}`, everyMs: 250 },
    );
  }
}

export const ndjson = (events: readonly object[]): string => events.map((e) => JSON.stringify(e)).join('\n');

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
