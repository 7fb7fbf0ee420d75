export { exampleIncident, testNotification } from './example.js';
export { links } from './links.js';
export type { Notification } from './notification.js';
export { type PagerDutyEvent, renderPagerDuty } from './pagerduty.js';
export { type Channel, ChannelError, PAGERDUTY_URL, renderRequest, type VendorRequest } from './request.js';
export { renderSlack, type SlackMessage } from './slack.js';
export { sparkline } from './sparkline.js';
export { renderWebhook, SIGNATURE_HEADER, sign, verifySignature, type WebhookBody } from './webhook.js';
export * as words from './words.js';
