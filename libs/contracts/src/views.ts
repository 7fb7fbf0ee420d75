import { z } from 'zod';

/** A page of the console as its address says it: nothing that leads elsewhere. */
const path = z
  .string()
  .max(8000)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'a path of the console with its search, such as /models/M/slices?by=features.age');

export const viewBody = z.object({ name: z.string().trim().min(1).max(200), path }).meta({ id: 'ViewBody' });
export type ViewBody = z.infer<typeof viewBody>;
export const viewView = z
  .object({ id: z.string(), name: z.string(), path: z.string(), created_by: z.string(), created_at: z.string() })
  .meta({ id: 'View' });
export type ViewView = z.infer<typeof viewView>;
