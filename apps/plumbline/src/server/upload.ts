import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { finished, type Readable } from 'node:stream';
import { type Answer, reasonOf, Unreachable } from './api.js';
import type { Connection } from './connection.js';

/** The server profiles a large reference before it answers. */
const IDLE_MS = 10 * 60_000;

/** The body could not be read; the request is not to blame. */
export class BrokenBody extends Error {
  override name = 'BrokenBody';
}

/** Streams a body of any size; `fetch` gives up on uploads that take longer than five minutes. */
export function upload(
  { url, key }: Connection,
  path: string,
  { body, headers, stop }: { body: Readable; headers: Record<string, string>; stop: AbortSignal },
): Promise<Answer> {
  const target = new URL(`${url}${path}`);
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'user-agent': 'plumbline-command', ...headers },
      signal: stop,
    });
    const end = (work: () => void) => {
      body.destroy();
      work();
    };
    request.setTimeout(IDLE_MS, () => request.destroy(new Error(`nothing moved for ${IDLE_MS / 1000} s`)));
    request.on('error', (error) => end(() => reject(new Unreachable(reasonOf(error), { cause: error }))));
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      finished(response, (error) => {
        if (error) return end(() => reject(new Unreachable(reasonOf(error), { cause: error })));
        const given = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
        const answer = {
          status: response.statusCode ?? 0,
          headers: new Headers(given),
          text: Buffer.concat(parts).toString('utf8'),
        };
        end(() => resolve(answer));
        // An answer before the end of the body: the rest is not wanted.
        if (!request.writableFinished) request.destroy();
      });
    });
    body.on('error', (error) => {
      reject(new BrokenBody(error.message, { cause: error }));
      request.destroy();
    });
    body.pipe(request);
  });
}
