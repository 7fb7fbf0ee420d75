import {
  type InvitationBody,
  type InvitationShown,
  type InvitationView,
  type JoinBody,
  type Page,
  PlumblineError,
  type Principal,
  parseWith,
  personBody,
} from '@plumbline/contracts';
import {
  and,
  type Db,
  desc,
  eq,
  gt,
  invitations,
  isNull,
  lt,
  members,
  newId,
  people,
  projects,
  type Tx,
} from '@plumbline/control';
import { record } from '../audit.js';
import { hashKey } from '../keys.js';
import { join } from './members.js';
import { hashPassword, makeAccount, newToken } from './passwords.js';

const OPEN_MS = 7 * 86_400_000;
type Row = typeof invitations.$inferSelect;

export const invitationView = (row: Row, nowMs: number): InvitationView => ({
  id: row.id,
  email: row.email,
  role: row.role,
  state: row.acceptedAt ? 'accepted' : row.expiresAt.getTime() <= nowMs ? 'expired' : 'open',
  invited_by: row.invitedBy,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  accepted_at: row.acceptedAt?.toISOString() ?? null,
});

/** Invites an email into the project. The token is in the answer alone: only its hash is kept. */
export async function invite(
  tx: Tx,
  who: Principal,
  { email, role }: InvitationBody,
  nowMs: number,
): Promise<{ view: InvitationView; token: string }> {
  const [member] = await tx
    .select({ id: people.id })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.projectId, who.projectId), eq(people.email, email)))
    .limit(1);
  if (member) throw new PlumblineError('conflict', `${email} is in this project already.`);
  // The newest link is the one that counts.
  await tx
    .delete(invitations)
    .where(and(eq(invitations.projectId, who.projectId), eq(invitations.email, email), isNull(invitations.acceptedAt)));
  const token = newToken();
  const row = {
    id: newId(),
    projectId: who.projectId,
    email,
    role,
    tokenHash: hashKey(token),
    invitedBy: who.name,
    expiresAt: new Date(nowMs + OPEN_MS),
    createdAt: new Date(nowMs),
  };
  const [stored] = await tx.insert(invitations).values(row).returning();
  return { view: invitationView(stored!, nowMs), token };
}

/** Invitations that wait or have expired, newest first; those that were accepted are people now. */
export async function listInvitations(
  db: Tx,
  projectId: string,
  limit: number,
  nowMs: number,
  cursor?: string,
): Promise<Page<InvitationView>> {
  const rows = await db
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.projectId, projectId),
        isNull(invitations.acceptedAt),
        cursor ? lt(invitations.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(invitations.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map((row) => invitationView(row, nowMs));
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}

/** Takes an invitation back. */
export async function withdraw(tx: Tx, projectId: string, id: string): Promise<string | null> {
  const [row] = await tx
    .delete(invitations)
    .where(and(eq(invitations.projectId, projectId), eq(invitations.id, id), isNull(invitations.acceptedAt)))
    .returning({ email: invitations.email });
  return row?.email ?? null;
}

const GONE = 'This invitation was used already, was taken back or has expired. Ask for another.';
const usable = (token: string, nowMs: number) =>
  and(
    eq(invitations.tokenHash, hashKey(token)),
    isNull(invitations.acceptedAt),
    gt(invitations.expiresAt, new Date(nowMs)),
  );

/** What the holder of a link is invited to. */
export async function showInvitation(db: Tx, token: string, nowMs: number): Promise<InvitationShown> {
  const [row] = await db
    .select({ invitation: invitations, project: projects.name, known: people.id })
    .from(invitations)
    .innerJoin(projects, eq(projects.id, invitations.projectId))
    .leftJoin(people, eq(people.email, invitations.email))
    .where(usable(token, nowMs));
  if (!row) throw new PlumblineError('not_found', GONE);
  const { invitation } = row;
  return {
    project: row.project,
    email: invitation.email,
    role: invitation.role,
    invited_by: invitation.invitedBy,
    expires_at: invitation.expiresAt.toISOString(),
    known: row.known !== null,
  };
}

/**
 * Accepts an invitation, in one transaction with the account that it makes. Who has an account proves it with
 * `prove` (their password) before. Answers the email to sign in with.
 */
export async function acceptInvitation(
  db: Db,
  body: JoinBody,
  nowMs: number,
  prove: (email: string) => Promise<void>,
): Promise<{ email: string; projectId: string }> {
  const shown = await showInvitation(db, body.token, nowMs);
  if (shown.known) await prove(shown.email);
  else parseWith(personBody, { ...shown, name: body.name ?? '', password: body.password });
  const hash = shown.known ? null : await hashPassword(body.password);
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(invitations)
      .set({ acceptedAt: new Date(nowMs) })
      .where(usable(body.token, nowMs))
      .returning();
    if (!row) throw new PlumblineError('not_found', GONE);
    const { email, role, projectId } = row;
    const made = hash && (await makeAccount(tx, { email, name: body.name!.trim(), hash }));
    const [person] = await tx.select().from(people).where(eq(people.email, email)).limit(1);
    if (!person || (hash && !made))
      throw new PlumblineError('conflict', 'An account with this email was made meanwhile. Open the link again.');
    await join(tx, projectId, person.id, role);
    const who: Principal = { projectId, keyId: person.id, name: person.name, scopes: [], person };
    await record(tx, who, 'invitation.accept', row.id, { email, role });
    return { email, projectId };
  });
}
