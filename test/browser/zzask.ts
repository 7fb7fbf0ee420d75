import { openBrowser, settled, signIn } from './chromium.js';

const browser = await openBrowser();
const page = await browser.context.newPage();
await signIn(page, 'http://127.0.0.1:4180', process.env.KEY!);
for (const path of [
  '/',
  '/models/model-00?range=90d&granularity=1h',
  '/models/model-00/drift',
  '/models/model-00/rows',
  '/models/model-00/slices',
  '/incidents',
  '/monitors',
  '/settings/keys',
]) {
  const seen: string[] = [];
  const on = (r: any) => {
    if (r.url().includes('/api/'))
      seen.push(
        r.method() +
          ' ' +
          r.url().split('/api')[1] +
          ' ' +
          (r.postData()
            ? JSON.parse(r.postData())
                .requests?.map((q: any) => q.method[0] + ' ' + q.path.slice(3))
                .join(', ')
            : ''),
      );
  };
  page.on('request', on);
  await page.goto('http://127.0.0.1:4180' + path);
  await page.locator('main h1').first().waitFor();
  await settled(page);
  await new Promise((r) => setTimeout(r, 300));
  page.off('request', on);
  console.log(path, '\n   ', seen.join('\n    '));
}
await browser.close();
