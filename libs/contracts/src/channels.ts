import { z } from 'zod';
import { severity } from './monitors.js';

const match = z.strictObject({
  model: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  severity: severity.optional().meta({ description: 'the least that the channel hears of' }),
});
const base = { name: z.string().min(1).max(200).optional(), match: match.nullish(), default: z.boolean().optional() };
const url = z.url({ protocol: /^https?$/ }).max(2000);

/** An app's token: its messages can be changed and answered in threads. */
const slackBot = z.strictObject({
  token: z.string().min(1).max(500).meta({ description: 'bot token (xoxb-…) with the scope chat:write' }),
  channel: z
    .string()
    .regex(/^[CGD][A-Z0-9]{2,40}$/, 'is the id of a channel, such as C0123456789')
    .meta({ description: 'id of the channel' }),
  url: url.default('https://slack.com/api').meta({ description: 'base of the API' }),
});
/** An incoming webhook: it can post, nothing else. */
const slackWebhook = z.strictObject({ url });
const format = z
  .enum(['plumbline', 'alertmanager'])
  .optional()
  .meta({ description: 'alertmanager: the body that Alertmanager sends to webhooks, version 4' });

export const channelBody = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('slack'),
      ...base,
      config: z.union([slackBot, slackWebhook], {
        error: 'give url (of an incoming webhook), or token and channel (of an app), and nothing else',
      }),
    }),
    z.object({
      kind: z.literal('pagerduty'),
      ...base,
      config: z.strictObject({
        routing_key: z.string().min(1).max(100),
        url: url.default('https://events.pagerduty.com'),
      }),
    }),
    z.object({
      kind: z.literal('webhook'),
      ...base,
      config: z.strictObject({
        url,
        secret: z
          .string()
          .min(1)
          .max(500)
          .optional()
          .meta({ description: 'signs what is sent; without one it is made, and shown once' }),
        format,
      }),
    }),
  ])
  .meta({ id: 'ChannelBody' });
export type ChannelBody = z.infer<typeof channelBody>;

const kept = z.string().max(2000).optional();
/** What a channel becomes: secrets that are left out, or come as they are shown, stay as they are. */
export const channelChange = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('slack'),
      ...base,
      config: z.strictObject({ url: kept, token: kept, channel: kept }).default({}),
    }),
    z.object({
      kind: z.literal('pagerduty'),
      ...base,
      config: z.strictObject({ routing_key: kept, url: kept }).default({}),
    }),
    z.object({
      kind: z.literal('webhook'),
      ...base,
      config: z.strictObject({ url: kept, secret: kept, format }).default({}),
    }),
  ])
  .meta({
    id: 'ChannelChange',
    description:
      'Secrets that are left out, or come masked as they are shown, stay as they are; another kind needs all of its own.',
  });
export type ChannelChange = z.infer<typeof channelChange>;
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
export const channelSaved = channelView
  .extend({
    secret: z.string().optional().meta({
      description: 'of a webhook that was saved without one: what its signatures are made with, shown this once',
    }),
  })
  .meta({ id: 'ChannelSaved' });
export type ChannelSaved = z.infer<typeof channelSaved>;
export const channelTest = z
  .object({ ok: z.boolean(), status: z.number().nullable(), answer: z.string() })
  .meta({ id: 'ChannelTest' });
