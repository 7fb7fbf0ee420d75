import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncidentView } from '@plumbline/contracts';
import { incidentUrl } from './links.js';
import type { Notification } from './notification.js';
import { cleanJson, firstThatFits } from './text.js';

/** What a webhook receives. `(dedup_key, sequence)` is unique: drop what you have seen, delivery is at least once. */
export type WebhookBody = {
  event: Notification['event'];
  sequence: number;
  dedup_key: string;
  /** When the notification was made; a retry says the same. */
  sent_at: string;
  /** As `GET /v1/incidents/{id}` shows it; `deliveries` is empty, other channels are nobody else's business. */
  incident: IncidentView;
  /** There only if the incident was larger than {@link WEBHOOK_BYTES_MAX}: ask the API for all of it. */
  shortened?: true;
  /** The page of the incident; '' if the console's address is not known. */
  url: string;
};

/** What receivers commonly take; evidence beyond it is left out step by step. */
export const WEBHOOK_BYTES_MAX = 1024 * 1024;

const WHOLE = { text: Number.POSITIVE_INFINITY, evidence: 1000, findings: Number.POSITIVE_INFINITY, raw: true };
const LEVELS: [typeof WHOLE, ...(typeof WHOLE)[]] = [
  WHOLE,
  { text: 2000, evidence: 20, findings: 50, raw: false },
  { text: 200, evidence: 0, findings: 0, raw: false },
];

export function renderWebhook(n: Notification): WebhookBody {
  return firstThatFits(LEVELS, WEBHOOK_BYTES_MAX, (keep) => {
    const head = { event: n.event, sequence: n.sequence, dedup_key: n.dedupKey, sent_at: n.at, url: incidentUrl(n) };
    const incident = keep === WHOLE ? { ...n.incident, deliveries: [] } : shortened(n.incident, keep);
    return {
      ...(cleanJson(head) as typeof head),
      ...(keep !== WHOLE && { shortened: true as const }),
      incident: cleanJson(incident, { textMax: keep.text, bytesMax: WEBHOOK_BYTES_MAX }) as IncidentView,
    };
  });
}

const shortened = (incident: IncidentView, keep: typeof WHOLE): IncidentView => ({
  ...incident,
  evidence: incident.evidence.slice(0, keep.evidence).map((e) => ({
    ...e,
    findings: e.findings.slice(0, keep.findings).map(({ details: _, ...finding }) => finding),
    slices: e.slices.slice(0, 10),
    history: e.history.slice(-50),
    rows_query: {},
  })),
  timeline: incident.timeline.slice(-50),
  monitors: incident.monitors.slice(0, 50),
  subjects: incident.subjects.slice(0, 50),
  deliveries: [],
});

export const SIGNATURE_HEADER = 'Plumbline-Signature';

const mac = (seconds: string, body: string | Uint8Array, secret: string) =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

/** `t=<unix seconds>,v1=<hex>` over `<t>.<body>`: the time is signed too, so a captured request cannot be replayed later. */
export function sign(body: string | Uint8Array, secret: string, nowMs: number): string {
  const seconds = String(Math.floor(nowMs / 1000));
  return `t=${seconds},v1=${mac(seconds, body, secret).toString('hex')}`;
}

/**
 * Whether `body`, the bytes as received, was signed with `secret` within `toleranceS` seconds of now. More than one `v1`
 * is accepted (a secret being changed), in constant time.
 */
export function verifySignature(
  header: string,
  body: string | Uint8Array,
  secret: string,
  nowMs: number,
  toleranceS = 300,
): boolean {
  const parts = header.split(',', 20).map((part) => part.trim());
  const times = parts.filter((part) => /^t=\d{1,12}$/.test(part)).map((part) => part.slice(2));
  const [seconds] = times;
  if (seconds === undefined || times.length > 1) return false;
  if (!(Math.abs(nowMs / 1000 - Number(seconds)) <= toleranceS)) return false;
  const expected = mac(seconds, body, secret);
  return parts
    .filter((part) => /^v1=[0-9a-f]{64}$/i.test(part))
    .map((part) => timingSafeEqual(Buffer.from(part.slice(3), 'hex'), expected))
    .includes(true);
}
