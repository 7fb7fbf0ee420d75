import {
  type Channel,
  ChannelError,
  enqueueUrl,
  need,
  PAGERDUTY_URL,
  request,
  urlSecrets,
  type VendorRequest,
  webhookRequest,
} from '../request.js';
import type { StormMessage, StormNotice } from './notice.js';
import { renderPagerDutyStorm } from './pagerduty.js';
import { renderSlackStorm } from './slack.js';
import { renderAlertmanagerStorm, renderWebhookStorm } from './webhook.js';

/** The request that tells a channel of a storm, for every channel without a bot token. Throws {@link ChannelError}. */
export function renderStormRequest(channel: Channel, n: StormNotice, nowMs: number): StormMessage<VendorRequest> {
  const { kind, config } = channel;
  if (kind === 'slack') {
    const { body, named } = renderSlackStorm(n, { all: false });
    return { body: request(need(channel, 'url'), body, urlSecrets(config.url!)), named };
  }
  if (kind === 'pagerduty') {
    const key = need(channel, 'routing_key');
    const { body, named } = renderPagerDutyStorm(n, key);
    return { body: request(enqueueUrl(config.url || PAGERDUTY_URL), body, [key]), named };
  }
  if (kind === 'webhook') {
    const { body, named } = config.format === 'alertmanager' ? renderAlertmanagerStorm(n) : renderWebhookStorm(n);
    return { body: webhookRequest(need(channel, 'url'), config.secret, body, nowMs), named };
  }
  throw new ChannelError(`there is no way to send to a channel of kind ${String(kind)}`);
}
