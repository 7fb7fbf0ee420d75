import type { Notification } from './notification.js';
import { renderSlack, type SlackMessage } from './slack.js';

/**
 * What a bot token can do that an incoming webhook cannot: the first message is changed when its incident is acknowledged or
 * resolved, worse news answer it in its thread, and a message that may have arrived already is looked for before it is sent again.
 * https://docs.slack.dev/reference/methods/chat.postMessage/, …/chat.update/, …/conversations.history/.
 */
export type SlackBot = { token: string; channel: string; url?: string };
export type Call = { method: string; form?: Record<string, string>; json?: unknown };

export const SLACK_API_URL = 'https://slack.com/api';
const EVENT_TYPE = 'plumbline_notification';
/** What an app outside the marketplace gets at most from one call. */
const LOOKED_AT_MAX = 15;

/** One thing to tell through a token. */
export type BotTelling = {
  /** The first message of what this is about, if there is one. */
  receipt: string | undefined;
  /** Changes the first message instead of adding one; doing so twice is the same as once. */
  edits: boolean;
  /** An answer in the thread that the whole channel sees. */
  broadcast: boolean;
  /** Told twice it is the same. */
  key: string;
  message: SlackMessage;
};

export function tellingOf(n: Notification): BotTelling {
  const edits = n.receipt !== undefined && n.event !== 'open' && n.event !== 'escalate' && n.event !== 'test';
  return {
    receipt: n.receipt,
    edits,
    broadcast: n.event === 'escalate',
    key: `${n.dedupKey}~${n.sequence}`.slice(0, 300),
    message: renderSlack(n, { whole: edits }),
  };
}

/** The call that tells. */
export function tellCall({ channel }: SlackBot, t: BotTelling): Call {
  const metadata = { event_type: EVENT_TYPE, event_payload: { key: t.key } };
  if (t.edits) return { method: 'chat.update', json: { channel, ts: t.receipt, ...t.message, metadata } };
  const thread = t.receipt === undefined ? {} : { thread_ts: t.receipt, reply_broadcast: t.broadcast };
  return { method: 'chat.postMessage', json: { channel, ...thread, ...t.message, metadata } };
}

/** The call that looks for it among the newest messages. */
export function findCall({ channel }: SlackBot, t: BotTelling): Call {
  const form = { channel, limit: String(LOOKED_AT_MAX), include_all_metadata: 'true' };
  return t.receipt === undefined
    ? { method: 'conversations.history', form }
    : { method: 'conversations.replies', form: { ...form, ts: t.receipt } };
}

type ApiAnswer = { ok?: boolean; error?: string; needed?: string; ts?: string; messages?: ApiMessage[] };
type ApiMessage = { ts?: string; metadata?: { event_payload?: { key?: string } } };
/** Slack's words for what may pass; anything else needs a person. */
const PASSING = new Set([
  ...['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'],
  ...['team_added_to_org', 'accesslimited', 'message_limit_exceeded'],
]);
/** The first message is gone or closed: the news goes into a message of its own. */
const NOT_EDITABLE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'update_failed']);

export type SlackVerdict = {
  outcome: 'sent' | 'retry' | 'dead';
  answer: string;
  receipt?: string;
  /** True: post instead of changing. */
  notEditable?: boolean;
};

/** Slack answers 200 whatever happened; its body says what did. */
export function readTold(body: string): SlackVerdict {
  const answer = parse(body);
  if (answer.ok) return { outcome: 'sent', answer: 'ok', ...(answer.ts && { receipt: answer.ts }) };
  const error = answer.error ?? 'an answer that is no JSON of the Slack API';
  const words = answer.needed ? `${error}: the app needs the scope ${answer.needed}` : error;
  const passing = answer.error === undefined || PASSING.has(error);
  return { outcome: passing ? 'retry' : 'dead', answer: words, notEditable: NOT_EDITABLE.has(error) };
}

/** The message in what `findCall` got; undefined: not found, or not allowed to look. */
export function readFound(body: string, key: string): string | undefined {
  const { messages } = parse(body);
  return Array.isArray(messages) ? messages.find((m) => m?.metadata?.event_payload?.key === key)?.ts : undefined;
}

function parse(body: string): ApiAnswer {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as ApiAnswer) : {};
  } catch {
    return {};
  }
}
