import { switchProject, whoIs } from '@plumbline/access';
import { PlumblineError, type Principal } from '@plumbline/contracts';
import { type Context, makeSession, SESSION_COOKIE, SESSION_MS, sendCookies } from '@plumbline/runtime';
import type { FastifyReply } from 'fastify';

type Reply = FastifyReply & {
  setCookie(name: string, value: string, options: object): Reply;
  clearCookie(name: string, options: object): Reply;
};
const cleared = (context: Context) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'strict',
  secure: context.config.PLUMBLINE_SECURE_COOKIES,
});

/** Hands the cookies of a new session to a person, in place of any other; 403 when no project is open to them. */
export async function letIn(
  context: Context,
  reply: FastifyReply,
  cookies: string[],
  projectId?: string,
): Promise<Principal> {
  const { auth, control } = context;
  const cookie = cookies.map((c) => c.split(';')[0]).join('; ');
  const found = await whoIs(auth, control.db, cookie, Date.now());
  if (!found)
    throw new PlumblineError('forbidden', 'Your account is disabled. Ask an admin of your project to enable it.');
  (reply as Reply).clearCookie(SESSION_COOKIE, cleared(context));
  sendCookies(reply, cookies);
  if (!projectId || found.principal.projectId === projectId) return found.principal;
  await switchProject(control.db, found, projectId);
  return (await whoIs(auth, control.db, cookie, Date.now()))!.principal;
}

/** A session that stands for a key, in place of any other. Its cookie comes first: scripts read no further. */
export function letInByKey(context: Context, reply: FastifyReply, keyId: string): void {
  (reply as Reply)
    .setCookie(SESSION_COOKIE, makeSession(context, keyId), { ...cleared(context), maxAge: SESSION_MS / 1000 })
    .clearCookie(context.personCookie, cleared(context));
}

export function forget(context: Context, reply: FastifyReply): void {
  (reply as Reply).clearCookie(SESSION_COOKIE, cleared(context)).clearCookie(context.personCookie, cleared(context));
}
