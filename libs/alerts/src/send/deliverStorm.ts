import { botOf, type Channel } from '../render/request.js';
import type { StormNotice } from '../render/storm/notice.js';
import { renderStormRequest } from '../render/storm/request.js';
import { renderSlackStorm } from '../render/storm/slack.js';
import type { PostResult } from './classify.js';
import { type DeliverDeps, refusal, tellBot } from './deliver.js';
import { post } from './post.js';

/** Tells one channel of a storm, once; `named` are the problems that a delivered message names. Never throws. */
export async function deliverStorm(
  channel: Channel,
  notice: StormNotice,
  deps: DeliverDeps,
): Promise<PostResult & { named: string[] }> {
  const send: typeof post = (request) => (deps.post ?? post)(request, deps);
  try {
    const bot = botOf(channel);
    if (!bot) {
      const { body, named } = renderStormRequest(channel, notice, deps.nowMs());
      return { ...(await send(body, deps)), named };
    }
    const { body: message, named } = renderSlackStorm(notice, { all: true });
    const telling = {
      receipt: notice.receipt,
      edits: notice.receipt !== undefined,
      broadcast: false,
      key: `${notice.dedupKey}~${notice.sequence}`,
      message,
    };
    return { ...(await tellBot(bot, telling, notice.repeat === true, (r) => send(r, deps))), named };
  } catch (error) {
    return { ...refusal(error, deps), named: [] };
  }
}

/** Whether the message of a storm can be brought up to date without a new one that everybody is told of. */
export const isSilent = (channel: Channel): boolean => channel.kind !== 'slack' || botOf(channel) !== null;
