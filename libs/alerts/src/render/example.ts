import type { IncidentView } from '@plumbline/contracts';
import type { Notification } from './notification.js';

const HOUR_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** What a channel's test sends: an invented incident that looks like a real one, so that people see what they will get. */
export function testNotification(to: { channelId: string; consoleUrl: string; nowMs: number }): Notification {
  return {
    event: 'test',
    incident: exampleIncident(to.nowMs),
    consoleUrl: to.consoleUrl,
    dedupKey: `plumbline-test-${to.channelId}`,
    sequence: 0,
    at: iso(to.nowMs),
  };
}

export function exampleIncident(nowMs: number): IncidentView {
  const end = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const since = iso(end - 3 * HOUR_MS);
  const window = { start: iso(end - HOUR_MS), end: iso(end) };
  const values = [0.912, 0.908, 0.915, 0.91, null, 0.913, 0.906, 0.911, 0.84, 0.79, 0.762];
  return {
    id: 'example',
    number: 42,
    model: 'fraud',
    state: 'open',
    severity: 'warning',
    title: 'accuracy of fraud is below 85 %',
    family: 'performance',
    opened_at: iso(end - 2 * HOUR_MS),
    since,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    updated_at: iso(nowMs),
    monitors: [{ id: 'example', name: 'accuracy, hourly', kind: 'performance', firing: true }],
    subjects: ['accuracy'],
    evidence: [
      {
        monitor_id: 'example',
        monitor: 'accuracy, hourly',
        kind: 'performance',
        severity: 'warning',
        window,
        known_at: window.end,
        since,
        headline: 'accuracy fell to 76.2 % (74.3 % – 78 %), below 85 %',
        findings: [
          {
            subject: 'accuracy',
            state: 'bad',
            value: 0.762,
            low: 0.743,
            high: 0.78,
            threshold: 0.85,
            baseline: 0.911,
            n: 1893,
            message: 'accuracy 0.762 is below 0.85',
          },
        ],
        slices: [
          {
            field: 'tags.country',
            value: 'BR',
            n: 412,
            share: 0.218,
            error: 0.71,
            rest: 0.106,
            explains: 0.88,
            what: 'error rate',
          },
        ],
        history: values.map((value, i) => ({ start: iso(end - (values.length - i) * HOUR_MS), value })),
        threshold: 0.85,
        baseline: 0.911,
        rows_query: { from: window.start, to: window.end, known_at: window.end, filters: [] },
      },
      {
        monitor_id: 'example-drift',
        monitor: 'inputs against training',
        kind: 'drift',
        severity: 'info',
        window,
        known_at: window.end,
        since,
        headline: 'amount moved: psi 0.41, threshold 0.2',
        findings: [
          { subject: 'amount', state: 'bad', value: 0.41, threshold: 0.2, n: 1893, message: 'psi 0.41 is above 0.2' },
          { subject: 'age', state: 'ok', value: 0.01, threshold: 0.2, n: 1893, message: 'psi 0.01' },
        ],
        slices: [],
        history: [],
        threshold: 0.2,
        baseline: null,
        rows_query: { from: window.start, to: window.end, known_at: window.end, filters: [] },
      },
    ],
    timeline: [],
    deliveries: [],
  };
}
