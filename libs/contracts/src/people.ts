import { z } from 'zod';
import { type Scope, scope } from './access.js';

export const ROLES = ['viewer', 'editor', 'admin'] as const;
export const role = z
  .enum(ROLES)
  .meta({ description: 'viewer reads, editor also changes, admin also manages keys, people and projects' });
export type Role = z.infer<typeof role>;
/** The scope that a role has in its project: people and keys pass the same gate. */
export const ROLE_SCOPE = { viewer: 'read', editor: 'write', admin: 'admin' } as const satisfies Record<Role, Scope>;

export const PASSWORD_MIN = 10;
const email = z
  .email('is not an email address')
  .max(254)
  .transform((text) => text.toLowerCase())
  .meta({ description: 'compared without regard to case' });
const personName = z.string().trim().min(1).max(100);
const password = z
  .string()
  .min(PASSWORD_MIN, `needs ${PASSWORD_MIN} characters or more`)
  .max(200)
  .meta({ description: `${PASSWORD_MIN} to 200 characters, of any kind` });
const token = z.string().min(1).max(200);

export const personBody = z.object({ email, name: personName, password, role }).meta({ id: 'PersonBody' });
export type PersonBody = z.infer<typeof personBody>;
export const personChange = z
  .strictObject({ role: role.optional(), disabled: z.boolean().optional() })
  .meta({ id: 'PersonChange' });
export type PersonChange = z.infer<typeof personChange>;
export const personView = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role,
    disabled: z.boolean().meta({ description: 'may not come in; what they did stays' }),
    joined_at: z.string(),
    last_seen_at: z.string().nullable().meta({ description: 'to a few minutes; of sessions that have not ended' }),
  })
  .meta({ id: 'Person' });
export type PersonView = z.infer<typeof personView>;

export const invitationBody = z.object({ email, role }).meta({ id: 'InvitationBody' });
export type InvitationBody = z.infer<typeof invitationBody>;
export const invitationView = z
  .object({
    id: z.string(),
    email: z.string(),
    role,
    state: z.enum(['open', 'expired', 'accepted']),
    invited_by: z.string(),
    created_at: z.string(),
    expires_at: z.string(),
    accepted_at: z.string().nullable(),
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof invitationView>;
const link = {
  token: z.string().meta({ description: 'shown this once' }),
  url: z.string().meta({ description: 'the page of the console that takes the token; hand it over yourself' }),
};
export const invitationMade = invitationView.extend(link).meta({ id: 'InvitationMade' });
export type InvitationMade = z.infer<typeof invitationMade>;
export const resetMade = z.object({ ...link, expires_at: z.string() }).meta({ id: 'PasswordResetMade' });
export type ResetMade = z.infer<typeof resetMade>;

export const tokenBody = z.object({ token }).meta({ id: 'TokenBody' });
export const invitationShown = z
  .object({
    project: z.string(),
    email: z.string(),
    role,
    invited_by: z.string(),
    expires_at: z.string(),
    known: z.boolean().meta({ description: 'this email has an account already: join with its password' }),
  })
  .meta({ id: 'InvitationShown' });
export type InvitationShown = z.infer<typeof invitationShown>;
export const joinBody = z
  .object({ token, name: personName.optional(), password: z.string().min(1).max(200) })
  .meta({ id: 'JoinBody', description: 'name and a new password; or the password of an account that exists' });
export type JoinBody = z.infer<typeof joinBody>;
export const resetBody = z.object({ token, password }).meta({ id: 'PasswordResetBody' });
export const passwordBody = z.object({ current: z.string().min(1).max(200), password }).meta({ id: 'PasswordBody' });

export const sessionBody = z
  .union([
    z.object({ key: z.string().min(1).max(500) }),
    z.object({ token: z.string().min(1).max(2000) }),
    z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(200) }),
  ])
  .meta({ id: 'SessionBody', description: 'a key, the token of the link printed at start, or email and password' });
export const sessionChange = z.strictObject({ project: z.string().min(1).max(100) }).meta({ id: 'SessionChange' });
export const sessionView = z
  .object({
    name: z.string(),
    scopes: z.array(scope),
    project: z.string(),
    project_id: z.string(),
    person: z.object({ id: z.string(), email: z.string(), role }).nullable().meta({ description: 'null: a key' }),
    projects: z
      .array(z.object({ id: z.string(), name: z.string(), role }))
      .meta({ description: 'those that this person may switch to' }),
    no_people_yet: z.boolean().meta({ description: 'nobody has an account here: an admin may make the first' }),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionView>;
export const signInWays = z.object({ password: z.boolean(), key: z.boolean() }).meta({ id: 'SignInWays' });
