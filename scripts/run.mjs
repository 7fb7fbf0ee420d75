// What the scripts share: running a command with its output shown, and ending with a sentence when it fails.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE_MIN = [20, 19];

export function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]))
    fail(`Plumbline needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Runs a command in the root folder; its output is shown, or kept and shown only if it fails. */
export function run(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}

export async function must(title, command, args, options = {}) {
  const started = Date.now();
  process.stdout.write(`${title} … `);
  const { code, output } = await run(command, args, { quiet: true, ...options });
  process.stdout.write(code === 0 ? `${((Date.now() - started) / 1000).toFixed(0)} s\n` : 'failed\n');
  if (code !== 0) fail(`${output.slice(-8_000)}\n${command} ${args.join(' ')} failed.`);
}

/** node_modules are there and not older than the lock file. */
export const installed = () => {
  const marker = `${ROOT}node_modules/.package-lock.json`;
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${ROOT}package-lock.json`).mtimeMs - 1_000;
};

export async function install() {
  if (installed()) return;
  await must('Installing packages (about 1.4 GB, once)', 'npm', ['ci', '--no-audit', '--no-fund']);
}

export const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/** Debian packages that tests need, installed when this user may; otherwise a sentence that says what to do. */
export async function installDebian(needs) {
  const missing = needs.filter(({ present }) => !present());
  if (missing.length === 0) return;
  const names = missing.map((m) => m.package);
  const root = process.getuid?.() === 0;
  const sudo = !root && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (!has('apt-get') || (!root && !sudo))
    fail(
      `The tests need ${names.join(', ')}. Install: sudo apt-get install ${names.join(' ')}. Without a browser: PLUMBLINE_TEST_BROWSER=off npm test.`,
    );
  const apt = (...args) => (root ? ['apt-get', args] : ['sudo', ['apt-get', ...args]]);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await must('Updating the list of Debian packages', ...apt('update', '-qq'), { env });
  await must(`Installing ${names.join(', ')}`, ...apt('install', '-y', '-qq', '--no-install-recommends', ...names), {
    env,
  });
}
