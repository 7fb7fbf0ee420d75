import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { ROOT } from './compose.js';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export type Start = {
  command: string[];
  env: Record<string, string>;
  log: string;
  user?: { uid: number; gid: number };
};

/** One process of the topology; it is started again with the same command, and what it says goes to its log file. */
export class Running {
  private child: ChildProcess | undefined;
  constructor(
    readonly name: string,
    private readonly start: Start,
  ) {}

  up(): void {
    const { command, env, log, user } = this.start;
    const out = openSync(log, 'a');
    this.child = spawn(command[0]!, command.slice(1), {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: '/tmp', ...env },
      stdio: ['ignore', out, out],
      ...user,
    });
    closeSync(out);
  }

  /** Ends it and says how it ended: the exit code, or the signal. */
  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    const { child } = this;
    if (!child) return null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      child.kill('SIGCONT');
      await ended;
    }
    return child.exitCode ?? child.signalCode;
  }

  /** Stops it and what it started from doing anything, without a word to anybody; `thaw` lets them go on. */
  freeze(): void {
    this.signalAll('SIGSTOP');
  }
  thaw(): void {
    this.signalAll('SIGCONT');
  }
  private signalAll(signal: NodeJS.Signals): void {
    const pid = this.child!.pid!;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    for (const each of [pid, ...children.map(Number)]) process.kill(each, signal);
  }

  get log(): string {
    return existsSync(this.start.log) ? readFileSync(this.start.log, 'utf8') : '';
  }

  /** Throws what it said last if it has ended by itself. */
  assertUp(): void {
    if (this.child && (this.child.exitCode !== null || this.child.signalCode !== null))
      throw new Error(`${this.name} has ended (${this.child.exitCode}):\n${this.log.slice(-3_000)}`);
  }
}

const found = (program: string) => existsSync(program) || spawnsAt(program);
const spawnsAt = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const PACKAGES = ['postgresql', 'redis-server'];

/** PostgreSQL and Redis from Debian; installed when this is root and they are missing. */
export function installStores(): void {
  const missing = [!postgresFolder() && PACKAGES[0], !found('redis-server') && PACKAGES[1]].filter(Boolean) as string[];
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0)
    throw new Error(`This test runs against real stores. Install them first: apt-get install -y ${missing.join(' ')}`);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  apt('install', '-y', ...missing);
}

/** Where Debian keeps the programs of the newest PostgreSQL that is installed. */
export function postgresFolder(): string | undefined {
  const versions = [19, 18, 17, 16, 15];
  return versions.map((v) => `/usr/lib/postgresql/${v}/bin`).find((folder) => existsSync(`${folder}/initdb`));
}

/** PostgreSQL refuses to run as root; its package brings a user for it. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
