import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Server } from '../e2e/server.js';
import type { Trial } from '../trial.js';
import type { Order, Report } from './generator.js';
import { Probe } from './probe.js';
import { cpuSeconds, quantile, rounded, rssMb } from './process.js';
import type { RawOrder, RawReport } from './raw.js';
import { untilIdle } from './settle.js';

/** A billion events a day. */
const BILLION_A_DAY = 1e9 / 86_400;
const MODEL = 'bench';
const FAST = { connections: 64, perBody: 500 };
const WARM_UP = { ...FAST, events: 50_000 };

/**
 * Ingest on this machine: at a billion events a day with the worker running (latency, memory), as fast as it goes with the
 * worker running and without, and the engine's own insert of the same rows in blocks of the same size.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      events: { type: 'string', default: '1000000' },
    },
  });
  const seconds = Number(values.seconds);
  const events = Number(values.events);

  progress(`1/4 a billion events a day (${Math.round(BILLION_A_DAY)}/s) for ${seconds} s, worker running`);
  const steady = await withServer([], async (server) => {
    await generate(server, WARM_UP);
    const rss: number[] = [];
    const watch = setInterval(() => rss.push(rssMb(server.pid)), 1_000);
    const probe = new Probe(server.client(), MODEL);
    const report = await generate(server, { connections: 64, perBody: 100, seconds, rate: BILLION_A_DAY });
    clearInterval(watch);
    const fifth = Math.max(1, Math.floor(rss.length / 5));
    return {
      report,
      queryable: await probe.end(),
      rss,
      rssStart: rss.slice(fifth, 2 * fifth),
      rssEnd: rss.slice(-fifth),
    };
  });

  progress('2/4 as fast as it goes, worker running');
  const busy = await withServer([], async (server) => {
    await generate(server, WARM_UP);
    return generate(server, { ...FAST, seconds: Math.min(30, seconds) });
  });

  progress(`3/4 as fast as it goes, worker paused, ${events} events`);
  const paused = await withServer(['--no-worker'], async (server) => {
    await generate(server, WARM_UP);
    const flushes = await flushCount(server);
    const cpu = await untilIdle(() => cpuSeconds(server.pid));
    const report = await generate(server, { ...FAST, events });
    const written = (await flushCount(server)) - flushes;
    const used = (await untilIdle(() => cpuSeconds(server.pid))) - cpu;
    return { report, cpu: used, blockRows: Math.round(report.events / written) };
  });

  progress(`4/4 the engine alone, blocks of ${paused.blockRows} rows`);
  const raw = await child<RawReport>('raw.ts', { events, blockRows: paused.blockRows } satisfies RawOrder);
  const sdk = await child<{ p50_us: number; p99_us: number }>('../../libs/sdk/bench/overhead.mjs', '--json');

  const cpuPerMillion = (paused.cpu / paused.report.events) * 1e6;
  const rawPerMillion = (raw.cpuSeconds / raw.events) * 1e6;
  const failed = steady.report.failed + busy.failed + paused.report.failed;
  return {
    ok: failed === 0,
    summary: {
      events_per_s: rounded(busy.events / busy.seconds, 0),
      acked_p50_ms: rounded(quantile(steady.report.ackedMs, 0.5)),
      acked_p99_ms: rounded(quantile(steady.report.ackedMs, 0.99)),
      queryable_p99_ms: rounded(quantile(steady.queryable, 0.99)),
      cpu_s_per_million: rounded(cpuPerMillion),
      raw_insert_events_per_s: rounded(raw.events / raw.seconds, 0),
      ratio_to_raw: rounded(rawPerMillion / cpuPerMillion, 2),
      rss_mb: rounded(Math.max(...steady.rss), 0),
      steady_events_per_s: rounded(steady.report.events / steady.report.seconds, 0),
      steady_seconds: seconds,
      steady_refused: steady.report.refused,
      rss_start_mb: rounded(quantile(steady.rssStart, 0.5), 0),
      rss_end_mb: rounded(quantile(steady.rssEnd, 0.5), 0),
      paused_events_per_s: rounded(paused.report.events / paused.report.seconds, 0),
      raw_cpu_s_per_million: rounded(rawPerMillion),
      block_rows: paused.blockRows,
      sdk_call_p50_us: sdk.p50_us,
      sdk_call_p99_us: sdk.p99_us,
      failed_requests: failed,
    },
  };
};
export default trial;

async function withServer<T>(options: string[], use: (server: Server) => Promise<T>): Promise<T> {
  const server = await Server.start({}, options);
  try {
    return await use(server);
  } finally {
    await server.dispose();
  }
}

const generate = (server: Server, order: Omit<Order, 'url' | 'key' | 'model'>): Promise<Report> =>
  child('generator.ts', { url: server.url, key: server.adminKey, model: MODEL, ...order } satisfies Order);

async function flushCount(server: Server): Promise<number> {
  const { text } = await server.client().get('/metrics');
  const lines = text.matchAll(/^plumbline_ingest_flushes_total\{kind="predictions"[^}]*\} (\d+)/gm);
  return [...lines].reduce((sum, [, n]) => sum + Number(n), 0);
}

/** Runs a file in a process of its own; its one line of JSON is the answer. */
function child<T>(file: string, order: object | string): Promise<T> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const argument = typeof order === 'string' ? order : JSON.stringify(order);
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', path, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    run.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    run.on('error', reject);
    run.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(said) as T) : reject(new Error(`${file} ended with code ${code}.`)),
    );
  });
}
