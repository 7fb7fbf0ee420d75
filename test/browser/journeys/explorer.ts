import { describe, expect, it } from 'vitest';
import { settled } from '../chromium.js';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

const filtersOf = (url: string) => JSON.parse(new URL(url).searchParams.get('filters') ?? '[]');

/** For whom is it bad: from all rows into a slice, by hand and by search, and back. */
export const explorer = (demo: () => RunningDemo) =>
  describe('somebody who looks for where it fails', () => {
    it('filters by keyboard alone, changes the condition, goes into a group, and back', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/models/car-loan/slices');
        await page.getByRole('button', { name: 'Filter', exact: true }).focus();
        await page.keyboard.press('Enter');
        await page.getByRole('combobox', { name: 'Field' }).waitFor();
        await page.keyboard.type('salary');
        await page.getByRole('option', { name: /salary_range/ }).waitFor();
        await page.keyboard.press('Enter');
        const values = page.getByRole('combobox', { name: 'Values' });
        await values.waitFor();
        await page.getByRole('option', { name: /%/ }).first().waitFor();
        for (const key of ['ArrowDown', 'Enter', 'ArrowDown', 'Enter', 'Escape', 'Enter'])
          await page.keyboard.press(key);
        await page.waitForURL(/filters=/);
        expect(filtersOf(page.url())).toMatchObject([{ field: 'features.salary_range', op: 'in' }]);

        await page.getByRole('button', { name: /^Change salary_range/ }).press('Enter');
        await values.waitFor();
        for (const key of ['Backspace', 'Escape', 'Enter']) await page.keyboard.press(key);
        await page.waitForURL((url) => filtersOf(url.href)[0]?.op === 'eq');
        await settled(page);
        await page
          .getByRole('button', { name: /Go into it\.$/ })
          .first()
          .press('Enter');
        await page.waitForURL((url) => filtersOf(url.href).length > 1);
        await page.goBack();
        await page.waitForURL((url) => filtersOf(url.href).length === 1);
        await page.goBack();
        await page.goBack();
        await page.waitForURL((url) => filtersOf(url.href).length === 0);
      });
    });

    it('goes into a found slice, to its rows, and to a monitor of it', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/models/bike-demand/slices');
        const found = page.getByRole('table').getByRole('button', { name: /^Go into/ });
        await found.first().waitFor();
        await found.first().click();
        await page.waitForURL(/filters=/);
        const filters = filtersOf(page.url());
        const slice = page.getByRole('region', { name: 'This slice' });
        await slice.getByText(/of all/).waitFor();
        await slice.getByRole('link', { name: 'Rows' }).click();
        await page.waitForURL(/\/rows\?/);
        expect(filtersOf(page.url())).toEqual(filters);
        await page.getByRole('button', { name: 'Show details' }).first().click();
        await page
          .getByText(/percentile|in \d/)
          .first()
          .waitFor();
        await page.goBack();
        await slice.getByRole('link', { name: 'Make a monitor' }).click();
        await page.waitForURL(/monitors\/new/);
        await page.getByText('On which rows').first().waitFor();
        await page
          .getByRole('button', { name: /^Remove/ })
          .first()
          .waitFor();
      });
    });

    it('compares two fields with the time before, and reads the same as a table', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/models/credit-card/slices?by=features.stated_income&by2=features.app_channel&compare=before');
        await page.getByRole('heading', { name: 'Accuracy by stated_income and app_channel' }).waitFor();
        await page.getByRole('button', { name: 'Show as table' }).first().click();
        await page.getByRole('columnheader', { name: 'Part of the change' }).waitFor();
        expect(await page.getByRole('row').count()).toBeGreaterThan(6);
        await page.getByText('Treemap').click();
        await page.waitForURL(/view=treemap/);
        await page.getByRole('button', { name: 'Show as chart' }).first().click();
        await page
          .getByRole('button', { name: /store.*Go into it$/ })
          .first()
          .press('Enter');
        await page.waitForURL(/filters=.*app_channel/);
      });
    });

    it('keeps a view under a name, finds it in the palette, and deletes it', async () => {
      await visit(demo(), async ({ page, go }) => {
        const name = `Kept ${Date.now()}`;
        await go('/models/car-loan/slices?range=30d&by=features.car_value');
        await page.getByRole('button', { name: 'Save view' }).click();
        await page.keyboard.type(name);
        await page.getByText('stays as it is now').click();
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await page.getByText(/^Saved\./).waitFor();
        await go('/incidents');
        await page.keyboard.press('Control+k');
        await page.keyboard.type(name);
        await page.getByRole('option', { name }).waitFor();
        await page.keyboard.press('Enter');
        await page.waitForURL(/by=features\.car_value/);
        expect(new URL(page.url()).searchParams.get('from')).toMatch(/Z$/);
        await page.getByRole('button', { name: 'Views' }).click();
        await page.getByRole('button', { name: `Delete ${name}` }).click();
        await page.getByRole('link', { name }).waitFor({ state: 'detached' });
      });
    });
  });
