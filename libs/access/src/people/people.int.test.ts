import { type Db, personAccounts, personSessions, personVerifications } from '@plumbline/control';
import { freshProject, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attempt, FAILURES_MAX } from './attempts.js';
import { type Auth, openAuth, personCookie } from './auth.js';
import { acceptInvitation, invite, listInvitations, showInvitation, withdraw } from './invitations.js';
import { addPerson, assertMayReset, changePerson, join, listPeople, removePerson } from './members.js';
import { emailOfReset, hashPassword, makeReset, resetPassword } from './passwords.js';
import { changePassword, signIn, signOut, switchProject, whoIs } from './sessions.js';

let stores: Stores;
let db: Db;
let auth: Auth;
let hash: string;
let projectId: string;
const PASSWORD = 'correct horse battery';
beforeAll(async () => {
  stores = await openStores();
  db = stores.control.db;
  auth = openAuth(db, { secret: 'a secret of at least 32 characters', url: 'http://127.0.0.1', secureCookies: false });
  hash = await hashPassword(PASSWORD);
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
});

let made = 0;
const person = async (role: 'viewer' | 'editor' | 'admin', project = projectId) => {
  const email = `p${made++}@example.org`;
  return db.transaction((tx) => addPerson(tx, project, { email, name: 'Ann', role, hash }));
};
const cookieOf = (cookies: string[]) => cookies.map((c) => c.split(';')[0]).join('; ');
const enter = async (email: string, password = PASSWORD) => cookieOf(await signIn(auth, email, password));
const who = (cookie: string) => whoIs(auth, db, cookie, Date.now());
const admin = () => ({ projectId, keyId: 'k', name: 'the key', scopes: ['admin' as const] });

