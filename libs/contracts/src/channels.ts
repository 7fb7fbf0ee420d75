import { z } from 'zod';
import { severity } from './monitors.js';

const match = z.object({
  model: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  severity: severity.optional(),
});
const base = { name: z.string().min(1).max(200).optional(), match: match.optional(), default: z.boolean().optional() };
const url = z.url({ protocol: /^https?$/ }).max(2000);

/** An app's token: its messages can be changed and answered in threads. */
const slackBot = z.object({
  token: z.string().min(1).max(500).meta({ description: 'bot token (xoxb-…) with the scope chat:write' }),
  channel: z
    .string()
    .regex(/^[CGD][A-Z0-9]{2,40}$/, 'is the id of a channel, such as C0123456789')
    .meta({ description: 'id of the channel' }),
  url: url.default('https://slack.com/api').meta({ description: 'base of the API' }),
});
/** An incoming webhook: it can post, nothing else. */
const slackWebhook = z.object({ url, token: z.undefined().optional() });

export const channelBody = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('slack'), ...base, config: z.union([slackBot, slackWebhook]) }),
    z.object({
      kind: z.literal('pagerduty'),
      ...base,
      config: z.object({ routing_key: z.string().min(1).max(100), url: url.default('https://events.pagerduty.com') }),
    }),
    z.object({
      kind: z.literal('webhook'),
      ...base,
      config: z.object({
        url,
        secret: z.string().min(1).max(500).optional(),
        format: z
          .enum(['plumbline', 'alertmanager'])
          .optional()
          .meta({ description: 'alertmanager: the body that Alertmanager sends to webhooks, version 4' }),
      }),
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
    health: z
      .object({
        state: z
          .enum(['ok', 'failing', 'paused'])
          .meta({ description: 'paused: it failed often, or asked to wait, and is asked again at `paused_until`' }),
        failures: z.number().int().meta({ description: 'failures in a row' }),
        paused_until: z.string().nullable(),
        last_error: z.string().nullable(),
        last_failed_at: z.string().nullable(),
        last_sent_at: z.string().nullable(),
      })
      .meta({ description: 'how the last notifications went; tests do not count' }),
    created_at: z.string(),
  })
  .meta({ id: 'Channel' });
export type ChannelView = z.infer<typeof channelView>;
export const channelTest = z
  .object({ ok: z.boolean(), status: z.number().nullable(), answer: z.string() })
  .meta({ id: 'ChannelTest' });
