import { PlumblineError, type Principal, ROLE_SCOPE, type Role, type SessionView } from '@plumbline/contracts';
import {
  and,
  asc,
  type Db,
  eq,
  isNull,
  lt,
  members,
  people,
  personSessions,
  personVerifications,
  projects,
  type Tx,
} from '@plumbline/control';
import type { Auth } from './auth.js';
import { refused } from './passwords.js';

export type SignedIn = {
  principal: Principal;
  role: Role;
  session: { id: string };
  /** Cookies to send back: a session in use is prolonged. */
  cookies: string[];
};
type Membership = { id: string; name: string; role: Role };

/** Projects that a person may enter, oldest first. */
export async function projectsOf(db: Tx, personId: string): Promise<Membership[]> {
  return db
    .select({ id: projects.id, name: projects.name, role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(members.personId, personId), isNull(members.disabledAt)))
    .orderBy(asc(members.createdAt), asc(projects.id));
}

/** Checks email and password and opens a session; what it answers are its cookies. */
export async function signIn(auth: Auth, email: string, password: string): Promise<string[]> {
  const wrong = new PlumblineError('unauthenticated', 'This email and password do not fit together.');
  const { headers } = await auth.api
    .signInEmail({ body: { email, password }, headers: new Headers(), returnHeaders: true })
    .catch((error: unknown) => {
      throw refused(error, wrong);
    });
  return headers.getSetCookie();
}

const SEEN_MS = 5 * 60_000;

/** Who a cookie is, and what they may do right now; null when the session has ended or no project is open to them. */
export async function whoIs(auth: Auth, db: Db, cookie: string, nowMs: number): Promise<SignedIn | null> {
  const { headers, response } = await auth.api
    .getSession({ headers: new Headers({ cookie }), returnHeaders: true })
    .catch((cause: unknown) => {
      throw new PlumblineError('store_unavailable', 'Sessions cannot be checked right now. Try again shortly.', {
        cause,
        retryAfterS: 2,
      });
    });
  if (!response) return null;
  const { user, session } = response;
  const [open, chosen] = await Promise.all([projectsOf(db, user.id), rowOf(db, session.id)]);
  const project = open.find((p) => p.id === chosen?.projectId) ?? open[0];
  if (!project) return null;
  if (chosen && nowMs - chosen.seenAt.getTime() > SEEN_MS)
    await db
      .update(personSessions)
      .set({ seenAt: new Date(nowMs) })
      .where(eq(personSessions.id, session.id));
  return {
    principal: {
      projectId: project.id,
      keyId: user.id,
      name: user.name,
      scopes: [ROLE_SCOPE[project.role]],
      person: { id: user.id, email: user.email },
    },
    role: project.role,
    session: { id: session.id },
    cookies: headers.getSetCookie(),
  };
}

async function rowOf(db: Tx, id: string) {
  const [row] = await db
    .select({ projectId: personSessions.projectId, seenAt: personSessions.seenAt })
    .from(personSessions)
    .where(eq(personSessions.id, id));
  return row;
}

/** What the console shows of a session. */
export async function describeSession(db: Tx, who: Principal): Promise<SessionView> {
  const open = who.person ? await projectsOf(db, who.person.id) : [];
  const [project] = await db.select({ name: projects.name }).from(projects).where(eq(projects.id, who.projectId));
  const [person] = await db.select({ id: people.id }).from(people).limit(1);
  return {
    name: who.name,
    scopes: who.scopes,
    project: project?.name ?? who.projectId,
    project_id: who.projectId,
    person: who.person ? { ...who.person, role: open.find((p) => p.id === who.projectId)?.role ?? 'viewer' } : null,
    projects: open,
    no_people_yet: !person,
  };
}

/** Lets the session look at another project of its person. */
export async function switchProject(db: Db, who: SignedIn, projectId: string): Promise<void> {
  const open = await projectsOf(db, who.principal.keyId);
  if (!open.some((p) => p.id === projectId))
    throw new PlumblineError('not_found', 'You are not a member of such a project.');
  await db.update(personSessions).set({ projectId }).where(eq(personSessions.id, who.session.id));
}

/** Forgets sessions and links that have expired and that nobody will show again. */
export async function sweepSessions(db: Tx, nowMs: number): Promise<void> {
  await db.delete(personSessions).where(lt(personSessions.expiresAt, new Date(nowMs)));
  await db.delete(personVerifications).where(lt(personVerifications.expiresAt, new Date(nowMs)));
}

/** Ends this session; with `everywhere` all of the person. */
export async function signOut(db: Db, who: SignedIn, everywhere: boolean): Promise<void> {
  await db
    .delete(personSessions)
    .where(everywhere ? eq(personSessions.userId, who.principal.keyId) : eq(personSessions.id, who.session.id));
}

/** Sets another password and ends every other session. Answers the cookies of the new one. */
export async function changePassword(auth: Auth, cookie: string, current: string, next: string): Promise<string[]> {
  const wrong = new PlumblineError('invalid_request', 'The current password is not right.', {
    errors: [{ path: 'current', message: 'is not the current password' }],
  });
  const answer = await auth.api
    .changePassword({
      body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
      headers: new Headers({ cookie }),
      returnHeaders: true,
    })
    .catch((error: unknown) => {
      throw refused(error, wrong);
    });
  return answer.headers.getSetCookie();
}
