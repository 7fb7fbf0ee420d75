import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const sdk = resolve(import.meta.dirname, '../..');
const tsc = resolve(sdk, '../../node_modules/typescript/bin/tsc');

export interface Child {
  process: ChildProcess;
  /** Resolves when the child has printed the text. */
  prints: (text: string) => Promise<void>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** The package as npm would install it, freshly built into a directory of its own, and programs that use it. */
export class Installed {
  readonly dir = mkdtempSync(join(tmpdir(), 'plumbline-sdk-'));
  readonly #children: ChildProcess[] = [];
  #count = 0;

  constructor() {
    const target = join(this.dir, 'node_modules/@plumbline/sdk');
    mkdirSync(join(target, 'cjs'), { recursive: true });
    copyFileSync(join(sdk, 'package.json'), join(target, 'package.json'));
    copyFileSync(join(sdk, 'cjs/package.json'), join(target, 'cjs/package.json'));
    const build = (config: string, out: string) =>
      this.tsc([
        '-p',
        join(sdk, config),
        '--outDir',
        join(target, out),
        '--composite',
        'false',
        '--incremental',
        'false',
      ]);
    build('tsconfig.json', 'dist');
    build('tsconfig.cjs.json', 'cjs');
  }

  tsc(args: string[]): void {
    try {
      execFileSync(process.execPath, [tsc, ...args], { cwd: this.dir, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      throw new Error((error as { stdout: string }).stdout);
    }
  }

  file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, text);
    return path;
  }

  run(source: string, extension: 'mjs' | 'cjs', env: Record<string, string> = {}): Child {
    const path = this.file(`program-${this.#count++}.${extension}`, source);
    const child = spawn(process.execPath, [path], {
      cwd: this.dir,
      env: { PATH: process.env.PATH, PLUMBLINE_API_KEY: 'key', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Awaited<Child['ended']>>((done) => {
      child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
    });
    const prints = (text: string) =>
      new Promise<void>((done, reject) => {
        const look = () => stdout.includes(text) && done();
        child.stdout.on('data', look);
        void ended.then(() => reject(new Error(`ended without "${text}": ${stdout}${stderr}`)));
        look();
      });
    return { process: child, prints, ended };
  }

  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}
