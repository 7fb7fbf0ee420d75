import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser, settled, signIn } from '../browser/chromium.js';
import { Server } from '../e2e/server.js';
import type { Trial } from '../trial.js';
import { nameOf, seed } from './console.seed.js';
import { cpuSeconds, quantile, rounded } from './process.js';
import { untilIdle } from './settle.js';
import { type Loaded, loadOf, paintOf, watchRequests } from './vitals.js';

const TIMES = 5;
/** After the start over months of history the profiles of all hours are made. */
const CAUGHT_UP_WITHIN_MS = 300_000;
const RANGES = ['24 h', '7 d', '30 d', '90 d'];

/**
 * What a person waits for in a project with many models and months of hourly windows: the largest paint of the overview and of a
 * model's page, first with an empty cache and a question that nobody asked before, then again; what each asks and transfers; and how
 * soon another time range is drawn. `--models N --days D --per-hour P`, six models at least.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: {
      models: { type: 'string', default: '50' },
      days: { type: 'string', default: '90' },
      'per-hour': { type: 'string', default: '40' },
    },
  });
  const size = { models: Number(values.models), days: Number(values.days), perHour: Number(values['per-hour']) };
  const server = await Server.start({ NODE_ENV: 'production' }, [], { console: true });
  try {
    await server.stop();
    progress(
      `1/3 ${size.models} models, ${size.days} days of hourly windows, 30 features, ${size.perHour} rows an hour`,
    );
    await seed(server.dataDir, size, Math.floor(Date.now() / 3_600_000) * 3_600_000, progress);
    await server.restart();
    progress('2/3 waiting until the server is idle');
    await untilIdle(() => cpuSeconds(server.pid), CAUGHT_UP_WITHIN_MS);

    progress(`3/3 each page ${TIMES} times cold and ${TIMES} times warm`);
    // Another model each time: nobody has asked of it before.
    const pages: Record<string, (time: number) => string> = { overview: () => '/', model: pageOf };
    const measured: Record<string, { cold: Loaded; warm: Loaded }> = {};
    for (const [name, pathOf] of Object.entries(pages)) {
      const cold: Loaded[] = [];
      const warm: Loaded[] = [];
      for (let i = 0; i < TIMES; i++) {
        const browser = await openBrowser();
        try {
          const page = await browser.context.newPage();
          await signIn(page, server.url, server.adminKey);
          const url = server.url + pathOf(i);
          cold.push(await open(page, url));
          warm.push(await open(page, url));
        } finally {
          await browser.close();
        }
      }
      measured[name] = { cold: median(cold), warm: median(warm) };
      progress(`  ${name}: ${measured[name].cold.lcp_ms} ms cold, ${measured[name].warm.lcp_ms} ms warm`);
    }
    const repaints = await rangeChanges(server, pageOf(TIMES));
    const of = (key: keyof Loaded, when: 'cold' | 'warm' = 'cold') =>
      Math.max(...Object.values(measured).map((m) => m[when][key]));
    return {
      ok: true,
      summary: {
        lcp_ms: of('lcp_ms'),
        lcp_warm_ms: of('lcp_ms', 'warm'),
        ttfb_ms: of('ttfb_ms'),
        requests: of('requests'),
        kb_transferred: of('kb_transferred'),
        js_kb: of('js_kb'),
        js_with_charts_kb: of('js_with_charts_kb'),
        interaction_p95_ms: rounded(quantile(repaints, 0.95), 0),
        interaction_p50_ms: rounded(quantile(repaints, 0.5), 0),
        pages: measured,
        ...{ models: size.models, windows: size.models * size.days * 24, rows_per_hour: size.perHour },
      },
    };
  } finally {
    await server.dispose();
  }
};
export default trial;

const pageOf = (model: number): string => `/models/${nameOf(model)}?range=90d&granularity=1h`;

async function open(page: Page, url: string): Promise<Loaded> {
  const requests = watchRequests(page);
  await page.goto(url);
  await page.locator('main h1').first().waitFor();
  await settled(page);
  return { ...(await loadOf(page)), requests: requests() };
}

/** Milliseconds from the click on another time range until its answer is drawn. */
async function rangeChanges(server: Server, path: string): Promise<number[]> {
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    await signIn(page, server.url, server.adminKey);
    await open(page, server.url + path);
    const taken: number[] = [];
    for (let i = 0; i < TIMES * RANGES.length; i++) taken.push(await paintOf(page, RANGES[i % RANGES.length]!));
    return taken;
  } finally {
    await browser.close();
  }
}

/** Of each figure the median of the times. */
function median(loads: readonly Loaded[]): Loaded {
  const names = Object.keys(loads[0]!) as (keyof Loaded)[];
  return Object.fromEntries(
    names.map((name) => [
      name,
      rounded(
        quantile(
          loads.map((l) => l[name]),
          0.5,
        ),
        0,
      ),
    ]),
  ) as Loaded;
}
