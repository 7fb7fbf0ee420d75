import { z } from 'zod';

export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;
export const keyBody = z
  .object({ name: z.string().min(1).max(200), scopes: z.array(scope).min(1) })
  .meta({ id: 'KeyBody' });
export const keyView = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    prefix: z.string(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
  })
  .meta({ id: 'Key' });
export type KeyView = z.infer<typeof keyView>;
export const keyCreated = keyView.extend({ key: z.string() }).meta({ id: 'KeyCreated' });
export const projectBody = z
  .object({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and dashes') })
  .meta({ id: 'ProjectBody' });
export const projectView = z
  .object({ id: z.string(), name: z.string(), created_at: z.string() })
  .meta({ id: 'Project' });
export const auditView = z
  .object({
    id: z.string(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });
/** Who is asking: the key (or session) and the project it opens. */
export type Principal = { projectId: string; keyId: string; name: string; scopes: Scope[] };
