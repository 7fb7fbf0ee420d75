import { openBrowser, PHONE, settled, signIn } from './chromium.js';

const url = process.env.U ?? 'http://127.0.0.1:4180';
for (const [kind, options] of [
  ['light', {}],
  ['dark', { colorScheme: 'dark' as const }],
  ['phone', { viewport: PHONE, colorScheme: 'dark' as const }],
] as const) {
  const browser = await openBrowser(options);
  const page = await browser.context.newPage();
  page.on('console', (m) => m.type() === 'error' && console.log('CONSOLE', m.text()));
  page.on('pageerror', (e) => console.log('ERR', String(e)));
  await signIn(page, url, process.env.KEY!);
  for (const arg of process.argv.slice(2)) {
    const [name, path] = arg.split('@');
    await page.goto(url + path);
    await page.locator('main h1').first().waitFor();
    await settled(page);
    await page.screenshot({ path: `/tmp/c50/${name}.${kind}.png`, fullPage: true });
  }
  await browser.close();
}
