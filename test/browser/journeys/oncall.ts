import { describe, expect, it } from 'vitest';
import { Client } from '../../e2e/client.js';
import type { RunningDemo } from '../demo.js';
import { visit } from '../visit.js';

/** Who is on call: from the link in the message to the rows, and back to say that it is taken care of. */
export const oncall = (demo: () => RunningDemo) =>
  describe('who is on call', () => {
    const incident = async () => {
      const { items } = (await new Client(demo().url, demo().key).get('/v1/incidents?state=unresolved&limit=50')).body;
      return items.find((i: { title: string }) => /channel gateway|stated_income/.test(i.title)) as { id: string };
    };

    it('sees what, since when and where, and is at the rows with one click', async () => {
      const { id } = await incident();
      await visit(demo(), async ({ page, go }) => {
        await go(`/incidents/${id}`);
        await page.getByText(/since/).first().waitFor();
        await page.locator('canvas').first().waitFor();
        await page
          .getByText(/app_channel/)
          .first()
          .waitFor();
        await page.getByRole('link', { name: 'Rows that were judged' }).first().click();
        await page.waitForURL(/\/rows\?/);
        await page.getByRole('table').first().waitFor();
        expect(await page.locator('tbody tr').count()).toBeGreaterThan(10);
        await page.goBack();
        await page.getByRole('heading', { level: 1, name: /channel gateway|stated_income/ }).waitFor();
      });
    });

    it('acknowledges, notes, mutes and ends the mute', async () => {
      const { id } = await incident();
      await visit(demo(), async ({ page, go }) => {
        await go(`/incidents/${id}`);
        await page.getByRole('button', { name: 'Acknowledge' }).click();
        await page
          .getByText(/Acknowledged/)
          .first()
          .waitFor();
        const note = page.getByPlaceholder(/Add a note/);
        await note.fill('The gateway sends hundredths.');
        await page.getByRole('button', { name: 'Add note' }).click();
        await page.getByText('The gateway sends hundredths.').first().waitFor();
        await page.getByRole('button', { name: /Mute/ }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('textbox').last().fill('repair under way');
        await dialog.getByRole('button', { name: /^Mute/ }).click();
        await page.getByText('repair under way').first().waitFor();
        await page
          .getByRole('button', { name: /Unmute|End/ })
          .first()
          .click();
        await page.getByText('repair under way').first().waitFor({ state: 'detached' });
      });
    });
  });
