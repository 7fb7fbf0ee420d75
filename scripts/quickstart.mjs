// From a fresh clone to an open incident in the browser: installs, builds, serves, replays real data.
import { existsSync } from 'node:fs';
import { checkNode, install, must, ROOT, run } from './run.mjs';

checkNode();
await install();
const built = () =>
  existsSync(`${ROOT}apps/plumbline/dist/main.js`) && existsSync(`${ROOT}apps/console/.next/BUILD_ID`);
if (!built()) await must('Building', 'npm', ['run', 'build']);
const { code } = await run('node', [
  '--max-semi-space-size=64',
  'apps/plumbline/bin/plumbline.mjs',
  'demo',
  ...process.argv.slice(2),
]);
process.exit(code);
