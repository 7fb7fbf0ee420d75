import { z } from 'zod';
import { severity } from './monitors.js';

const match = z.object({
  model: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  severity: severity.optional(),
});
const base = { name: z.string().min(1).max(200).optional(), match: match.optional(), default: z.boolean().optional() };
const url = z.url({ protocol: /^https?$/ }).max(2000);

export const channelBody = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('slack'), ...base, config: z.object({ url }) }),
    z.object({
      kind: z.literal('pagerduty'),
      ...base,
      config: z.object({ routing_key: z.string().min(1).max(100), url: url.default('https://events.pagerduty.com') }),
    }),
    z.object({
      kind: z.literal('webhook'),
      ...base,
      config: z.object({ url, secret: z.string().min(1).max(500).optional() }),
    }),
  ])
  .meta({ id: 'ChannelBody' });
export type ChannelBody = z.infer<typeof channelBody>;
export const channelView = z
  .object({
    id: z.string(),
    kind: z.enum(['slack', 'pagerduty', 'webhook']),
    name: z.string(),
    match: match.nullable(),
    default: z.boolean(),
    config: z.record(z.string(), z.string()).meta({ description: 'secrets are shown as ••••' }),
    created_at: z.string(),
  })
  .meta({ id: 'Channel' });
export type ChannelView = z.infer<typeof channelView>;
export const channelTest = z
  .object({ ok: z.boolean(), status: z.number().nullable(), answer: z.string() })
  .meta({ id: 'ChannelTest' });
