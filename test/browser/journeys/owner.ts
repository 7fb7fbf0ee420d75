import { describe, expect, it } from 'vitest';
import { settled } from '../chromium.js';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

/** The owner of a model, once a week: is it still good, since when not, what moved. */
export const owner = (demo: () => RunningDemo) =>
  describe('the owner of a model', () => {
    it('looks over time, narrows the time, goes back, and finds what moved', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/');
        await page.locator('main').getByRole('link', { name: 'car-loan', exact: true }).first().click();
        await page.getByRole('heading', { level: 1, name: 'car-loan' }).waitFor();
        await page.locator('canvas').first().waitFor();

        await page.getByRole('group', { name: 'Time range' }).getByText('30 d').click();
        await page.waitForURL(/range=30d/);
        const chart = page.getByRole('application').first();
        await chart.scrollIntoViewIfNeeded();
        await settled(page);
        const box = (await chart.boundingBox())!;
        await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4, { steps: 6 });
        await page.mouse.up();
        await page.waitForURL(/from=/);
        await page.goBack();
        await page.waitForURL(/range=30d/);

        await page.getByRole('link', { name: 'Drift', exact: true }).click();
        await page.getByText('car_value').first().click();
        await page.getByRole('dialog').getByText(/PSI/).first().waitFor();
        await page.keyboard.press('Escape');
        await page
          .getByRole('dialog')
          .waitFor({ state: 'detached' })
          .catch(() => {});
        expect(new URL(page.url()).pathname).toBe('/models/car-loan/drift');
      });
    });

    it('reads every chart as a table and takes its numbers away', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/models/credit-card');
        await page.getByRole('button', { name: /table/i }).first().click();
        await page.getByRole('table').first().waitFor();
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: /CSV/ }).first().click(),
        ]);
        expect(file.suggestedFilename()).toMatch(/\.csv$/);
      });
    });
  });
