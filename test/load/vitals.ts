import type { Page } from 'playwright-core';

export type Loaded = {
  /** Largest contentful paint. */
  lcp_ms: number;
  ttfb_ms: number;
  /** All that was asked has been drawn. */
  complete_ms: number;
  /** Requests for data; the stream of events, which stays open, is not one. */
  requests: number;
  kb_transferred: number;
  /** Scripts that the document names, as transferred (gzip): the first load. */
  js_kb: number;
  /** With what comes by itself afterwards: the chart engine. */
  js_with_charts_kb: number;
};

/** Counts the requests for data from now on. */
export function watchRequests(page: Page): () => number {
  let count = 0;
  const on = (request: { url(): string }) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/') && pathname !== '/api/v1/stream') count++;
  };
  page.on('request', on);
  return () => {
    page.off('request', on);
    return count;
  };
}

/** What the browser itself noted about the page that is open. */
export const loadOf = (page: Page): Promise<Omit<Loaded, 'requests'>> =>
  page.evaluate(async () => {
    const complete_ms = performance.now();
    const lcp_ms = await new Promise<number>((resolve) => {
      let last = 0;
      new PerformanceObserver((list) => {
        last = list.getEntries().at(-1)?.startTime ?? last;
      }).observe({ type: 'largest-contentful-paint', buffered: true });
      setTimeout(() => resolve(last), 200);
    });
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const html = await (await fetch(location.href)).text();
    const scripts = resources.filter((r) => r.name.endsWith('.js'));
    const named = scripts.filter((r) => html.includes(r.name.split('/').at(-1)!));
    const kb = (of: readonly number[]) => of.reduce((sum, n) => sum + n, 0) / 1024;
    return {
      lcp_ms,
      ttfb_ms: navigation!.responseStart,
      complete_ms,
      kb_transferred: kb([navigation!, ...resources].map((r) => r.transferSize)),
      js_kb: kb(named.map((r) => r.encodedBodySize)),
      js_with_charts_kb: kb(scripts.map((r) => r.encodedBodySize)),
    };
  });

/** Milliseconds from the click on a button until what it asked for is drawn and nothing is busy any more. */
export const paintOf = (page: Page, button: string): Promise<number> =>
  page.evaluate(
    (text) =>
      new Promise<number>((resolve, reject) => {
        const found = [...document.querySelectorAll<HTMLElement>('main button, main label')].find(
          (b) => b.textContent?.trim() === text,
        );
        if (!found) return reject(new Error(`There is no button ${text}.`));
        const started = performance.now();
        found.click();
        let frames = 0;
        const look = () => {
          const busy = document.querySelector('main [aria-busy="true"], main .skeleton');
          // The first frames still show what was there before.
          if (++frames > 2 && !busy) return resolve(performance.now() - started);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    button,
  );
