import { builtin, builtinNow } from './runtime.js';

interface Modules {
  fs: typeof import('node:fs');
  os: typeof import('node:os');
  threads: typeof import('node:worker_threads') | undefined;
}

/** One directory of the file system of Node.js. Whatever fails, fails with the error of the system. */
export class Disk {
  readonly #fs: Modules['fs'];
  /** Without the signs that separate the parts of a file name. */
  readonly host: string;
  readonly thread: number;

  private constructor(
    readonly dir: string,
    { fs, os, threads }: Modules,
  ) {
    this.#fs = fs;
    this.host = os.hostname().replace(/[^\w-]/g, '_');
    this.thread = threads?.threadId ?? 0;
  }

  /** At once, so that even a process that ends in a moment has it; `undefined` where Node.js is too old for that. */
  static openNow(dir: string): Disk | undefined {
    const [fs, os, threads] = [builtinNow('node:fs'), builtinNow('node:os'), builtinNow('node:worker_threads')];
    return fs && os ? new Disk(dir, { fs, os, threads } as Modules) : undefined;
  }

  static async open(dir: string): Promise<Disk | undefined> {
    const fs = await builtin('node:fs');
    const os = await builtin('node:os');
    const threads = await builtin('node:worker_threads');
    return fs && os ? new Disk(dir, { fs, os, threads } as Modules) : undefined;
  }

  make(): void {
    this.#fs.mkdirSync(this.dir, { recursive: true, mode: 0o700 });
  }

  /** A file begins at offset 0. One that was taken away meanwhile is not made again with a hole at its beginning: ENOENT. */
  async write(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    const file = await this.#open(name, offset);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  async #open(name: string, offset: number) {
    const open = () => this.#fs.promises.open(this.#path(name), offset === 0 ? 'wx' : 'r+', 0o600);
    return open().catch((error) => {
      if (offset > 0 || !isMissing(error)) throw error;
      this.make(); // somebody tidies up
      return open();
    });
  }

  writeNow(name: string, text: string): void {
    this.make();
    this.#fs.writeFileSync(this.#path(name), text, { flag: 'wx', mode: 0o600 });
  }

  async read(name: string, offset: number, length: number): Promise<string> {
    const file = await this.#fs.promises.open(this.#path(name), 'r');
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      if (bytesRead < length) throw new Error('shorter than it was');
      return bytes.toString('utf8');
    } finally {
      await file.close();
    }
  }

  readAll(name: string): Promise<Uint8Array> {
    return this.#fs.promises.readFile(this.#path(name));
  }

  async list(): Promise<string[]> {
    return (await this.#fs.promises.readdir(this.dir)).sort();
  }

  async ageMs(name: string): Promise<number> {
    return Date.now() - (await this.#fs.promises.stat(this.#path(name))).mtimeMs;
  }

  async touch(name: string): Promise<void> {
    const time = new Date();
    await this.#fs.promises.utimes(this.#path(name), time, time);
  }

  /** Of two that try, one succeeds. */
  async rename(from: string, to: string): Promise<void> {
    await this.#fs.promises.rename(this.#path(from), this.#path(to));
    await this.touch(to);
  }

  async remove(name: string): Promise<void> {
    await this.#fs.promises.unlink(this.#path(name));
  }

  #path(name: string): string {
    return `${this.dir}/${name}`;
  }
}

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ENOENT';
}
