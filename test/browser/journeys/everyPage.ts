import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Client } from '../../e2e/client.js';
import { complaintsOf, DESK, PHONE, settled } from '../chromium.js';
import type { RunningDemo } from '../demo.js';
import { pagesOf } from '../pages.js';
import { overflowOf, visit } from '../visit.js';

const GRAVE = new Set(['serious', 'critical']);
const REQUESTS_MAX = 3;
/** Axe, its own scripts among them, must be let in for once. */
const OPTIONS = { bypassCSP: true, mayComplain: true, reducedMotion: 'reduce' } as const;
const FITS_WITHIN_MS = 5_000;

/** What holds for every page there is: seen once each, on a desk in both themes and on a phone. */
export const everyPage = (demo: () => RunningDemo) =>
  describe('every page', () => {
    it('asks little, complains about nothing, fits a phone, and has nothing that axe calls serious in either theme', async () => {
      const faults: string[] = [];
      const pages = await pagesOf(new Client(demo().url, demo().key));
      await visit(
        demo(),
        async ({ page, go }) => {
          const complaints = complaintsOf(page);
          // What comes while a page is open has its own journey: here counts what it asks to open.
          await page.route('**/api/v1/stream', (route) =>
            route.fulfill({ contentType: 'text/event-stream', body: 'retry: 3600000\n\n' }),
          );
          const asked = countRequests(page);
          for (const { name, path } of pages) {
            await go(path);
            if (asked() > REQUESTS_MAX) faults.push(`${name}: more than ${REQUESTS_MAX} requests for data`);
            const said = complaints.splice(0);
            if (name !== 'not-found') faults.push(...said.map((text) => `${name}: ${text}`));
            for (const colorScheme of ['light', 'dark'] as const) {
              await page.emulateMedia({ colorScheme });
              await settled(page);
              faults.push(...(await seriousOf(page)).map((text) => `${name}, ${colorScheme}: ${text}`));
            }
            await page.setViewportSize(PHONE);
            const beside = await narrowed(page);
            if (beside > 0) faults.push(`${name}: ${beside} pixels beside the screen of a phone`);
            await page.setViewportSize(DESK);
            await page.emulateMedia({ colorScheme: 'light' });
          }
        },
        OPTIONS,
      );
      expect(pages.length).toBeGreaterThan(30);
      expect(faults).toEqual([]);
    }, 900_000);

    it('lets no script in that is not its own', async () => {
      const { headers } = await fetch(`${demo().url}/login`);
      const policy = headers.get('content-security-policy') ?? '';
      const scripts = /script-src ([^;]+)/.exec(policy)?.[1] ?? '';
      expect(scripts).toContain("'nonce-");
      expect(scripts).not.toContain('unsafe-inline');
      for (const rule of ["object-src 'none'", "frame-ancestors 'none'", "base-uri 'self'"])
        expect(policy).toContain(rule);
    });
  });

/** Charts follow the width of the screen a moment later. */
async function narrowed(page: Page): Promise<number> {
  await page
    .waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, undefined, {
      timeout: FITS_WITHIN_MS,
    })
    .catch(() => {});
  return overflowOf(page);
}

/** Requests for data since the last call. */
function countRequests(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/') && pathname !== '/api/v1/stream') count++;
  });
  return () => {
    const counted = count;
    count = 0;
    return counted;
  };
}

async function seriousOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => GRAVE.has(impact ?? ''))
    .map(
      ({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary ?? ''}`,
    );
}
