import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

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
export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Backtests are the longest wait of a page; on a busy machine they take their time. */
const DRAWN_WITHIN_MS = 90_000;

export type Opened = { context: BrowserContext; close(): Promise<void> };

/** The distribution's Chromium, headless, with a profile of its own. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<Opened> {
  if (!CHROMIUM)
    throw new Error(
      'This needs Chromium: apt-get install chromium, or leave browser tests out with PLUMBLINE_TEST_BROWSER=off.',
    );
  const profile = mkdtempSync(join(tmpdir(), 'plumbline-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: ARGS,
    viewport: DESK,
    ...options,
  });
  context.setDefaultTimeout(30_000);
  // The compiler that runs these files marks functions with a helper that a page does not have.
  await context.addInitScript('globalThis.__name ??= (f) => f');
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Signs the whole browser in with a key, as the login page does. */
export async function signIn(page: Page, url: string, key: string): Promise<void> {
  const answer = await page
    .context()
    .request.post(`${url}/api/v1/session`, { data: { key }, headers: { origin: url } });
  if (!answer.ok()) throw new Error(`Signing in answered ${answer.status()}: ${await answer.text()}`);
}

/** Everything that a page complains about: what it throws, and what it logs as an error. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return complaints;
}

/** Nothing is being asked and nothing waits to be drawn. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('main .skeleton, main [aria-busy="true"]'), undefined, {
    timeout: DRAWN_WITHIN_MS,
  });
  await page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}
