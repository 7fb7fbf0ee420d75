import type { Severity } from '@plumbline/contracts';
import { type AlertmanagerAlert, type AlertmanagerBody, fingerprint, labels, time } from '../alertmanager.js';
import { consoleAt, segment } from '../links.js';
import { cleanJson, firstThatFits } from '../text.js';
import { WEBHOOK_BYTES_MAX } from '../webhook.js';
import { type StormIncident, type StormMessage, type StormNotice, stormWords } from './notice.js';

/** What a webhook receives in the place of the incidents of a storm. */
export type StormBody = {
  event: 'storm';
  sequence: number;
  /** One per storm. */
  dedup_key: string;
  sent_at: string;
  incident: null;
  storm: {
    id: string;
    state: 'open' | 'resolved';
    opened_at: string;
    /** How many it has; `incidents` may list fewer. */
    total: number;
    incidents: {
      id: string;
      number: number;
      model: string;
      title: string;
      severity: Severity;
      state: StormIncident['state'];
      opened_at: string;
      resolved_at: string | null;
    }[];
  };
  url: string;
};

const LISTED: [number, ...number[]] = [20_000, 2_000, 500];

export function renderWebhookStorm(n: StormNotice): StormMessage<StormBody> {
  const base = consoleAt(n.consoleUrl);
  return firstThatFits(LISTED, WEBHOOK_BYTES_MAX, (max) => {
    const listed = n.incidents.slice(0, max);
    const body: StormBody = {
      event: 'storm',
      sequence: n.sequence,
      dedup_key: n.dedupKey,
      sent_at: n.at,
      incident: null,
      storm: {
        id: n.id,
        state: n.state,
        opened_at: n.openedAt,
        total: n.incidents.length,
        incidents: listed.map(({ told: _, ...i }) => i),
      },
      url: base === null ? '' : `${base}/incidents`,
    };
    return { body: cleanJson(body) as StormBody, named: listed.map((i) => i.id) };
  });
}

/** The same as a group of Alertmanager: each incident is an alert. */
export function renderAlertmanagerStorm(n: StormNotice): StormMessage<AlertmanagerBody> {
  const base = consoleAt(n.consoleUrl);
  return firstThatFits(LISTED, WEBHOOK_BYTES_MAX, (max) => {
    const listed = n.incidents.slice(0, max);
    const alerts = listed.map((i) => stormAlert(i, base, n.at));
    return {
      named: listed.map((i) => i.id),
      body: {
        version: '4' as const,
        groupKey: `{}:{storm="${n.dedupKey}"}`,
        truncatedAlerts: n.incidents.length - listed.length,
        status: alerts.some((a) => a.status === 'firing') ? ('firing' as const) : ('resolved' as const),
        receiver: 'plumbline',
        groupLabels: { storm: n.id },
        commonLabels: { storm: n.id },
        commonAnnotations: { title: `${stormWords(n)} at once` },
        externalURL: base ?? '',
        alerts,
      },
    };
  });
}

function stormAlert(i: StormIncident, base: string | null, at: string): AlertmanagerAlert {
  const own = labels({ alertname: i.title, model: i.model, incident: `#${i.number}`, severity: i.severity });
  const endsAt = i.state === 'resolved' ? (time(i.resolved_at ?? at) ?? at) : '0001-01-01T00:00:00Z';
  return {
    status: i.state === 'resolved' ? 'resolved' : 'firing',
    labels: own,
    annotations: labels({ summary: i.title }),
    startsAt: time(i.opened_at) ?? at,
    endsAt,
    generatorURL: base === null ? '' : `${base}/incidents/${segment(i.id)}`,
    fingerprint: fingerprint(own),
  };
}
