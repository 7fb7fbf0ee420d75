import { consoleAt } from '../links.js';
import { dedupKey, EVENT_BYTES_MAX, type PagerDutyEvent, SUMMARY_MAX } from '../pagerduty.js';
import { cut, firstThatFits, oneLine } from '../text.js';
import { modelsOf, type StormMessage, type StormNotice, stormWords, unresolved, worst } from './notice.js';

const LISTED: [number, ...number[]] = [10_000, 5_000, 2_000, 800];

/** One alert for many problems; every message of the storm carries its key, so it pages once. */
export function renderPagerDutyStorm(n: StormNotice, routingKey: string): StormMessage<PagerDutyEvent> {
  const base = { routing_key: routingKey, dedup_key: dedupKey(n.dedupKey) };
  if (n.state === 'resolved')
    return { body: { ...base, event_action: 'resolve' }, named: n.incidents.map((i) => i.id) };
  const link = consoleAt(n.consoleUrl);
  return firstThatFits(LISTED, EVENT_BYTES_MAX, (max) => {
    const listed = n.incidents.slice(0, max);
    return {
      named: listed.map((i) => i.id),
      body: {
        ...base,
        event_action: 'trigger' as const,
        client: 'Plumbline',
        ...(link && {
          client_url: `${link}/incidents`,
          links: [{ href: `${link}/incidents`, text: 'Incidents' }],
        }),
        payload: {
          summary: cut(`${stormWords(n)} at once, ${unresolved(n).length} not resolved`, SUMMARY_MAX),
          source: link ? new URL(link).host.slice(0, 255) : 'plumbline',
          severity: worst(n),
          timestamp: n.openedAt,
          component: 'plumbline',
          group: 'storm',
          class: 'storm',
          custom_details: {
            models: modelsOf(n.incidents).length,
            incidents: listed.map((i) => `#${i.number} ${i.state} ${i.severity}: ${cut(oneLine(i.title), 100)}`),
            not_listed: n.incidents.length - listed.length,
            sequence: n.sequence,
          },
        },
      },
    };
  });
}
