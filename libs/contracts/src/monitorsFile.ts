import { z } from 'zod';
import { filterOp } from './common.js';
import { condition, type MonitorBody, monitorBody } from './monitors.js';

/** Where a schema of editors is found: the server serves it at this path. */
export const MONITORS_SCHEMA_PATH = '/v1/monitors/schema.json';

const { target, compare, slice } = monitorBody.shape;
/** As on the wire, but a name that does not exist is a mistake: in a file it is a typing error. */
const entry = monitorBody
  .extend({
    target: target.unwrap().strict().default({}),
    compare: compare.unwrap().strict().optional(),
    condition: z.union(condition.options.map((o) => o.strict()) as unknown as typeof condition.options).optional(),
    slice,
    channels: z
      .array(z.string().max(100))
      .max(50)
      .default([])
      .meta({ description: 'names or ids of channels; without any, the channels decide by their own rules' }),
  })
  .strict()
  .meta({ id: 'MonitorEntry' });
export type MonitorEntry = z.infer<typeof entry>;

/** A file of monitors: what `plumbline monitors apply` takes and `export` writes. */
export const monitorsFile = z
  .object({ $schema: z.string().optional(), monitors: z.array(entry).max(1000) })
  .strict()
  .meta({ id: 'MonitorsFile' });
export type MonitorsFile = z.infer<typeof monitorsFile>;

/** Pure: a monitor as a file has it, with only what differs from the defaults, and its channels by name where that says which one. */
export function monitorEntry(
  monitor: MonitorBody,
  channels: readonly { id: string; name: string }[],
): Partial<MonitorBody> {
  const body = monitorBody.parse(monitor);
  const { model, name, kind } = body;
  const plain = monitorBody.parse({ model, name, kind }) as Record<string, unknown>;
  const own = Object.entries(body).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(plain[field]));
  const entry: Partial<MonitorBody> = { name, model, kind, ...Object.fromEntries(own) };
  const nameOf = (id: string) => {
    const found = channels.find((c) => c.id === id)?.name;
    return found !== undefined && channels.filter((c) => c.name === found).length === 1 ? found : id;
  };
  return entry.channels ? { ...entry, channels: entry.channels.map(nameOf) } : entry;
}

/** JSON Schema of such a file, for editors. */
export function monitorsFileSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(monitorsFile, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return {
    ...schema,
    title: 'Monitors of Plumbline',
    $comment: `Operators of filters: ${filterOp.options.join(', ')}.`,
  };
}

export const applyBody = z
  .object({
    monitors: z.array(entry).max(1000),
    prune: z.boolean().default(false).meta({
      description: 'delete the other monitors of the models that are named here',
    }),
    dry_run: z.boolean().default(false).meta({ description: 'only answer what would be done' }),
    digest: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'of the plan that was shown: refused with 409 if it would be another one now' }),
  })
  .meta({ id: 'MonitorsApply' });
export type ApplyBody = z.infer<typeof applyBody>;

export const planItem = z
  .object({
    action: z.enum(['create', 'change', 'delete', 'keep', 'leave']).meta({
      description: '`leave`: not in the file, and not pruned',
    }),
    id: z.string().nullable(),
    model: z.string(),
    name: z.string(),
    changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  })
  .meta({ id: 'MonitorsPlanItem' });
export type PlanItem = z.infer<typeof planItem>;

export const monitorsPlan = z
  .object({ applied: z.boolean(), digest: z.string(), plan: z.array(planItem) })
  .meta({ id: 'MonitorsPlan' });
export type MonitorsPlan = z.infer<typeof monitorsPlan>;
