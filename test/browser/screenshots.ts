import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '../e2e/client.js';
import { DESK, openBrowser, PHONE, settled, signIn } from './chromium.js';
import { startDemo } from './demo.js';
import { pagesOf } from './pages.js';

/**
 * Pictures of every page in both themes, and of each on a phone, into `screenshots/`. Of the demo, or of a server that runs:
 * `--url http://… --key plk_…`; `--only TEXT` takes the pages whose name holds it.
 */
const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string' }, only: { type: 'string' }, out: { type: 'string' } },
});
const folder = resolve(values.out ?? 'screenshots');
const VIEWS = [
  { name: 'light', colorScheme: 'light', viewport: DESK },
  { name: 'dark', colorScheme: 'dark', viewport: DESK },
  { name: 'phone', colorScheme: 'light', viewport: PHONE },
] as const;

if (!values.url) process.stderr.write('Starting the demo: a few minutes of replay …\n');
const demo = values.url ? null : await startDemo();
const url = values.url ?? demo!.url;
const key = values.key ?? demo?.key ?? process.env.PLUMBLINE_ADMIN_KEY ?? '';
try {
  const pages = (await pagesOf(new Client(url, key))).filter(({ name }) => name.includes(values.only ?? ''));
  if (!values.only) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let done = 0;
  for (const { name: view, ...look } of VIEWS) {
    const browser = await openBrowser({ ...look, deviceScaleFactor: 1 });
    try {
      const page = await browser.context.newPage();
      await page.goto(`${url}/login`);
      await page.screenshot({ path: join(folder, `login.${view}.png`) });
      await signIn(page, url, key);
      for (const { name, path } of pages) {
        await page.goto(url + path);
        await page.locator('h1, [role="alert"]').first().waitFor();
        await settled(page);
        await page.screenshot({ path: join(folder, `${name}.${view}.png`), fullPage: true });
        process.stderr.write(
          `\r${Math.round((++done / (pages.length * VIEWS.length)) * 100)} %  ${name}.${view}.png\x1b[K`,
        );
      }
    } finally {
      await browser.close();
    }
  }
  process.stderr.write('\n');
  process.stdout.write(`${folder}: ${pages.length} pages, each ${VIEWS.map((v) => v.name).join(', ')}\n`);
} finally {
  await demo?.stop();
}
