// Benchmarks, fuzz and chaos runs from a fresh clone: builds what they need, then runs one. Only the result goes to stdout.
//   npm run bench -- ingest --json · npm run fuzz -- --events 1000000 · npm run chaos -- --scenario ingest --cycles 25 · npm run detect-bench
import { spawn } from 'node:child_process';
import { checkNode, fail, install, ROOT, run } from './run.mjs';

const quietly = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr); // set-up must not stain the result
checkNode();
await install();
const { code, output } = await run('npx', ['tsc', '-b'], { quiet: true });
if (code !== 0) fail(`${output.slice(-8_000)}\nThe build failed: npx tsc -b.`);
process.stdout.write = quietly;

const child = spawn(
  process.execPath,
  ['--conditions=source', '--import', 'tsx', `${ROOT}test/trial.ts`, ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (status) => process.exit(status ?? 1));
