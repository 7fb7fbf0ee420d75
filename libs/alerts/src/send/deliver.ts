import type { Notification } from '../render/notification.js';
import { type Channel, ChannelError, renderRequest, type VendorRequest } from '../render/request.js';
import { classify, type PostResult } from './classify.js';
import { type Post, type PostOptions, post } from './post.js';

export type DeliverDeps = Pick<PostOptions, 'allowPrivate' | 'signal' | 'timeoutMs' | 'resolve'> & {
  nowMs: () => number;
  /** Default: over the network. */
  post?: Post;
};

/** Tells one channel one thing, once: render, post, judge. Never throws; when to try again is the caller's business. */
export async function deliver(channel: Channel, notification: Notification, deps: DeliverDeps): Promise<PostResult> {
  let request: VendorRequest;
  try {
    request = renderRequest(channel, notification, deps.nowMs());
  } catch (error) {
    // Only our own words are shown: the message of any other error could quote the configuration.
    const why = error instanceof ChannelError ? error.message : 'the notification could not be rendered';
    return classify({ kind: 'refused', why }, deps.nowMs());
  }
  return (deps.post ?? post)(request, deps);
}
