import { describe, expect, it } from 'vitest';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

/** The newcomer: one command, one link, and the incident that names the planted fault. */
export const newcomer = (demo: () => RunningDemo) =>
  describe('a newcomer', () => {
    it('is told every known fault on the terminal', () => {
      expect(demo().output).not.toContain('not found:');
      expect(demo().output).toMatch(/stated_income.*app_channel = store/);
    });

    it('who is not signed in sees nothing', async () => {
      expect((await fetch(`${demo().url}/api/v1/overview`)).status).toBe(401);
    });

    it('is signed in by the link, and led to the incident and its cause', async () => {
      await visit(
        demo(),
        async ({ page }) => {
          await page.goto(demo().loginLink);
          await page.getByRole('heading', { name: 'Overview' }).waitFor();
          for (const model of ['bike-demand', 'car-loan', 'credit-card'])
            await page.getByRole('link', { name: model }).first().waitFor();
          await page
            .locator('main')
            .getByRole('link', { name: /channel gateway|stated_income/ })
            .first()
            .click();
          await page.getByRole('heading', { level: 1, name: /channel gateway|stated_income/ }).waitFor();
          await page.getByText('app_channel').first().waitFor();
          await page.getByText('store').first().waitFor();
        },
        { signedIn: false },
      );
    });

    it('can use the link only once', async () => {
      await visit(
        demo(),
        async ({ page }) => {
          await page.goto(demo().loginLink);
          await page
            .getByText(/used already or has expired/)
            .first()
            .waitFor();
        },
        { signedIn: false, mayComplain: true },
      );
    });
  });
