import type { RecordedRequest } from './fakeVendor.js';
import { pagerDutyProblems, slackProblems } from './limits.js';
import { type SlackApiMessage, slackApi } from './slackApi.js';

/** What the real services answer, in their words. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

const text = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/html' }, body });
const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export type Vendor = 'slack' | 'slackApi' | 'pagerduty' | 'webhook';

/** Which of them an address belongs to, so that one server can stand for all three. */
export function vendorOf(path: string): Vendor {
  if (path.startsWith('/services/')) return 'slack';
  if (path.startsWith('/api/')) return 'slackApi';
  return path.startsWith('/v2/enqueue') ? 'pagerduty' : 'webhook';
}

/** The answer to a request the service has no complaint about, or its complaint. */
export function accept(vendor: Vendor, request: RecordedRequest, messages: SlackApiMessage[]): Answer {
  if (vendor === 'slackApi') return slackApi(request, messages);
  if (vendor === 'slack') return acceptSlack(request.body);
  if (vendor === 'pagerduty') return acceptPagerDuty(request.body);
  return json(200, { received: true });
}

export function rateLimited(vendor: Vendor, retryAfter: number | string): Answer {
  const body =
    vendor === 'pagerduty'
      ? json(429, {
          status: 'throttle exceeded',
          message: 'Requests for this service are arriving too quickly.  Please retry later.',
        })
      : text(429, vendor === 'slack' ? 'rate_limited' : 'slow down');
  return { ...body, headers: { ...body.headers, 'retry-after': String(retryAfter) } };
}

export function broken(vendor: Vendor): Answer {
  if (vendor === 'slack') return text(500, 'rollup_error');
  return vendor === 'pagerduty' ? json(500, { status: 'error', message: 'Internal Server Error' }) : text(500, 'oops');
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function acceptSlack(body: unknown): Answer {
  if (!isObject(body)) return text(400, 'invalid_payload');
  if (body.blocks !== undefined && (!Array.isArray(body.blocks) || body.blocks.length > 50))
    return text(400, 'invalid_blocks');
  if (!body.text && !body.blocks) return text(400, 'no_text');
  if (body.blocks && slackProblems(body).length > 0) return text(400, 'invalid_blocks');
  return text(200, 'ok');
}

function acceptPagerDuty(body: unknown): Answer {
  const event = isObject(body) ? body : {};
  const payload = isObject(event.payload) ? event.payload : {};
  const errors: string[] = [];
  const need = (from: Json, key: string, name: string) => {
    if (typeof from[key] !== 'string' || from[key] === '') errors.push(`'${name}' is missing or blank`);
  };
  need(event, 'routing_key', 'routing_key');
  need(event, 'event_action', 'event_action');
  if (event.event_action === 'trigger') {
    for (const key of ['summary', 'source', 'severity']) need(payload, key, `payload.${key}`);
  } else need(event, 'dedup_key', 'dedup_key');
  if (String(payload.summary ?? '').length > 1024) errors.push("'payload.summary' is too long (maximum is 1024)");
  if (String(event.dedup_key ?? '').length > 255) errors.push("'dedup_key' is too long (maximum is 255)");
  if (errors.length === 0 && event.event_action === 'trigger') errors.push(...tooMuch(event));
  if (errors.length > 0) return json(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  return json(202, { status: 'success', message: 'Event processed', dedup_key: event.dedup_key ?? 'made-up-key' });
}

/** Limits that the terse events of a test may pass by without details. */
const tooMuch = (event: Json): string[] => {
  const payload = isObject(event.payload) ? { custom_details: {}, ...event.payload } : {};
  return pagerDutyProblems({ dedup_key: 'made-up-key', ...event, payload });
};
