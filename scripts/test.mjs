// Everything a release needs, from a fresh clone: set-up, check, build, unit, integration, end-to-end and browser tests.
// `npm test -- libs/stats` runs only what lies there; `npm run test:long` adds the long suites.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkNode, fail, has, install, installDebian, must, run } from './run.mjs';

const args = process.argv.slice(2);
const long = args.includes('--long');
const paths = args.filter((a) => a !== '--long');
const browser = process.env.PLUMBLINE_TEST_BROWSER !== 'off';
/** Debian installs for its own Python, which need not be the first one on the path: the tests take the one that has both. */
const pythonReadsFrames = () =>
  ['python3', '/usr/bin/python3'].some((python) => spawnSync(python, ['-c', 'import numpy, pandas']).status === 0);

checkNode();
await install();
await installDebian([
  ...(browser ? [{ package: 'chromium', present: () => has('chromium') }] : []),
  { package: 'redis-server', present: () => has('redis-server') },
  {
    package: 'postgresql',
    present: () => has('postgres') || has('/usr/lib/postgresql/*/bin/postgres') || has('pg_lsclusters'),
  },
  { package: 'prometheus', present: () => has('prometheus') && has('promtool') },
  // Without them the tests of the Python SDK that need them would be left out.
  { package: 'python3-numpy', present: pythonReadsFrames },
  { package: 'python3-pandas', present: pythonReadsFrames },
]);
if (paths.length === 0)
  await must('Checking types, lint, format and import direction', 'npm', ['run', '--silent', 'check']);
await must('Building', 'npm', ['run', 'build']);

const report = join(tmpdir(), `plumbline-vitest-${process.pid}.json`);
const { code } = await run('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...(long ? ['--config', 'vitest.long.config.ts'] : []),
  ...paths,
]);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
  } = JSON.parse(readFileSync(report, 'utf8')));
} catch {
  fail('The test runner ended without a report.');
} finally {
  rmSync(report, { force: true });
}
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(code === 0 && failed === 0 && passed > 0 ? 0 : 1);
