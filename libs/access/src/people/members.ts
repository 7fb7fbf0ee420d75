import {
  notFound,
  type Page,
  type PersonBody,
  type PersonChange,
  type PersonView,
  PlumblineError,
  type Principal,
  type Role,
} from '@plumbline/contracts';
import { and, asc, eq, gt, isNull, members, people, personSessions, sql, type Tx } from '@plumbline/control';
import { makeAccount } from './passwords.js';

export type Member = { personId: string; role: Role; disabled: boolean };

/** The sentence that refuses a change after which nobody could manage the project; null if someone still can. */
export function refusal(all: Member[], id: string, change: { role?: Role; disabled?: boolean; gone?: boolean }) {
  const can = (m: Member) => m.role === 'admin' && !m.disabled;
  const after = all
    .filter((m) => !(change.gone && m.personId === id))
    .map((m) =>
      m.personId === id ? { ...m, role: change.role ?? m.role, disabled: change.disabled ?? m.disabled } : m,
    );
  if (!all.some(can) || after.some(can)) return null;
  return 'This is the last admin of the project. Make someone else an admin first.';
}

const seen = sql<Date | null>`(SELECT max(${personSessions.seenAt}) FROM ${personSessions} WHERE ${personSessions.userId} = ${people.id})`;
const columns = {
  id: people.id,
  name: people.name,
  email: people.email,
  role: members.role,
  disabledAt: members.disabledAt,
  joinedAt: members.createdAt,
  seenAt: seen.mapWith(personSessions.seenAt),
};
type Row = Omit<PersonView, 'disabled' | 'joined_at' | 'last_seen_at'> & {
  disabledAt: Date | null;
  joinedAt: Date;
  seenAt: Date | null;
};
const personView = (r: Row): PersonView => ({
  id: r.id,
  name: r.name,
  email: r.email,
  role: r.role,
  disabled: r.disabledAt !== null,
  joined_at: r.joinedAt.toISOString(),
  last_seen_at: r.seenAt?.toISOString() ?? null,
});

/** People of the project in the order in which their accounts were made. */
export async function listPeople(db: Tx, projectId: string, limit: number, cursor?: string): Promise<Page<PersonView>> {
  const rows = await db
    .select(columns)
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.projectId, projectId), cursor ? gt(people.id, cursor) : undefined))
    .orderBy(asc(people.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(personView);
  return { items, next_cursor: rows.length > limit ? items.at(-1)!.id : null };
}

export async function getPerson(db: Tx, projectId: string, id: string): Promise<PersonView> {
  const [row] = await db
    .select(columns)
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.projectId, projectId), eq(people.id, id)));
  if (!row) throw notFound('person', id);
  return personView(row);
}

export async function anyPeople(db: Tx): Promise<boolean> {
  const [row] = await db.select({ id: people.id }).from(people).limit(1);
  return row !== undefined;
}

/** An account with a password that an admin chose, as for the first one; everyone else is better invited. */
export async function addPerson(
  tx: Tx,
  projectId: string,
  body: Omit<PersonBody, 'password'> & { hash: string },
): Promise<PersonView> {
  const id = await makeAccount(tx, body);
  if (!id) throw new PlumblineError('conflict', `${body.email} has an account already. Invite them instead.`);
  await join(tx, projectId, id, body.role);
  return getPerson(tx, projectId, id);
}

/** Makes a person a member; who is one already gets the role. */
export async function join(tx: Tx, projectId: string, personId: string, role: Role): Promise<void> {
  await tx
    .insert(members)
    .values({ projectId, personId, role })
    .onConflictDoUpdate({ target: [members.projectId, members.personId], set: { role, disabledAt: null } });
}

/** Changes role or access, at once: sessions hold neither. In a transaction. */
export async function changePerson(
  tx: Tx,
  projectId: string,
  id: string,
  { role, disabled }: PersonChange,
): Promise<PersonView> {
  await keepAnAdmin(tx, projectId, id, { role, disabled });
  const disabledAt = disabled === undefined ? undefined : disabled ? new Date() : null;
  if (role !== undefined || disabledAt !== undefined)
    await tx.update(members).set({ role, disabledAt }).where(membership(projectId, id));
  return getPerson(tx, projectId, id);
}

/** Takes a person out of the project; with the last of their projects the account and its sessions go. In a transaction. */
export async function removePerson(tx: Tx, projectId: string, id: string): Promise<PersonView> {
  await keepAnAdmin(tx, projectId, id, { gone: true });
  const view = await getPerson(tx, projectId, id);
  await tx.delete(members).where(membership(projectId, id));
  const [left] = await tx.select({ id: members.projectId }).from(members).where(eq(members.personId, id)).limit(1);
  if (!left) await tx.delete(people).where(eq(people.id, id));
  return view;
}

const membership = (projectId: string, id: string) => and(eq(members.projectId, projectId), eq(members.personId, id));

/** Locks the members, so that two admins cannot remove each other at the same time. */
async function keepAnAdmin(tx: Tx, projectId: string, id: string, change: Parameters<typeof refusal>[2]) {
  const rows = await tx
    .select()
    .from(members)
    .where(eq(members.projectId, projectId))
    .orderBy(members.personId)
    .for('update');
  const all = rows.map((r) => ({ personId: r.personId, role: r.role, disabled: r.disabledAt !== null }));
  if (!all.some((m) => m.personId === id)) throw notFound('person', id);
  const why = refusal(all, id, change);
  if (why) throw new PlumblineError('conflict', why);
}

/**
 * Whether `who` may give out a link that takes over this account: not when it opens projects beyond those that they
 * manage themselves.
 */
export async function assertMayReset(db: Tx, who: Principal, id: string): Promise<void> {
  const [beyond] = await db
    .select({ projectId: members.projectId })
    .from(members)
    .where(
      and(
        eq(members.personId, id),
        isNull(members.disabledAt),
        sql`${members.projectId} <> ${who.projectId}`,
        sql`NOT EXISTS (SELECT 1 FROM ${members} AS own WHERE own.project_id = ${members.projectId} AND own.person_id = ${who.person?.id ?? ''} AND own.role = 'admin' AND own.disabled_at IS NULL)`,
      ),
    )
    .limit(1);
  if (beyond)
    throw new PlumblineError(
      'forbidden',
      'This account opens other projects too. Only someone who is an admin of all of them may reset its password.',
    );
}
