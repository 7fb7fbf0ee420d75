import { describe, expect, it } from 'vitest';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

/** Everything without a mouse. */
export const keyboard = (demo: () => RunningDemo) =>
  describe('with the keyboard alone', () => {
    it('goes from the overview to a window of a chart and into a drawer and out again', async () => {
      await visit(demo(), async ({ page, go }) => {
        await go('/');
        await page.keyboard.press('Tab');
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
        await page.keyboard.press('Enter');
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').waitFor();
        await page.keyboard.type('credit drift');
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/models\/credit-card\/drift/);

        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('combobox').waitFor({ state: 'detached' });

        await go('/models/credit-card');
        const chart = page.getByRole('application').first();
        await chart.focus();
        for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'End']) await page.keyboard.press(key);
        await page
          .getByText(/95 % interval|predictions/i)
          .first()
          .waitFor();
      });
    });

    it('shows where the focus is, everywhere', async () => {
      await visit(demo(), async ({ page, go }) => {
        for (const path of ['/', '/models/credit-card', '/monitors']) {
          await go(path);
          const unseen: string[] = [];
          for (let i = 0; i < 25; i++) {
            await page.keyboard.press('Tab');
            const bare = await page.evaluate(() => {
              const at = document.activeElement;
              if (!at || at === document.body) return null;
              const marked = [at, at.closest('label'), at.parentElement, at.closest('fieldset')].some((e) => {
                if (!e) return false;
                const style = getComputedStyle(e);
                return (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none';
              });
              return marked ? null : at.outerHTML.slice(0, 120);
            });
            if (bare) unseen.push(bare);
          }
          expect(unseen, path).toEqual([]);
        }
      });
    });
  });
