import { openBrowser, settled, signIn } from './chromium.js';

const url = process.env.U ?? 'http://127.0.0.1:4180';
const key = process.env.KEY!;

for (let i = 0; i < Number(process.argv[3] ?? 3); i++) {
  const path =
    process.argv[2] ||
    `/models/model-${String(i + Number(process.env.M ?? 0)).padStart(2, '0')}?range=90d&granularity=1h`;
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  await signIn(page, url, key);
  await new Promise((r) => setTimeout(r, 1500));
  for (const kind of ['cold', 'warm', 'warm']) {
    await page.goto(url + path);
    await page.locator('main h1').first().waitFor();
    await settled(page);
    const found = await page.evaluate(async () => {
      const lcp = await new Promise<any[]>((resolve) => {
        const all: any[] = [];
        new PerformanceObserver((l) => {
          for (const e of l.getEntries() as any[])
            all.push([
              Math.round(e.startTime),
              e.size,
              e.element?.tagName,
              (e.element?.textContent ?? '').slice(0, 60),
            ]);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
        setTimeout(() => resolve(all), 150);
      });
      const res = (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter((r) => r.name.includes('/api/') || r.name.includes('_rsc'))
        .map(
          (r) =>
            `${r.name.split('/').slice(-2).join('/').slice(0, 40)} ${Math.round(r.startTime)}-${Math.round(r.responseStart)}-${Math.round(r.responseEnd)}`,
        );
      const long = await new Promise<any[]>((resolve) => {
        const all: any[] = [];
        new PerformanceObserver((l) => {
          for (const e of l.getEntries()) all.push(`${Math.round(e.startTime)}+${Math.round(e.duration)}`);
        }).observe({ type: 'longtask', buffered: true });
        setTimeout(() => resolve(all), 100);
      });
      return { lcp, res, long };
    });
    console.log(kind, JSON.stringify(found.lcp), '\n   ', found.res.join(' | '), '\n    long', found.long.join(' '));
  }
  await browser.close();
}
