import { writeFileSync } from 'node:fs';
import { openBrowser, settled, signIn } from './chromium.js';

const url = process.env.U ?? 'http://127.0.0.1:4180';
const browser = await openBrowser();
const page = await browser.context.newPage();
await signIn(page, url, process.env.KEY!);
const path = '/models/model-00?range=90d&granularity=1h';
for (let i = 0; i < 2; i++) {
  await page.goto(url + path);
  await page.locator('main h1').first().waitFor();
  await settled(page);
}
const cdp = await browser.context.newCDPSession(page);
await cdp.send('Profiler.enable');
await cdp.send('Profiler.setSamplingInterval', { interval: 500 });
await cdp.send('Profiler.start');
await page.goto(url + path);
await page.locator('main h1').first().waitFor();
await settled(page);
const { profile } = await cdp.send('Profiler.stop');
writeFileSync('/tmp/c50/prof.cpuprofile', JSON.stringify(profile));
await browser.close();
