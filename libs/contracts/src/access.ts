import { z } from 'zod';
import { instant, page } from './common.js';

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
    actor_kind: z.enum(['person', 'key']),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });
export type AuditView = z.infer<typeof auditView>;
export const auditQuery = page.extend({
  q: z.string().max(200).optional().meta({ description: 'text in the action, actor, subject or details' }),
  action: z.string().max(100).optional().meta({ description: 'monitor.create; or monitor for all of them' }),
  actor: z.string().max(200).optional(),
  from: instant.optional(),
  to: instant.optional(),
});
/** Who is asking: a key, or a person (`keyId` is then the id of the person), and the project it opens. */
export type Principal = {
  projectId: string;
  keyId: string;
  name: string;
  scopes: Scope[];
  person?: { id: string; email: string };
};
