/**
 * The vendors' documented limits, written from their pages and not from our renderers; each function returns what is wrong.
 * Slack: https://docs.slack.dev/reference/block-kit/blocks/; PagerDuty: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/;
 * Alertmanager: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
 */

type Json = Record<string, unknown>;
const list = (value: unknown): Json[] => (Array.isArray(value) ? value : []);

export function slackProblems(message: unknown): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || problems.push(what));
  const text = (object: unknown, what: string, max: number, type?: string) => {
    const { type: is, text } = (object ?? {}) as Json;
    check(is === 'mrkdwn' || is === 'plain_text', `${what}: type ${String(is)}`);
    check(type === undefined || is === type, `${what}: must be ${type}`);
    const said = String(text ?? '');
    check(said.trim().length > 0, `${what}: empty`);
    check(said.length <= max, `${what}: ${said.length} > ${max}`);
    // Only Slack's own sequences may have angle brackets; of those we use dates.
    const rest = said.replace(/<!date\^\d+\^[^<>|]+\|[^<>]+>/g, '');
    check(!/[<>]|&(?!amp;|lt;|gt;)/.test(rest), `${what}: not escaped: ${rest.slice(0, 80)}`);
  };
  const { blocks, text: fallback } = message as { blocks: unknown; text: unknown };
  check(String(fallback).length <= 4000 && String(fallback) !== '', 'fallback text');
  check(list(blocks).length >= 1 && list(blocks).length <= 50, 'blocks');
  for (const block of list(blocks)) {
    if (block.type === 'header') text(block.text, 'header', 150, 'plain_text');
    else if (block.type === 'section') {
      check(block.text !== undefined || block.fields !== undefined, 'section without text');
      if (block.text !== undefined) text(block.text, 'section', 3000);
      if (block.fields !== undefined) {
        check(list(block.fields).length >= 1 && list(block.fields).length <= 10, 'fields');
        for (const field of list(block.fields)) text(field, 'field', 2000);
      }
    } else if (block.type === 'context') {
      check(list(block.elements).length >= 1 && list(block.elements).length <= 10, 'context elements');
      for (const element of list(block.elements)) text(element, 'context', 3000);
    } else if (block.type === 'actions') {
      const elements = list(block.elements);
      check(elements.length >= 1 && elements.length <= 25, 'actions');
      check(new Set(elements.map((e) => e.action_id)).size === elements.length, 'action ids');
      for (const element of elements) {
        text(element.text, 'button', 75, 'plain_text');
        check(String(element.action_id).length <= 255, 'action id');
        check(String(element.url).length <= 3000 && URL.canParse(String(element.url)), 'button url');
      }
    } else problems.push(`block ${String(block.type)}`);
  }
  // Not documented, met in practice (`msg_blocks_too_long`).
  check(JSON.stringify(blocks).length <= 13_000, 'the message as a whole');
  return [...problems, ...jsonProblems(message)];
}

export function pagerDutyProblems(event: unknown): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || problems.push(what));
  const { routing_key, event_action, dedup_key, payload, links } = event as Json;
  check(typeof routing_key === 'string' && routing_key !== '', 'routing_key');
  check(['trigger', 'acknowledge', 'resolve'].includes(String(event_action)), 'event_action');
  check(typeof dedup_key === 'string' && dedup_key.length >= 1 && dedup_key.length <= 255, 'dedup_key');
  if (event_action === 'trigger') {
    const { summary, source, severity, timestamp, custom_details } = (payload ?? {}) as Json;
    check(typeof summary === 'string' && summary.length >= 1 && summary.length <= 1024, 'summary');
    check(typeof source === 'string' && source !== '', 'source');
    check(['critical', 'error', 'warning', 'info'].includes(String(severity)), 'severity');
    check(timestamp === undefined || !Number.isNaN(Date.parse(String(timestamp))), 'timestamp');
    check(typeof custom_details === 'object' && custom_details !== null, 'custom_details');
    for (const link of list(links)) check(URL.canParse(String(link.href)), 'link');
  }
  check(Buffer.byteLength(JSON.stringify(event)) <= 512_000, 'size');
  return [...problems, ...jsonProblems(event)];
}

/** What strict JSON parsers refuse: half surrogate pairs. (JSON.stringify writes those, and only those, as \ud….) */
export const jsonProblems = (value: unknown): string[] =>
  /(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(JSON.stringify(value)) ? ['half a surrogate pair'] : [];

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The documented body of version 4: texts where it has texts, times that Go parses, one group. */
export function alertmanagerProblems(body: unknown): string[] {
  const problems: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || problems.push(what));
  const texts = (value: unknown, what: string) => {
    check(typeof value === 'object' && value !== null && !Array.isArray(value), what);
    for (const [name, text] of Object.entries(value ?? {})) {
      check(/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name), `${what}: name ${name}`);
      check(typeof text === 'string' && text !== '', `${what}: ${name}`);
    }
  };
  const { version, groupKey, truncatedAlerts, status, receiver, externalURL, alerts, ...maps } = body as Json;
  check(version === '4', 'version');
  check(typeof groupKey === 'string' && groupKey !== '', 'groupKey');
  check(Number.isInteger(truncatedAlerts) && Number(truncatedAlerts) >= 0, 'truncatedAlerts');
  check(typeof receiver === 'string' && typeof externalURL === 'string', 'receiver, externalURL');
  for (const name of ['groupLabels', 'commonLabels', 'commonAnnotations']) texts(maps[name], name);
  check(list(alerts).length >= 1, 'alerts');
  const firing = list(alerts).some((a) => a.status === 'firing');
  check(status === (firing ? 'firing' : 'resolved'), 'status');
  for (const alert of list(alerts)) {
    check(alert.status === 'firing' || alert.status === 'resolved', 'alert status');
    texts(alert.labels, 'labels');
    texts(alert.annotations, 'annotations');
    check(RFC_3339.test(String(alert.startsAt)), `startsAt ${String(alert.startsAt)}`);
    check(RFC_3339.test(String(alert.endsAt)), `endsAt ${String(alert.endsAt)}`);
    check((alert.endsAt === '0001-01-01T00:00:00Z') === (alert.status === 'firing'), 'endsAt of what fires');
    check(/^[0-9a-f]{16}$/.test(String(alert.fingerprint)), 'fingerprint');
    check(typeof alert.generatorURL === 'string', 'generatorURL');
  }
  check(Buffer.byteLength(JSON.stringify(body)) <= 1024 * 1024, 'size');
  return [...problems, ...jsonProblems(body)];
}
