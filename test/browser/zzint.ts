import { paintOf } from '../load/vitals.js';
import { openBrowser, settled, signIn } from './chromium.js';

for (let i = 0; i < 3; i++) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  await signIn(page, 'http://127.0.0.1:4180', process.env.KEY!);
  await page.goto(
    `http://127.0.0.1:4180/models/model-${Number(process.env.M ?? 5) + i < 10 ? '0' : ''}${Number(process.env.M ?? 5) + i}?range=90d&granularity=1h`,
  );
  await page.locator('main h1').first().waitFor();
  await settled(page);
  const t: string[] = [];
  for (const r of ['24 h', '7 d', '30 d', '90 d', '24 h', '7 d', '30 d', '90 d'])
    t.push(`${r}:${(await paintOf(page, r)).toFixed(0)}`);
  console.log(t.join('  '));
  await browser.close();
}
