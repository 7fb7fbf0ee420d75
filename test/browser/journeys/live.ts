import { describe, expect, it } from 'vitest';
import type { Server } from '../../e2e/server.js';
import { overflowOf, visit } from '../visit.js';

/** An empty project that fills while somebody looks. */
export const live = (server: () => Server) =>
  describe('a page that is open', () => {
    const site = () => ({ url: server().url, key: server().adminKey });

    it('turns from "send your first event" into the model when its first event comes, and follows without a jump', async () => {
      await visit(site(), async ({ page, go }) => {
        await go('/');
        await page.getByText('Send your first event').waitFor();
        const client = server().client();
        const now = Date.now();
        const events = (from: number, n: number) =>
          Array.from({ length: n }, (_, i) => ({
            model: 'first-model',
            prediction_id: `p${from + i}`,
            ts: now - (from + i) * 60_000,
            features: { x: i },
            prediction: { score: (i % 10) / 10 },
          }));
        await client.send('predictions', events(0, 50));
        await page.getByText('first-model').first().waitFor();

        await go('/models/first-model');
        await page
          .getByText(/50 predictions|of 50/)
          .first()
          .waitFor();
        await page.setViewportSize({ width: 1280, height: 500 });
        await page.evaluate(() => window.scrollTo(0, 200));
        const before = await page.evaluate(() => window.scrollY);
        await client.send('predictions', events(50, 70));
        await page
          .getByText(/120 predictions|of 120/)
          .first()
          .waitFor();
        expect(await page.evaluate(() => window.scrollY)).toBe(before);
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      });
    });
  });
