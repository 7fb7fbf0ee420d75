import { paintOf } from '../load/vitals.js';
import { openBrowser, settled, signIn } from './chromium.js';

const browser = await openBrowser();
const page = await browser.context.newPage();
await signIn(page, 'http://127.0.0.1:4180', process.env.KEY!);
await page.goto(`http://127.0.0.1:4180/models/model-${process.env.M}?range=90d&granularity=1h`);
await page.locator('main h1').first().waitFor();
await settled(page);
for (const r of ['24 h', '7 d', '30 d', '90 d']) {
  const from = await page.evaluate(() => {
    performance.clearResourceTimings();
    (globalThis as any).long = [];
    new PerformanceObserver((l) => {
      for (const e of l.getEntries()) (globalThis as any).long.push([e.startTime, e.duration]);
    }).observe({ type: 'longtask' });
    return performance.now();
  });
  const ms = await paintOf(page, r);
  const found = await page.evaluate(
    (f) => ({
      res: (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map(
        (x) =>
          `${x.name.split('/').at(-1)!.slice(0, 20)} ${Math.round(x.startTime - f)}-${Math.round(x.responseStart - f)}-${Math.round(x.responseEnd - f)}`,
      ),
      long: (globalThis as any).long.map(([s, d]: number[]) => `${Math.round(s! - f)}+${Math.round(d!)}`),
    }),
    from,
  );
  console.log(r, ms.toFixed(0), found.res.join(' | '), ' long', found.long.join(' '));
}
await browser.close();
