import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from './client.js';

const COMMAND = fileURLToPath(new URL('../../apps/plumbline/bin/plumbline.mjs', import.meta.url));
type Said = { stdout: string; stderr: string };
export type Ended = Said & { code: number | null };
type Started = { child: ChildProcess; ended: Promise<Ended>; readonly said: Readonly<Said> };

/** The command as users run it: a process of its own that knows the server from its environment. */
export class Command {
  constructor(
    readonly server: { url: string; adminKey: string },
    /** Where it keeps what it remembers. */
    readonly stateHome: string,
  ) {}

  /** `said` grows while it runs. */
  start(args: readonly string[], env: Record<string, string> = {}): Started {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PLUMBLINE_'));
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env: {
        ...Object.fromEntries(own),
        PLUMBLINE_URL: this.server.url,
        PLUMBLINE_API_KEY: this.server.adminKey,
        XDG_STATE_HOME: this.stateHome,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.on('data', (chunk: Buffer) => {
        said[name] += chunk.toString();
      });
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => resolve({ code, ...said }));
    });
    return { child, ended, said };
  }

  run(args: readonly string[], { env = {}, stdin = '' as string | Buffer } = {}): Promise<Ended> {
    const { child, ended } = this.start(args, env);
    child.stdin!.end(stdin);
    return ended;
  }

  /** What `--json` says. */
  async json(args: readonly string[]): Promise<Json> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    if (stdout.trim() === '') throw new Error(`exit code ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Rows that unfinished imports remember to have done. */
  async remembered(): Promise<number> {
    const folder = join(this.stateHome, 'plumbline', 'imports');
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const states = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '{}')));
    return states.reduce((sum, text) => sum + ((JSON.parse(text) as Json).totals?.rows ?? 0), 0);
  }
}
