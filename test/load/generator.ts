// Runs in a process of its own: sends predictions and reports, as one line of JSON, what the server did with them.
import http from 'node:http';
import { Body } from './events.js';

export type Order = {
  url: string;
  key: string;
  model: string;
  seconds?: number;
  events?: number;
  /** Events a second over all connections; without it as fast as the server answers. */
  rate?: number;
  connections: number;
  perBody: number;
};
export type Report = { events: number; seconds: number; refused: number; failed: number; ackedMs: number[] };

const BODIES = 4;
const SAMPLES_MAX = 200_000;

async function send(order: Order): Promise<Report> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: order.connections });
  const url = new URL('/v1/predictions', order.url);
  const post = (body: Buffer) =>
    new Promise<number>((resolve, reject) => {
      const request = http.request(
        url,
        {
          method: 'POST',
          agent,
          timeout: 60_000,
          headers: {
            authorization: `Bearer ${order.key}`,
            'content-type': 'application/x-ndjson',
            'content-length': body.length,
          },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer within 60 s')));
      request.on('error', reject);
      request.end(body);
    });

  const bodies = Array.from({ length: order.connections }, (_, n) =>
    Array.from({ length: BODIES }, (_, i) => new Body(order.perBody, order.model, n * BODIES + i)),
  );
  const report: Report = { events: 0, seconds: 0, refused: 0, failed: 0, ackedMs: [] };
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let planned = 0;
  const goesOn = () =>
    (order.seconds === undefined || elapsed() < order.seconds) &&
    (order.events === undefined || planned < order.events);
  const connection = async (n: number) => {
    for (let turn = 0; goesOn(); turn++) {
      const body = bodies[n]![turn % BODIES]!;
      // Open loop: the moment at which a body is due does not wait for the server, and the delay counts as latency.
      const due = order.rate ? started + (planned / order.rate) * 1000 : undefined;
      planned += body.events;
      const wait = (due ?? 0) - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const begin = due ?? performance.now();
      const bytes = body.renew();
      const status = await post(bytes).catch(() => 0);
      if (status === 200) {
        report.events += body.events;
        if (report.ackedMs.length < SAMPLES_MAX) report.ackedMs.push(performance.now() - begin);
      } else if (status === 429 || status === 503) {
        report.refused++;
        await new Promise((resolve) => setTimeout(resolve, 200));
      } else report.failed++;
    }
  };
  await Promise.all(Array.from({ length: order.connections }, (_, n) => connection(n)));
  report.seconds = elapsed();
  agent.destroy();
  return report;
}

process.stdout.write(`${JSON.stringify(await send(JSON.parse(process.argv[2]!) as Order))}\n`);
