import { describe, expect, it } from 'vitest';
import { Client } from '../../e2e/client.js';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

/** When things fail: each is said in words, and mends itself or says what to do. */
export const trouble = (demo: () => RunningDemo) =>
  describe('when things fail', () => {
    it('a server that is away is said, and the page comes back with it', async () => {
      await visit(
        demo(),
        async ({ page }) => {
          await page.route('**/api/**', (route) => route.abort());
          await page.goto(`${demo().url}/incidents`);
          await page.getByText('The server cannot be reached').first().waitFor();
          await page.unroute('**/api/**');
          await page.getByRole('button', { name: 'Try again' }).first().click();
          await page
            .getByText(/channel gateway|stated_income/)
            .first()
            .waitFor();
        },
        { mayComplain: true },
      );
    });

    it('what was answered stays on screen when a later answer fails', async () => {
      await visit(
        demo(),
        async ({ page, go }) => {
          await go('/models/credit-card');
          await page.route('**/api/v1/batch', (route) =>
            route.fulfill({
              status: 503,
              json: { code: 'store_unavailable', detail: 'ClickHouse cannot be reached.' },
            }),
          );
          await page.getByRole('group', { name: 'Time range' }).getByText('7 d').click();
          await page.getByText('ClickHouse cannot be reached.').first().waitFor();
          await page.getByRole('heading', { level: 1, name: 'credit-card' }).waitFor();
        },
        { mayComplain: true },
      );
    });

    it('a slow answer leaves its place free, with the frame in use meanwhile', async () => {
      await visit(demo(), async ({ page }) => {
        let release = () => {};
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        await page.route('**/api/v1/batch', async (route) => {
          await held;
          await route.continue();
        });
        await page.goto(`${demo().url}/models/credit-card`);
        await page.locator('main .skeleton').first().waitFor();
        await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Monitors' }).first().waitFor();
        release();
        await page.locator('canvas').first().waitFor();
      });
    });

    it.each([
      ['/models/no-such-model', /no model/i],
      ['/incidents/no-such-incident', /no incident/i],
      ['/monitors/no-such-monitor', /no monitor/i],
      ['/no/such/page', /no such page/i],
    ])('%s is said not to be there', async (path, words) => {
      await visit(
        demo(),
        async ({ page }) => {
          await page.goto(demo().url + path);
          await page.getByText(words).first().waitFor();
          await page
            .getByRole('link', { name: /overview/i })
            .first()
            .waitFor();
        },
        { mayComplain: true },
      );
    });

    it('who may only read is not offered what would be refused', async () => {
      const admin = new Client(demo().url, demo().key);
      const { key } = await admin.ok(admin.post('/v1/keys', { name: 'who reads', scopes: ['read'] }));
      const { items } = (await admin.get('/v1/incidents?state=unresolved&limit=1')).body;
      await visit({ url: demo().url, key }, async ({ page, go }) => {
        await go(`/incidents/${items[0].id}`);
        const acknowledge = page.getByRole('button', { name: 'Acknowledge' });
        if ((await acknowledge.count()) > 0) expect(await acknowledge.first().isDisabled()).toBe(true);
        await go('/monitors');
        expect(await page.getByRole('switch').first().isDisabled()).toBe(true);
      });
    });

    it('a session that ended leads to the login and back to the same view', async () => {
      await visit(
        demo(),
        async ({ page }) => {
          await page.goto(`${demo().url}/models/credit-card?range=7d`);
          await page.waitForURL(/\/login\?next=/);
          expect(new URL(page.url()).searchParams.get('next')).toBe('/models/credit-card?range=7d');
        },
        { signedIn: false, mayComplain: true },
      );
    });
  });
