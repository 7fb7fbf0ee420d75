import { worstFirst } from './facts.js';
import type { Notification } from './notification.js';
import { wellFormed } from './text.js';

/** Slack's limit for the URL of a button; nobody else has a lower one. */
const URL_MAX = 3000;

export const segment = (text: string) => encodeURIComponent(wellFormed(text));

export function consoleAt(consoleUrl: string): string | null {
  if (!URL.canParse(consoleUrl) || !/^https?:$/.test(new URL(consoleUrl).protocol)) return null;
  const base = new URL(consoleUrl);
  return `${base.origin}${base.pathname}`.replace(/\/+$/, '');
}

/**
 * Pages of the console about this incident, or null if the console's address is not one: vendors refuse a whole message
 * for one broken link. `rows` carries the frozen query (exact filters, absolute window, `known_at`), each key a search
 * parameter, values that are not plain text as JSON; a query too long for a URL leads to the incident, which has it.
 */
export function links(n: Notification): { incident: string; rows: string; mute: string } | null {
  const base = consoleAt(n.consoleUrl);
  if (base === null) return null;
  // The incident of a test is invented: there is no page of it.
  if (n.event === 'test') return { incident: `${base}/`, rows: `${base}/`, mute: `${base}/` };
  const incident = `${base}/incidents/${segment(n.incident.id)}`;
  const mute = `${incident}?mute=1`;
  if (mute.length > URL_MAX) return null;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(worstFirst(n.incident.evidence)[0]?.rows_query ?? {})) {
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    query.set(wellFormed(key), wellFormed(typeof value === 'object' ? JSON.stringify(value) : String(value)));
  }
  const rows = `${base}/models/${segment(n.incident.model)}/rows?${query}`;
  return { incident, rows: rows.length <= URL_MAX ? rows : incident, mute };
}

/** The address of the incident for machines; '' without a console. */
export const incidentUrl = (n: Notification): string => links(n)?.incident ?? '';
