// Pictures of every page of the console in both themes and on a phone: npm run screenshots [-- --url http://… --key plk_… --only incident]
import { checkNode, fail, has, install, installDebian, must, ROOT, run } from './run.mjs';

checkNode();
await install();
await installDebian([{ package: 'chromium', present: () => has('chromium') }]);
const args = process.argv.slice(2);
if (!args.includes('--url')) await must('Building', 'npm', ['run', 'build']);
const { code } = await run('npx', ['tsx', '--conditions=source', `${ROOT}test/browser/screenshots.ts`, ...args]);
if (code !== 0) fail('Not all pages could be shown; the sentence above says why.');
