import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, revokeKey } from '@plumbline/access';
import { createLogger, loadConfig } from '@plumbline/config';
import cliProgress from 'cli-progress';
import { type Running, serve } from '../serve.js';
import { DATASETS } from './datasets.js';
import { EXPECTATIONS, named, openIncidents, summary } from './findings.js';
import { type Api, call, prepare, send } from './replay.js';
import { loadTimeline, type Timeline } from './timeline.js';

type Saved = { shifts: Record<string, number>; sentUntilMs: number };
type Options = { once: boolean; console: boolean };

const FOUND_WITHIN_MS = 180_000;
const FOLLOW_EVERY_MS = 15_000;
const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * Serves, replays the bundled streams as if they ended now, reports what was found, and goes on with them in real time.
 * With `once` it does so in a folder of its own, removed at the end, unless one is named.
 */
export async function demo(given: Record<string, string | undefined>, options: Options): Promise<void> {
  const temporary =
    options.once && given.PLUMBLINE_DATA_DIR === undefined ? mkdtempSync(join(tmpdir(), 'plumbline-demo-')) : null;
  const overrides: typeof given = {
    ...given,
    PLUMBLINE_DATA_DIR: given.PLUMBLINE_DATA_DIR ?? temporary ?? '.plumbline/demo',
  };
  const wanted = loadConfig(process.env, overrides);
  const port =
    overrides.PLUMBLINE_PORT === undefined
      ? await freePort(wanted.PLUMBLINE_HOST, wanted.PLUMBLINE_PORT)
      : wanted.PLUMBLINE_PORT;
  const config = loadConfig(process.env, { ...overrides, PLUMBLINE_PORT: String(port) });
  const file = join(config.PLUMBLINE_DATA_DIR, 'demo.json');
  // The terminal belongs to the story; whoever asks for more than the default gets it.
  const log = createLogger({ level: config.PLUMBLINE_LOG_LEVEL === 'info' ? 'error' : config.PLUMBLINE_LOG_LEVEL });
  let follower: NodeJS.Timeout | undefined;
  say('Starting Plumbline …');
  let keyId = '';
  const running: Running = await serve(config, {
    console: options.console,
    log,
    beforeClose: async () => {
      clearInterval(follower);
      await revokeKey(running.context.control.db, running.projectId, keyId).catch(() => {});
    },
  });
  const { view, key } = await createKey(running.context.control.db, {
    projectId: running.projectId,
    name: 'demo replay',
    scopes: ['write'],
  });
  keyId = view.id;
  const api: Api = { url: running.url, key };
  const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved) : null;
  const startedMs = Date.now();
  const timelines = await Promise.all(DATASETS.map((d) => loadTimeline(d, startedMs, saved?.shifts[d.model])));
  const save = (sentUntilMs: number) => {
    mkdirSync(config.PLUMBLINE_DATA_DIR, { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({
        shifts: Object.fromEntries(timelines.map((t) => [t.dataset.model, t.shiftMs])),
        sentUntilMs,
      } satisfies Saved),
    );
  };
  // 0: the replay was never finished. Sending it again is harmless: what arrived is recognised.
  const fresh = !saved || saved.sentUntilMs === 0;
  let sentUntilMs = saved?.sentUntilMs ?? 0;
  if (fresh) {
    save(0);
    await replay(api, timelines, startedMs);
    sentUntilMs = startedMs;
    save(sentUntilMs);
  }

  const missing = fresh ? await waitForFindings(api) : [];
  await report(running, api, missing, options);
  if (options.once) {
    await running.close();
    if (temporary) rmSync(temporary, { recursive: true, force: true });
    process.exit(missing.length === 0 ? 0 : 1);
  }
  follower = setInterval(() => {
    const until = Date.now();
    send(api, timelines, sentUntilMs, until, () => {})
      .then(() => {
        sentUntilMs = until;
        save(until);
      })
      .catch((error) => log.warn({ err: error }, 'the replay could not go on; it tries again'));
  }, FOLLOW_EVERY_MS);
}

async function replay(api: Api, timelines: readonly Timeline[], untilMs: number): Promise<void> {
  const total = timelines.reduce((n, t) => n + t.events.filter((e) => e.at <= untilMs).length, 0);
  say(`Uploading the reference data of ${timelines.length} models …`);
  for (const t of timelines) await prepare(api, t);
  say(`Replaying ${total.toLocaleString('en-US')} real predictions and outcomes through the SDK …`);
  const bar = new cliProgress.SingleBar(
    {
      format: '  {bar} {percentage} %  {value}/{total}  {duration_formatted}',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  try {
    await send(api, timelines, 0, untilMs, (n) => bar.update(n));
  } finally {
    bar.stop();
  }
}

/** Waits until the labels are joined and every expected fault has an open incident that names it; returns what is still missing. */
async function waitForFindings(api: Api): Promise<typeof EXPECTATIONS> {
  const deadline = Date.now() + FOUND_WITHIN_MS;
  say('Joining labels, computing windows, evaluating monitors …');
  for (;;) {
    const incidents = await openIncidents(api);
    const missing = EXPECTATIONS.filter((e) => !named(incidents, e));
    if (missing.length === 0 || Date.now() > deadline) return missing;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function report(
  running: Running,
  api: Api,
  missing: typeof EXPECTATIONS,
  { once, console: withConsole }: Options,
): Promise<void> {
  const incidents = await openIncidents(api);
  say();
  say(`${incidents.length} open incidents:`);
  for (const line of summary(incidents)) say(`  ${line}`);
  for (const e of missing)
    say(
      `  not found: ${e.family} of ${e.model} (${e.subjects.join(', ')}${e.slice ? ` where ${e.slice.field} = ${e.slice.value}` : ''}), although ${e.because}`,
    );
  say();
  if (once) {
    say(
      missing.length === 0
        ? `All ${EXPECTATIONS.length} known faults were named.`
        : `${missing.length} of ${EXPECTATIONS.length} known faults were not named.`,
    );
    return;
  }
  if (withConsole)
    say(`Open the console (this link signs you in, once, within 15 minutes):\n  ${await running.loginLink()}`);
  if (running.newKey) say(`The admin key, shown this once: ${running.newKey}`);
  say(`API: ${running.url}/v1/docs   Stop with Ctrl-C; the data stays in the data folder.`);
  await call(api, 'GET', '/readyz');
}

/** The wanted port, or a free one if somebody else has it. */
function freePort(host: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      const any = createServer();
      any.once('error', reject);
      any.listen(0, host, () => {
        const { port } = any.address() as { port: number };
        any.close(() => resolve(port));
      });
    });
    probe.listen(wanted, host, () => probe.close(() => resolve(wanted)));
  });
}
