import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningDemo, startDemo } from './demo.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The newcomer's path: one command, one link, the incident that names the planted fault, acknowledged. */
const suite = process.env.PLUMBLINE_TEST_BROWSER === 'off' ? [] : ['light' as const, 'dark' as const];

describe('quickstart', () => {
  let demo: RunningDemo;
  beforeAll(async () => {
    demo = await startDemo();
  }, 400_000);
  afterAll(async () => {
    expect(await demo?.stop()).toBe(0);
  }, 90_000);

  it('names every known fault', () => {
    expect(demo.output).not.toContain('not found:');
    expect(demo.output).toMatch(/stated_income.*app_channel = store/);
  });

  it('answers only who is signed in', async () => {
    expect((await fetch(`${demo.url}/api/v1/overview`)).status).toBe(401);
  });

  for (const scheme of suite) {
    it(`leads from the link to the incident and its cause, ${scheme}`, async () => {
      await withPage(scheme, async (page, errors) => {
        if (scheme === 'light') await page.goto(demo.loginLink);
        else await signIn(page, demo);
        await page.getByRole('heading', { name: 'Overview' }).waitFor();
        for (const model of ['bike-demand', 'car-loan', 'credit-card'])
          await page.getByRole('link', { name: model }).first().waitFor();

        await page
          .getByRole('link', { name: /stated_income is missing|channel gateway: 2 features fail/ })
          .first()
          .click();
        await page
          .getByRole('heading', { name: /stated_income is missing|channel gateway: 2 features fail/ })
          .waitFor();
        await page.getByText('app_channel').first().waitFor();
        await page.getByText('store').first().waitFor();
        if (scheme === 'light') {
          await page.getByRole('button', { name: 'Acknowledge' }).click();
          await page
            .getByText(/Acknowledged/)
            .first()
            .waitFor();
        } else
          await page
            .getByText(/Acknowledged/)
            .first()
            .waitFor();

        await page.goto(`${demo.url}/models/car-loan`);
        await page.getByRole('heading', { name: 'car-loan' }).waitFor();
        await page.locator('canvas, svg').first().waitFor();
        await page.getByRole('link', { name: 'Drift' }).click();
        await page.getByText('car_value').first().waitFor();
        expect(errors).toEqual([]);
      });
    }, 120_000);
  }

  it.each(suite.slice(0, 1))(
    'uses a link only once',
    async () => {
      await withPage('light', async (page) => {
        await page.goto(demo.loginLink);
        await page
          .getByText(/used already or has expired/)
          .first()
          .waitFor();
      });
    },
    60_000,
  );

  it.each(suite.slice(0, 1))(
    'fits a phone',
    async () => {
      await withPage('light', async (page) => {
        await page.setViewportSize({ width: 390, height: 844 });
        await signIn(page, demo);
        for (const path of ['/', '/incidents', '/models/credit-card', '/models/credit-card/drift', '/monitors']) {
          await page.goto(demo.url + path);
          await page.getByRole('heading').first().waitFor();
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow, path).toBeLessThanOrEqual(0);
        }
      });
    },
    120_000,
  );
});

async function signIn(page: Page, { url, key }: RunningDemo): Promise<void> {
  await page.goto(`${url}/login`);
  await page.evaluate(
    (k) =>
      fetch('/api/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: k }),
      }).then((r) => r.ok),
    key,
  );
  await page.goto(url);
}

async function withPage(
  colorScheme: 'light' | 'dark',
  walk: (page: Page, errors: string[]) => Promise<void>,
): Promise<void> {
  if (!CHROMIUM)
    throw new Error(
      'The browser test needs Chromium: apt-get install chromium, or leave it out with PLUMBLINE_TEST_BROWSER=off.',
    );
  const profile = mkdtempSync(join(tmpdir(), 'plumbline-chromium-'));
  let context: BrowserContext | undefined;
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM,
      headless: true,
      args: ARGS,
      colorScheme,
      viewport: { width: 1280, height: 900 },
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await walk(page, errors);
  } finally {
    await context?.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
