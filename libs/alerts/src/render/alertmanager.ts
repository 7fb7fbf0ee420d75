import { createHash } from 'node:crypto';
import type { Evidence } from '@plumbline/contracts';
import { factsOf } from './facts.js';
import { incidentUrl, links } from './links.js';
import type { Notification } from './notification.js';
import { cut, firstThatFits, oneLine } from './text.js';
import { WEBHOOK_BYTES_MAX } from './webhook.js';

/**
 * What Alertmanager sends to its `webhook_config` receivers, version 4, so that whatever takes those takes ours:
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Labels and annotations are texts.
 */
export type AlertmanagerBody = {
  version: '4';
  /** One per incident: receivers fold what carries the same key into one group. */
  groupKey: string;
  truncatedAlerts: number;
  status: 'firing' | 'resolved';
  receiver: string;
  groupLabels: Record<string, string>;
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
  externalURL: string;
  alerts: AlertmanagerAlert[];
};
export type AlertmanagerAlert = {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  /** The zero time of Go while it fires. */
  endsAt: string;
  generatorURL: string;
  /** 16 hexadecimal digits over the labels: the same alert has the same one for ever. */
  fingerprint: string;
};

const NOT_ENDED = '0001-01-01T00:00:00Z';
const UNKNOWN_END = new Date(0).toISOString();
const TEXT_MAX = 2000;
/** Alerts that go along; the first that fits is taken. */
const ALERTS: [number, ...number[]] = [1000, 100, 10];

/** One incident as one group, each of its monitors as one alert. */
export function renderAlertmanager(n: Notification): AlertmanagerBody {
  const { incident } = n;
  const groupLabels = labels({ model: incident.model, incident: `#${incident.number}` });
  const ended = incident.state === 'resolved' ? (time(incident.resolved_at ?? n.at) ?? UNKNOWN_END) : null;
  const all = incident.evidence.length > 0 ? incident.evidence : [null];
  const facts = factsOf(n);
  return firstThatFits(ALERTS, WEBHOOK_BYTES_MAX, (alertsMax) => {
    const alerts = all.slice(0, alertsMax).map((e) => alertOf(n, e, groupLabels, ended));
    return {
      version: '4',
      groupKey: `{}:{incident="${text(n.dedupKey)}"}`,
      truncatedAlerts: all.length - alerts.length,
      status: alerts.some((a) => a.status === 'firing') ? 'firing' : 'resolved',
      receiver: 'plumbline',
      groupLabels,
      commonLabels: common(alerts.map((a) => a.labels)),
      commonAnnotations: {
        ...common(alerts.map((a) => a.annotations)),
        title: text(facts.title),
        ...(n.event === 'acknowledge' && { acknowledged_by: text(facts.actor || 'somebody') }),
        ...(n.event === 'test' && { test: 'This is a test of the channel. Nothing is wrong.' }),
      },
      externalURL: links(n) ? n.consoleUrl : '',
      alerts,
    };
  });
}

function alertOf(
  n: Notification,
  evidence: Evidence | null,
  groupLabels: Record<string, string>,
  ended: string | null,
): AlertmanagerAlert {
  const { incident } = n;
  const f = factsOf({ ...n, incident: { ...incident, evidence: evidence ? [evidence] : [] } });
  const monitor = incident.monitors.find((m) => m.id === evidence?.monitor_id);
  const endsAt = ended ?? (monitor && !monitor.firing ? time(incident.updated_at) : null);
  const own = labels({
    alertname: evidence?.monitor ?? incident.title,
    ...groupLabels,
    kind: evidence?.kind ?? '',
    severity: n.event === 'test' ? 'info' : (evidence?.severity ?? incident.severity),
    family: incident.family,
    slice: f.slice === 'all traffic' ? '' : f.slice,
    subject: f.subject,
  });
  return {
    status: endsAt === null ? 'firing' : 'resolved',
    labels: own,
    annotations: labels({
      summary: f.headline || f.title,
      description: [f.value && `value ${f.value}`, f.threshold && `threshold ${f.threshold}`]
        .filter(Boolean)
        .join(', '),
      window: evidence ? `${evidence.window.start}/${evidence.window.end}` : '',
      suspected_cause: f.slices[0] ? `${f.slices[0].field} = ${f.slices[0].value ?? 'null'}` : f.features.join(', '),
    }),
    startsAt: time(evidence?.since ?? incident.since) ?? time(n.at) ?? NOT_ENDED,
    endsAt: endsAt ?? NOT_ENDED,
    generatorURL: incidentUrl(n),
    fingerprint: fingerprint(own),
  };
}

/** Null if it is none, or in a year that the format cannot write. */
export function time(at: string): string | null {
  const ms = Date.parse(at);
  return ms >= 0 && ms < Date.UTC(10_000, 0) ? new Date(ms).toISOString() : null;
}

const text = (raw: string) => cut(oneLine(raw), TEXT_MAX);

/** Empty labels are no labels in the data model of Prometheus. */
export const labels = (raw: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(raw)
      .map(([name, value]) => [name, text(value)] as const)
      .filter(([, value]) => value !== ''),
  );

function common(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => rest.every((r) => r[name] === value)));
}

/** Severity may rise while it is the same alert, so it takes no part. */
export function fingerprint({ severity: _, ...rest }: Record<string, string>): string {
  const sorted = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
