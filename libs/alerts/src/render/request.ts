import type { ChannelView } from '@plumbline/contracts';
import { renderAlertmanager } from './alertmanager.js';
import type { Notification } from './notification.js';
import { renderPagerDuty } from './pagerduty.js';
import { renderSlack } from './slack.js';
import {
  type Call,
  readTold,
  SLACK_API_URL,
  type SlackBot,
  type SlackVerdict,
  tellCall,
  tellingOf,
} from './slackBot.js';
import { renderWebhook, SIGNATURE_HEADER, sign } from './webhook.js';

/** What delivery needs of a channel, secrets included: never log it. */
export type Channel = { id: string; kind: ChannelView['kind']; config: Record<string, string> };

/** One POST, ready to go. `secrets` must not appear in anything that is stored or shown. */
export type VendorRequest = {
  url: string;
  headers: Record<string, string>;
  body: string;
  secrets: string[];
  /** Vendors that answer 200 to everything say in the body what happened. */
  read?: (body: string) => SlackVerdict;
};

export const PAGERDUTY_URL = 'https://events.pagerduty.com';

/** A channel that can never deliver as it is configured. */
export class ChannelError extends Error {}

/** The request that tells this channel; only the webhook's signature depends on the time. Throws {@link ChannelError}. */
export function renderRequest(channel: Channel, n: Notification, nowMs: number): VendorRequest {
  const { kind, config } = channel;
  const bot = botOf(channel);
  if (bot) return botRequest(bot, tellCall(bot, tellingOf(n)), readTold);
  if (kind === 'slack') return request(need(channel, 'url'), renderSlack(n), [...urlSecrets(config.url!)]);
  if (kind === 'pagerduty') {
    const routingKey = need(channel, 'routing_key');
    return request(enqueueUrl(config.url || PAGERDUTY_URL), renderPagerDuty(n, routingKey), [routingKey]);
  }
  if (kind === 'webhook') {
    const body = config.format === 'alertmanager' ? renderAlertmanager(n) : renderWebhook(n);
    return webhookRequest(need(channel, 'url'), config.secret, body, nowMs);
  }
  throw new ChannelError(`there is no way to send to a channel of kind ${String(kind)}`);
}

/** The token and the place of a Slack channel that has one; null for an incoming webhook. */
export function botOf({ kind, config }: Channel): SlackBot | null {
  const { token, channel, url } = config;
  return kind === 'slack' && token && channel ? { token, channel, ...(url && { url }) } : null;
}

export function botRequest(bot: SlackBot, call: Call, read: VendorRequest['read']): VendorRequest {
  const base = (bot.url ?? SLACK_API_URL).replace(/\/+$/, '');
  const made = request(`${base}/${call.method}`, call.json, [bot.token]);
  const headers = { ...made.headers, authorization: `Bearer ${bot.token}` };
  if (call.form === undefined) return { ...made, headers, read };
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  return { ...made, headers: form, body: new URLSearchParams(call.form).toString(), read };
}

export function webhookRequest(url: string, secret: string | undefined, body: unknown, nowMs: number): VendorRequest {
  const made = request(url, body, [...urlSecrets(url)]);
  if (!secret) return made;
  const signed = { ...made.headers, [SIGNATURE_HEADER]: sign(made.body, secret, nowMs) };
  return { ...made, headers: signed, secrets: [...made.secrets, secret] };
}

export function request(url: string, body: unknown, secrets: string[]): VendorRequest {
  return {
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Plumbline' },
    body: JSON.stringify(body ?? {}),
    secrets,
  };
}

export function need({ kind, config }: Channel, key: string): string {
  const value = config[key];
  if (!value) throw new ChannelError(`the ${kind} channel has no config.${key}: set it in the channel`);
  return value;
}

/** `/v2/enqueue` under the base of the channel (EU accounts and proxies have one of their own). */
export function enqueueUrl(base: string): string {
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  if (!url.pathname.endsWith('/v2/enqueue')) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v2/enqueue`;
  return url.href;
}

/** A webhook address is a credential: whoever knows its path can post. Its long parts are secrets one by one too. */
export function urlSecrets(raw: string): string[] {
  if (!URL.canParse(raw)) return [];
  const url = new URL(raw);
  const parts = [...url.pathname.split('/'), ...url.searchParams.values(), url.password].filter((p) => p.length >= 8);
  return [raw, `${url.pathname}${url.search}`, url.pathname, ...parts];
}
