import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './client.js';
import { eventually } from './eventually.js';

const COMMAND = fileURLToPath(new URL('../../apps/plumbline/bin/plumbline.mjs', import.meta.url));
const READY_MS = 90_000;
const STOP_MS = 40_000;

/**
 * The whole product as users start it: `plumbline serve` in a process of its own over a folder of its own. The port stays
 * the same over restarts, so that clients need not know of them.
 */
export class Server {
  readonly adminKey = `plk_${randomBytes(24).toString('base64url')}`;
  private child: ChildProcess | undefined;
  private said = '';

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly options: readonly string[],
    private readonly withConsole: boolean,
  ) {}

  /** Resolves when the server answers that it is ready. */
  static async start(
    env: Record<string, string> = {},
    options: readonly string[] = [],
    { console: withConsole = false } = {},
  ): Promise<Server> {
    if (!existsSync(new URL('../../apps/plumbline/dist/main.js', import.meta.url)))
      throw new Error('Plumbline is not built: npx tsc -b');
    const server = new Server(
      await mkdtemp(join(tmpdir(), 'plumbline-e2e-')),
      await freePort(),
      env,
      options,
      withConsole,
    );
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('The server does not run.');
    return this.child.pid;
  }
  /** Everything the process wrote so far, over all its lives. */
  get output(): string {
    return this.said;
  }
  /** Speaks with the admin key unless another one is given; `null` is no key at all. */
  client(key: string | null = this.adminKey): Client {
    return new Client(this.url, key);
  }

  /** Starts the process over the same folder. */
  async restart(): Promise<void> {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PLUMBLINE_') && name !== 'NODE_ENV');
    const child = spawn(
      COMMAND,
      [
        'serve',
        '--data-dir',
        this.dataDir,
        '--port',
        String(this.port),
        ...(this.withConsole ? [] : ['--no-console']),
        ...this.options,
      ],
      {
        env: {
          ...Object.fromEntries(own),
          PLUMBLINE_ADMIN_KEY: this.adminKey,
          PLUMBLINE_LOG_LEVEL: 'warn',
          ...this.env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    this.child = child;
    await eventually(
      async () => {
        if (child.exitCode !== null)
          throw new Error(`The server ended with code ${child.exitCode}:\n${this.said.slice(-4_000)}`);
        const answer = await fetch(`${this.url}/readyz`).catch(() => null);
        return answer?.status === 200;
      },
      { withinMs: READY_MS, what: 'the server to be ready', everyMs: 100, giveUpOn: () => child.exitCode !== null },
    );
  }

  /** As Ctrl-C does. Resolves to the exit code. */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | null> {
    return this.end(signal);
  }

  /** As a power cut does. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends the process and deletes its folder. */
  async dispose(): Promise<void> {
    await this.end('SIGTERM').catch(() => this.end('SIGKILL'));
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The server did not end within ${STOP_MS} ms of ${signal}`)), STOP_MS);
    });
    return Promise.race([ended, late]).finally(() => clearTimeout(timer));
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
