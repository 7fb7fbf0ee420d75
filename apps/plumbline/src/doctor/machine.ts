import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkDisk, checkMemory, type Finding } from './checks.js';

const run = promisify(execFile);
const LOAD_MS = 60_000;

/** Loads the embedded engine in a process of its own: a broken binary ends the process that loads it. */
export async function engine(clickhouseUrl: string | undefined): Promise<Finding> {
  const name = 'embedded engine';
  try {
    const code =
      "import('chdb').then((m) => { const q = m.query ?? m.default.query; process.stdout.write(String(q('SELECT 1'))); process.exit(0) })";
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const { stdout } = await run(process.execPath, ['-e', code], { timeout: LOAD_MS, cwd: folder });
    if (stdout.trim() !== '1') throw new Error(`it answered '${stdout.trim().slice(0, 100)}'`);
    return { state: 'ok', name, text: 'chdb loads and answers' };
  } catch (error) {
    const reason = /ERR_MODULE_NOT_FOUND|Cannot find/.test(String(error))
      ? 'chdb is not installed'
      : `chdb does not load (${firstLine(error)})`;
    return clickhouseUrl
      ? { state: 'ok', name, text: `${reason}; not needed, because CLICKHOUSE_URL is set` }
      : {
          state: 'fail',
          name,
          text: reason,
          advice: 'run npm ci without --omit=optional, or set CLICKHOUSE_URL to use a server',
        };
  }
}

const firstLine = (error: unknown): string => {
  const { signal, stderr, message } = error as { signal?: string; stderr?: string; message?: string };
  return signal ?? (stderr?.split('\n').find((l) => /Error|error/.test(l)) ?? message ?? String(error)).slice(0, 150);
};

/** What the container or else the machine has. */
export function memory(): Finding {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const available = limit > 0 ? process.availableMemory() : freemem();
  return checkMemory(Math.min(available, total), total);
}

/** Space, and whether the folder can be written at all. */
export async function folder(dataDir: string): Promise<Finding[]> {
  const there = nearest(dataDir);
  const { bavail, bsize } = await statfs(there);
  const disk = checkDisk(bavail * bsize, dataDir);
  const writable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const name = 'data folder';
  if (!writable)
    return [
      disk,
      {
        state: 'fail',
        name,
        text: `${there} cannot be written`,
        advice: 'give this user the right, or choose another with --data-dir',
      },
    ];
  if (there !== dataDir) return [disk, { state: 'ok', name, text: `${dataDir} will be made at the first start` }];
  return [disk, await lock(dataDir)];
}

const nearest = (path: string): string => (existsSync(path) ? path : nearest(dirname(path)));

/** The engine locks `clickhouse/status` and writes its process into it; asking for the lock itself would take it. */
async function lock(dataDir: string): Promise<Finding> {
  const name = 'data folder';
  const path = join(dataDir, 'clickhouse', 'status');
  const status = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(/PID: (\d+)/.exec(status)?.[1] ?? 0);
  const held = pid > 0 && (await isLocked(path, pid));
  return { state: 'ok', name, text: held ? `${dataDir} is in use by process ${pid}` : `${dataDir} is free` };
}

/** Linux lists locks by inode; elsewhere a living process of that number has to do. */
async function isLocked(path: string, pid: number): Promise<boolean> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => null);
  if (locks !== null) return locks.includes(`:${(await stat(path)).ino} `);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
