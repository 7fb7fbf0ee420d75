import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const exec = promisify(execFile);
const HOW = {
  typescript: ['main.mjs', process.execPath, []],
  python: ['main.py', 'python3', []],
  curl: ['main.sh', 'bash', ['-e']],
} as const;

/** Runs what a page shows as a newcomer would, in a folder of its own where the SDKs are installed. */
export async function runSnippet(id: keyof typeof HOW, code: string): Promise<void> {
  const [name, command, options] = HOW[id];
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-snippet-'));
  try {
    await mkdir(join(folder, 'node_modules/@plumbline'), { recursive: true });
    await symlink(join(ROOT, 'libs/sdk'), join(folder, 'node_modules/@plumbline/sdk'));
    await writeFile(join(folder, name), code);
    await exec(command, [...options, name], {
      cwd: folder,
      timeout: 60_000,
      env: { ...process.env, PYTHONPATH: join(ROOT, 'libs/sdk-python/src'), PYTHONDONTWRITEBYTECODE: '1' },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
