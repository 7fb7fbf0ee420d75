import { createHash } from 'node:crypto';
import { factsOf } from './facts.js';
import { links } from './links.js';
import type { Notification } from './notification.js';
import { sparkline } from './sparkline.js';
import { cleanJson, cut, firstThatFits, oneLine, wellFormed } from './text.js';
import { count, percent, span, utc } from './words.js';

/** Events API v2, https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. */
export type PagerDutyEvent = {
  routing_key: string;
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  client?: string;
  client_url?: string;
  links?: { href: string; text: string }[];
  payload?: {
    summary: string;
    source: string;
    severity: 'critical' | 'warning' | 'info';
    timestamp?: string;
    component: string;
    group: string;
    class: string;
    custom_details: Record<string, unknown>;
  };
};

export const SUMMARY_MAX = 1024;
const KEY_MAX = 255;
/** 512 KB, read as the smaller of its two meanings. */
export const EVENT_BYTES_MAX = 512_000;

export function renderPagerDuty(n: Notification, routingKey: string): PagerDutyEvent {
  const base = { routing_key: routingKey, dedup_key: dedupKey(n.dedupKey) };
  // These two are only matched by their key; PagerDuty ignores the rest.
  if (n.event === 'acknowledge' || n.event === 'resolve') return { ...base, event_action: n.event };
  return firstThatFits(SHRINK, EVENT_BYTES_MAX, (keep) => trigger(n, base, keep));
}

/** A key that is too long is cut and told apart by its digest: two incidents must never share an alert. */
export function dedupKey(key: string): string {
  if (key.length <= KEY_MAX && wellFormed(key) === key && key !== '') return key;
  const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  return `${cut(wellFormed(key), KEY_MAX - 1 - digest.length)}-${digest}`;
}

function trigger(n: Notification, base: { routing_key: string; dedup_key: string }, keep: Keep): PagerDutyEvent {
  const { incident } = n;
  const facts = factsOf(n);
  const to = links(n);
  const headline = facts.headline && facts.headline !== facts.title ? `: ${facts.headline}` : '';
  const test = n.event === 'test' ? 'Test, nothing is wrong: ' : '';
  const ms = Date.parse(n.at);
  return {
    ...base,
    event_action: 'trigger',
    client: 'Plumbline',
    ...(to && {
      client_url: to.incident,
      links:
        n.event === 'test'
          ? [{ href: to.incident, text: 'Plumbline' }]
          : [
              { href: to.incident, text: `Incident #${incident.number}` },
              { href: to.rows, text: 'Rows' },
              { href: to.mute, text: 'Mute' },
            ],
    }),
    payload: {
      summary: cut(`${test}[${oneLine(incident.model)}] ${facts.title}${headline}`, SUMMARY_MAX),
      source: to ? new URL(to.incident).host.slice(0, KEY_MAX) : 'plumbline',
      severity: n.event === 'test' ? 'info' : incident.severity,
      ...(Number.isFinite(ms) && { timestamp: new Date(ms).toISOString() }),
      component: cut(oneLine(incident.model), KEY_MAX),
      group: cut(oneLine(incident.family), KEY_MAX),
      class: cut(oneLine(facts.main?.kind ?? ''), KEY_MAX),
      custom_details: details(n, keep),
    },
  };
}

/** How much of the evidence goes along; the first that fits in PagerDuty's limit is taken. */
type Keep = { text: number; evidence: number; findings: number; slices: number; raw: boolean };
const SHRINK: [Keep, ...Keep[]] = [
  { text: 20_000, evidence: 1000, findings: 10_000, slices: 1000, raw: true },
  { text: 1000, evidence: 20, findings: 50, slices: 10, raw: false },
  { text: 300, evidence: 5, findings: 10, slices: 3, raw: false },
  { text: 200, evidence: 0, findings: 0, slices: 0, raw: false },
];

/** First what a person reads on a phone, in words; then the evidence as it is. */
function details(n: Notification, keep: Keep): Record<string, unknown> {
  const { incident } = n;
  const f = factsOf(n);
  const top = f.slices[0];
  const whole = keep === SHRINK[0];
  const words = {
    incident: `#${incident.number}`,
    model: incident.model,
    severity: incident.severity,
    headline: f.headline,
    what: f.subject,
    monitor: f.monitor,
    slice: f.slice,
    value: f.value,
    threshold: f.threshold,
    baseline: f.baseline,
    rows_judged: f.finding ? count(f.finding.n) : '',
    window: f.main ? span(f.main.window.start, f.main.window.end) : '',
    since: utc(f.main?.since ?? incident.since),
    known_at: f.main ? utc(f.main.known_at) : '',
    history: f.main
      ? sparkline(
          f.main.history.map((h) => h.value),
          { marks: [f.main.threshold, f.main.baseline] },
        )
      : '',
    suspected_slice: top ? `${top.field} = ${top.value ?? 'null'}, explains ${percent(top.explains)}` : '',
    moved_features: f.features.join(', '),
    also_firing: f.others.join('; '),
    sequence: n.sequence,
    shortened: whole ? '' : 'parts of the evidence did not fit; the incident has all of it',
  };
  const evidence = incident.evidence.slice(0, keep.evidence).map((e) => ({
    monitor_id: e.monitor_id,
    monitor: e.monitor,
    kind: e.kind,
    severity: e.severity,
    window: e.window,
    known_at: e.known_at,
    since: e.since,
    headline: e.headline,
    threshold: e.threshold,
    baseline: e.baseline,
    findings: e.findings
      .slice(0, keep.findings)
      .map(({ details: raw, ...finding }) => (keep.raw && raw ? { ...finding, details: raw } : finding)),
    slices: e.slices.slice(0, keep.slices),
    ...(keep.raw && { history: e.history, rows_query: e.rows_query }),
  }));
  const said = Object.entries(words).filter(([, value]) => value !== '');
  const all = { ...Object.fromEntries(said), ...(evidence.length > 0 && { evidence }) };
  return cleanJson(all, { textMax: keep.text, bytesMax: EVENT_BYTES_MAX }) as typeof all;
}