describe('a session', () => {
  it('opens with email and password, with the scope of the role, and its cookie is for our pages alone', async () => {
    const { id, email } = await person('editor');
    const cookies = await signIn(auth, email, PASSWORD);
    expect(cookies[0]).toMatch(/^plumbline_person=[^;]+;.*HttpOnly/i);
    expect(cookies[0]).toMatch(/SameSite=Strict/i);
    const found = await who(cookieOf(cookies));
    expect(found!.principal).toEqual({ projectId, keyId: id, name: 'Ann', scopes: ['write'], person: { id, email } });
  });

  it('does not open with anything else, and says the same of a wrong email as of a wrong password', async () => {
    const { email } = await person('viewer');
    const said = [];
    for (const [given, password] of [
      [email, 'wrong password'],
      ['nobody@example.org', PASSWORD],
      ['not an email', PASSWORD],
      [email, ''],
    ] as const)
      said.push(await signIn(auth, given, password).catch((e: Error) => e.message));
    expect(new Set(said)).toEqual(new Set(['unauthenticated: This email and password do not fit together.']));
  });

  it('is kept by browsers over HTTPS alone, where that is configured', async () => {
    const secure = openAuth(db, {
      secret: 'a secret of at least 32 characters',
      url: 'https://x',
      secureCookies: true,
    });
    const { id, email } = await person('viewer');
    const cookies = await signIn(secure, email, PASSWORD);
    expect(cookies[0]).toMatch(new RegExp(`^${personCookie(true)}=.*; Secure`, 'i'));
    expect((await whoIs(secure, db, cookieOf(cookies), Date.now()))?.principal.keyId).toBe(id);
  });

  it('is not said to have ended while the store is away', async () => {
    const away = new Proxy(db, {
      get: () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    const lost = openAuth(away, {
      secret: 'a secret of at least 32 characters',
      url: 'http://x',
      secureCookies: false,
    });
    const { email } = await person('viewer');
    const cookie = await enter(email);
    await expect(whoIs(lost, away, cookie, Date.now())).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('that was forged, touched or comes from elsewhere is none', async () => {
    const { email } = await person('viewer');
    const cookie = await enter(email);
    const [name, value] = cookie.split('=') as [string, string];
    const [token] = decodeURIComponent(value).split('.');
    const other = openAuth(db, { secret: 'another secret of 32 characters!', url: 'http://x', secureCookies: false });
    for (const wrong of ['', `${name}=x`, `${name}=${token}`, `${cookie}x`, `${name}=${token}.${'A'.repeat(43)}=`])
      expect(await who(wrong), wrong).toBeNull();
    expect(await whoIs(other, db, cookie, Date.now())).toBeNull();
    expect(await who(cookie)).not.toBeNull();
  });

  it('follows the role at once, and ends when the person is disabled, removed or signs out', async () => {
    await person('admin');
    const { id, email } = await person('viewer');
    const cookie = await enter(email);
    await changePerson(db, projectId, id, { role: 'admin' });
    expect((await who(cookie))!.principal.scopes).toEqual(['admin']);
    await changePerson(db, projectId, id, { disabled: true });
    expect(await who(cookie)).toBeNull();
    await changePerson(db, projectId, id, { disabled: false });
    expect(await who(cookie)).not.toBeNull();
    const second = await enter(email);
    await signOut(db, (await who(second))!, false);
    expect([await who(second), (await who(cookie)) === null]).toEqual([null, false]);
    await removePerson(db, projectId, id);
    expect(await who(cookie)).toBeNull();
    await expect(signIn(auth, email, PASSWORD)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('looks at one project of the person, and at none of others', async () => {
    const { id, email } = await person('viewer');
    const other = await freshProject(stores);
    await join(db, other, id, 'admin');
    const cookie = await enter(email);
    const before = (await who(cookie))!;
    expect(before.principal).toMatchObject({ projectId, scopes: ['read'] });
    await switchProject(db, before, other);
    expect((await who(cookie))!.principal).toMatchObject({ projectId: other, scopes: ['admin'] });
    await expect(switchProject(db, before, await freshProject(stores))).rejects.toMatchObject({ status: 404 });
    await person('admin', other);
    await removePerson(db, other, id);
    expect((await who(cookie))!.principal.projectId).toBe(projectId);
  });
});

describe('passwords', () => {
  it('are kept as a hash, and change with the current one alone, ending the other sessions', async () => {
    const { id, email } = await person('viewer');
    const rows = await db.select().from(personAccounts);
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    const [here, there] = [await enter(email), await enter(email)];
    await expect(changePassword(auth, here, 'wrong', 'another good one')).rejects.toMatchObject({ status: 400 });
    const next = cookieOf(await changePassword(auth, here, PASSWORD, 'another good one'));
    expect((await who(next))?.principal.keyId).toBe(id);
    expect([await who(here), await who(there)]).toEqual([null, null]);
    await expect(signIn(auth, email, PASSWORD)).rejects.toMatchObject({ code: 'unauthenticated' });
    await enter(email, 'another good one');
  });

  it('are reset by a link, once, which ends every session; the link is not in the store', async () => {
    const { id, email } = await person('viewer');
    const cookie = await enter(email);
    const { token } = await makeReset(auth, id, Date.now());
    expect(JSON.stringify(await db.select().from(personVerifications))).not.toContain(token);
    expect(await emailOfReset(auth, token)).toBe(email);
    await resetPassword(auth, token, 'a new password');
    expect(await who(cookie)).toBeNull();
    await enter(email, 'a new password');
    for (const spent of [token, 'x', ''])
      await expect(resetPassword(auth, spent, 'yet another one')).rejects.toMatchObject({ status: 404 });
    await expect(emailOfReset(auth, token)).rejects.toMatchObject({ status: 404 });
  });

  it('are not reset by a link that has expired', async () => {
    const { id } = await person('viewer');
    const { token } = await makeReset(auth, id, Date.now() - 25 * 3_600_000);
    await expect(emailOfReset(auth, token)).rejects.toMatchObject({ status: 404 });
    await expect(resetPassword(auth, token, 'a new password')).rejects.toMatchObject({ status: 404 });
  });

  it('of who is in other projects too are reset by no admin of one', async () => {
    const { id } = await person('viewer');
    await assertMayReset(db, admin(), id);
    const other = await freshProject(stores);
    await join(db, other, id, 'admin');
    await expect(assertMayReset(db, admin(), id)).rejects.toMatchObject({ code: 'forbidden' });
    const both = await person('admin');
    await join(db, other, both.id, 'admin');
    await assertMayReset(db, { ...admin(), person: { id: both.id, email: both.email } }, id);
  });

  it('are guessed a few times at most, together or one after the other', async () => {
    const { email } = await person('viewer');
    const now = Date.now();
    const guess = (account: string, address: string, at = now) =>
      attempt(db, { account, address }, at, () => signIn(auth, account, 'wrong password')).catch((e) => e.code);
    const tries = FAILURES_MAX.account + 3;
    const said = await Promise.all(Array.from({ length: tries }, (_, i) => guess(email, `10.0.0.${i}`)));
    expect(said.filter((code) => code === 'too_many_attempts')).toHaveLength(3);
    const right = (at: number) => attempt(db, { account: email, address: '10.1.1.1' }, at, () => enter(email));
    await expect(right(now)).rejects.toMatchObject({ code: 'too_many_attempts', status: 429 });
    await right(now + 16 * 60_000);
    await right(now + 16 * 60_000);
  });

  it('of many are guessed from one address a few times at most, successes not counted', async () => {
    const now = Date.now() + 3_600_000;
    const from = { address: '10.9.9.9' };
    for (let i = 0; i < 2 * FAILURES_MAX.address; i++) await attempt(db, from, now, async () => 'in');
    const fail = () =>
      attempt(db, from, now, async () => {
        throw new Error('no');
      });
    for (let i = 0; i < FAILURES_MAX.address; i++) await expect(fail()).rejects.toThrow('no');
    await expect(fail()).rejects.toMatchObject({ code: 'too_many_attempts' });
  });
});

describe('an invitation', () => {
  const none = async () => expect.unreachable('nobody has to prove anything');
  const invited = (email: string, role: 'viewer' | 'admin' = 'viewer', at = Date.now()) =>
    db.transaction((tx) => invite(tx, admin(), { email, role }, at));

  it('makes an account once, with the role that it names', async () => {
    const { token, view } = await invited('new@example.org', 'admin');
    expect(view.state).toBe('open');
    expect(await showInvitation(db, token, Date.now())).toMatchObject({ email: 'new@example.org', known: false });
    const body = { token, name: ' New ', password: PASSWORD };
    const both = await Promise.allSettled([1, 2].map(() => acceptInvitation(db, body, Date.now(), none)));
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    const { items } = await listPeople(db, projectId, 10);
    expect(items.map((p) => [p.name, p.role])).toEqual([['New', 'admin']]);
    await expect(showInvitation(db, token, Date.now())).rejects.toMatchObject({ status: 404 });
    expect((await listInvitations(db, projectId, 10, Date.now())).items).toEqual([]);
    await enter('new@example.org');
  });

  it('refuses a weak password and keeps the link', async () => {
    const { token } = await invited('weak@example.org');
    await expect(acceptInvitation(db, { token, name: 'W', password: 'short' }, Date.now(), none)).rejects.toMatchObject(
      { code: 'invalid_request' },
    );
    await showInvitation(db, token, Date.now());
  });

  it('lets in who has an account elsewhere, if they prove that it is theirs', async () => {
    const { id, email } = await person('viewer', await freshProject(stores));
    const { token } = await invited(email);
    const prove = (password: string) => async (account: string) => void (await signIn(auth, account, password));
    const body = { token, password: 'x' };
    await expect(acceptInvitation(db, body, Date.now(), prove('wrong'))).rejects.toMatchObject({ status: 401 });
    await acceptInvitation(db, body, Date.now(), prove(PASSWORD));
    expect((await listPeople(db, projectId, 10)).items.map((p) => p.id)).toEqual([id]);
  });

  it('ends after a week, when it is taken back, and when another takes its place', async () => {
    const old = await invited('a@example.org', 'viewer', Date.now() - 8 * 86_400_000);
    const first = await invited('b@example.org');
    const second = await invited('b@example.org');
    const taken = await invited('c@example.org');
    expect(await withdraw(db, await freshProject(stores), taken.view.id)).toBeNull();
    expect(await withdraw(db, projectId, taken.view.id)).toBe('c@example.org');
    for (const { token } of [old, first, taken])
      await expect(showInvitation(db, token, Date.now())).rejects.toMatchObject({ status: 404 });
    await showInvitation(db, second.token, Date.now());
    const { items } = await listInvitations(db, projectId, 10, Date.now());
    expect(items.map((i) => [i.email, i.state])).toEqual([
      ['b@example.org', 'open'],
      ['a@example.org', 'expired'],
    ]);
  });
});

it('two admins cannot remove each other at the same time', async () => {
  const [a, b] = [await person('admin'), await person('admin')];
  const remove = (id: string) => db.transaction((tx) => removePerson(tx, projectId, id));
  const both = await Promise.allSettled([remove(a.id), remove(b.id)]);
  expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await listPeople(db, projectId, 10)).items).toHaveLength(1);
});

it('an account is gone with the last of its projects, its sessions too', async () => {
  await person('admin');
  const { id, email } = await person('viewer');
  await enter(email);
  await db.transaction((tx) => removePerson(tx, projectId, id));
  const sessions = await db.select().from(personSessions);
  expect(sessions.filter((s) => s.userId === id)).toEqual([]);
});
