import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { freePort } from './server.js';

/** A mistake in one place must not end a server that does a hundred other things. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Loaded before the server: at SIGUSR2 a promise is rejected that nobody awaits. */
const MISTAKE = `--import=data:text/javascript,process.on('SIGUSR2',()=>{Promise.reject(Error('lost'))})`;

it.each([
  ['plumbline serve', ['apps/plumbline/bin/plumbline.mjs', 'serve', '--no-console']],
  ['a role of its own', ['apps/ingest/dist/main.js']],
])('%s tells of a rejection that nobody awaits, and goes on', async (_, command) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-e2e-'));
  const port = await freePort();
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PLUMBLINE_') && name !== 'NODE_ENV');
  const child = spawn(process.execPath, [MISTAKE, ...command], {
    cwd: ROOT,
    env: { ...Object.fromEntries(own), PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
  try {
    await eventually(ready, { withinMs: 90_000, what: 'the server', giveUpOn: () => child.exitCode !== null });
    child.kill('SIGUSR2');
    await eventually(() => log.includes('an unhandled rejection'), { what: 'the log to tell', everyMs: 10 });
    const told = log.split('\n').find((line) => line.includes('an unhandled rejection'))!;
    expect(JSON.parse(told)).toMatchObject({ level: 50, err: { type: 'Error', message: 'lost' } });
    expect(await ready()).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  }
});
