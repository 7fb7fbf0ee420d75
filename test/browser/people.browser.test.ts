import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snippets } from '../../apps/console/app/(console)/overview/snippets.js';
import { Server } from '../e2e/server.js';
import { complaintsOf, type Opened, openBrowser, PHONE, settled, signIn } from './chromium.js';
import { runSnippet } from './run-snippet.js';

/** From an empty server to people who work with it: the first event, the first account, an invitation, each in a browser. */
const PASSWORD = 'correct horse battery';
const SETTINGS = ['channels', 'mutes', 'keys', 'people', 'data', 'audit', 'account'];

describe.runIf(process.env.PLUMBLINE_TEST_BROWSER !== 'off')('an empty project', () => {
  let server: Server;
  let admin: Opened;
  beforeAll(async () => {
    server = await Server.start({ NODE_ENV: 'production' }, [], { console: true });
    admin = await openBrowser();
  });
  afterAll(async () => {
    await admin?.close();
    await server?.dispose();
  });

  it('turns into the page of the model when its first event comes, sent with what it shows', async () => {
    const page = await admin.context.newPage();
    const complaints = complaintsOf(page);
    await signIn(page, server.url, server.adminKey);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByText('curl', { exact: true }).click();
    const code = page.getByRole('region', { name: 'curl example' });
    await expect.poll(() => code.innerText()).toContain('Bearer plk_');
    await runSnippet('curl', await code.innerText());
    await page.waitForURL('**/models/fraud');
    await page.getByRole('heading', { name: 'fraud' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(['typescript', 'python', 'curl'] as const)('is served by the %s that it shows, as it is', async (id) => {
    const made = await server.client().post('/v1/keys', { name: id, scopes: ['ingest'] });
    const { code } = snippets(server.url, made.body.key).find((s) => s.id === id)!;
    await runSnippet(id, code.replaceAll("'fraud'", `'${id}'`).replaceAll('"fraud"', `"${id}"`));
    await server.client().joined(id, 1);
  });

  it('offers the first account, which signs in by itself and invites the next', async () => {
    const page = await admin.context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Name').fill('Ada Example');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create the account and sign in' }).click();
    await page.waitForURL('**/settings/people');
    await page.getByText('ada@example.org').waitFor();
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Email').fill('lin@example.org');
    await page.getByLabel('Role').selectOption('viewer');
    await page.getByRole('button', { name: 'Create a link' }).click();
    const link = await page.getByRole('dialog').locator('code').innerText();
    expect(link).toContain(`${server.url}/join#`);

    const guest = await openBrowser({ viewport: PHONE, colorScheme: 'dark' });
    try {
      const theirs = await guest.context.newPage();
      await theirs.goto(link);
      await theirs.getByLabel('Your name').fill('Lin Example');
      await theirs.getByLabel('A new password', { exact: true }).fill(PASSWORD);
      await theirs.getByRole('button', { name: 'Join', exact: true }).click();
      await theirs.getByRole('heading', { name: 'Overview' }).waitFor();
      await theirs.goto(`${server.url}/settings/keys`);
      await theirs.getByText('Keys are for admins').waitFor();
      for (const name of SETTINGS) {
        await theirs.goto(`${server.url}/settings/${name}`);
        await settled(theirs);
        const over = await theirs.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(over, name).toBeLessThanOrEqual(0);
      }
      await page.reload();
      await page.getByText('lin@example.org').waitFor();
    } finally {
      await guest.close();
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('asks for the password from then on, and keeps every page within the policy', async () => {
    const { context, close } = await openBrowser();
    try {
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      await page.goto(`${server.url}/settings/audit`);
      await page.waitForURL('**/login?next=*');
      complaints.length = 0; // the browser tells of the 401 that led here
      await page.getByLabel('Email').fill('ada@example.org');
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForURL('**/settings/audit');
      await page.getByText('Person created').first().waitFor();
      for (const name of SETTINGS) {
        const answer = await page.goto(`${server.url}/settings/${name}`);
        await settled(page);
        const policy = answer!.headers()['content-security-policy'];
        expect(policy, name).toContain("frame-ancestors 'none'");
        expect(policy, name).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
      }
      expect(complaints).toEqual([]);
    } finally {
      await close();
    }
  });
});
