import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { complaintsOf, openBrowser, settled, signIn } from './chromium.js';

const SHOWN_MAX = 2_000;

/** A server with a console that runs. */
export type Site = { url: string; key: string };
export type Visit = {
  page: Page;
  /** Opens a page of the console and waits until it is drawn. */
  go(path: string): Promise<void>;
};

/**
 * A browser of its own, signed in, for one visit. What the page throws or logs as an error fails the test, unless it `mayComplain`.
 */
export async function visit(
  site: Site,
  walk: (visit: Visit) => Promise<void>,
  {
    mayComplain = false,
    signedIn = true,
    ...options
  }: BrowserContextOptions & { mayComplain?: boolean; signedIn?: boolean } = {},
): Promise<void> {
  const browser = await openBrowser(options);
  try {
    const page = await browser.context.newPage();
    const complaints = complaintsOf(page);
    if (signedIn) await signIn(page, site.url, site.key);
    const go = async (path: string) => {
      await page.goto(site.url + path);
      await page
        .locator('h1')
        .first()
        .waitFor()
        .then(() => settled(page))
        .catch((error: Error) => {
          throw new Error(`${path} was not drawn in time: ${error.message}`);
        });
    };
    await walk({ page, go }).catch(async (error) => {
      throw new Error(`${error.message}\nAt ${page.url()}:\n${await shown(page)}`, { cause: error });
    });
    if (!mayComplain) expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
}

/** What a person would read there, for whoever looks into a failure. */
const shown = (page: Page): Promise<string> =>
  page
    .locator('body')
    .innerText({ timeout: 2_000 })
    .then((text) => text.slice(0, SHOWN_MAX))
    .catch(() => 'nothing');

/** How many pixels of the page lie beside the screen. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
