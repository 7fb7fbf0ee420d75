import type { Notification } from '../render/notification.js';
import { botOf, botRequest, type Channel, ChannelError, renderRequest, type VendorRequest } from '../render/request.js';
import {
  type BotTelling,
  findCall,
  readFound,
  readTold,
  type SlackBot,
  type SlackVerdict,
  tellCall,
  tellingOf,
} from '../render/slackBot.js';
import { classify, type PostResult } from './classify.js';
import { type Post, type PostOptions, post } from './post.js';

export type DeliverDeps = Pick<PostOptions, 'allowPrivate' | 'signal' | 'timeoutMs' | 'resolve'> & {
  nowMs: () => number;
  /** Default: over the network. */
  post?: Post;
};

/** Tells one channel one thing, once: render, post, judge. Never throws; when to try again is the caller's business. */
export async function deliver(channel: Channel, notification: Notification, deps: DeliverDeps): Promise<PostResult> {
  const send = (request: VendorRequest) => (deps.post ?? post)(request, deps);
  try {
    const bot = botOf(channel);
    if (bot) return await tellBot(bot, tellingOf(notification), notification.repeat === true, send);
    return await send(renderRequest(channel, notification, deps.nowMs()));
  } catch (error) {
    return refusal(error, deps);
  }
}

/** Only our own words are shown: the message of any other error could quote the configuration. */
export function refusal(error: unknown, deps: Pick<DeliverDeps, 'nowMs'>): PostResult {
  const why = error instanceof ChannelError ? error.message : 'the notification could not be rendered';
  return classify({ kind: 'refused', why }, deps.nowMs());
}

/** A message that may be there already is looked for first; one that can no longer be changed is answered in its thread. */
export async function tellBot(
  bot: SlackBot,
  telling: BotTelling,
  repeat: boolean,
  send: (request: VendorRequest) => Promise<PostResult>,
): Promise<PostResult> {
  if (repeat && !telling.edits) {
    const found = await send(botRequest(bot, findCall(bot, telling), (body) => foundIn(body, telling.key)));
    if (found.outcome === 'sent') return found;
    // Nobody knows yet whether it is there: telling it now might tell it twice.
    if (found.outcome === 'retry') return { ...found, status: null };
  }
  const told = await send(botRequest(bot, tellCall(bot, telling), readTold));
  if (!told.notEditable) return told;
  return send(botRequest(bot, tellCall(bot, { ...telling, edits: false }), readTold));
}

/** `dead`: it is not there, or the app may not look; either way it is told. */
function foundIn(body: string, key: string): SlackVerdict {
  const receipt = readFound(body, key);
  if (receipt !== undefined) return { outcome: 'sent', answer: 'ok: it had arrived', receipt };
  const { outcome, answer } = readTold(body);
  return outcome === 'retry' ? { outcome, answer } : { outcome: 'dead', answer: 'not there' };
}
