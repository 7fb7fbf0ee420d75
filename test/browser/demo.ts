import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../apps/plumbline/bin/plumbline.mjs', import.meta.url));
const READY_WITHIN_MS = 360_000;

export type RunningDemo = {
  url: string;
  loginLink: string;
  output: string;
  key: string;
  stop(): Promise<number | null>;
};

/** The demo as a newcomer runs it, on a data folder of its own; resolves when it has printed the link that signs in. */
export async function startDemo(): Promise<RunningDemo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plumbline-demo-'));
  const port = await freePort();
  const key = `test-key-${port}-0123456789`;
  const child = spawn(process.execPath, [BIN, 'demo', '--data-dir', dataDir, '--port', String(port)], {
    env: { ...process.env, NODE_ENV: 'production', PLUMBLINE_ADMIN_KEY: key },
  });
  let output = '';
  const stop = async () => {
    const code = await end(child);
    rmSync(dataDir, { recursive: true, force: true });
    return code;
  };
  try {
    const loginLink = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`The demo was not ready in time:\n${output}`)), READY_WITHIN_MS);
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        const link = /https?:\/\/\S+\/login\?token=\S+/.exec(output)?.[0];
        if (link && output.includes('Stop with Ctrl-C')) {
          clearTimeout(late);
          resolve(link);
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`The demo ended with ${code}:\n${output}`)));
    });
    return { url: `http://127.0.0.1:${port}`, loginLink, output, key, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 60_000);
    child.once('exit', (code) => {
      clearTimeout(force);
      resolve(code);
    });
    child.kill('SIGINT');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
