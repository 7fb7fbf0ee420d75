import type { IncidentView } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { alertmanagerProblems } from '../../../testkit/src/vendors/index.js';
import { renderAlertmanager } from './alertmanager.js';
import { exampleIncident } from './example.js';
import type { Notification } from './notification.js';
import { renderRequest } from './request.js';
import { SIGNATURE_HEADER } from './webhook.js';

const NOW = Date.UTC(2026, 0, 9, 14, 20);
const notification = (event: Notification['event'], change: Partial<IncidentView> = {}): Notification => ({
  event,
  incident: { ...exampleIncident(NOW), id: 'inc_1', ...change },
  consoleUrl: 'https://plumbline.example.org',
  dedupKey: 'plumbline-inc_1',
  sequence: 3,
  at: '2026-01-09T14:20:00.000Z',
});
const resolved = { state: 'resolved', resolved_at: '2026-01-09T14:19:00.000Z' } as const;

describe('the body of Alertmanager', () => {
  it('is one group of an incident, each monitor an alert with its numbers', () => {
    const body = renderAlertmanager(notification('open'));
    expect(alertmanagerProblems(body)).toEqual([]);
    expect(body).toMatchObject({
      status: 'firing',
      receiver: 'plumbline',
      groupLabels: { model: 'fraud', incident: '#42' },
      commonLabels: { model: 'fraud', incident: '#42', family: 'performance' },
      commonAnnotations: { title: 'accuracy of fraud is below 85 %' },
      externalURL: 'https://plumbline.example.org',
    });
    expect(body.alerts[0]).toMatchObject({
      status: 'firing',
      labels: { alertname: 'accuracy, hourly', severity: 'warning', subject: 'accuracy', kind: 'performance' },
      annotations: {
        summary: 'accuracy fell to 76.2 % (74.3 % – 78 %), below 85 %',
        description: 'value 76.2 % (74.3 % – 78 %), threshold 85 %',
        suspected_cause: 'tags.country = BR',
      },
      startsAt: '2026-01-09T11:00:00.000Z',
      generatorURL: 'https://plumbline.example.org/incidents/inc_1',
    });
    expect(body.alerts).toHaveLength(2);
  });

  it('ends what it began: same group, same alerts, other status', () => {
    const open = renderAlertmanager(notification('open'));
    const end = renderAlertmanager(notification('resolve', { ...resolved, severity: 'critical' }));
    expect(alertmanagerProblems(end)).toEqual([]);
    expect([end.groupKey, end.status]).toEqual([open.groupKey, 'resolved']);
    expect(end.alerts.map((a) => a.fingerprint)).toEqual(open.alerts.map((a) => a.fingerprint));
    expect(end.alerts.map((a) => a.endsAt)).toEqual([resolved.resolved_at, resolved.resolved_at]);
  });

  it('a monitor that is well again is resolved in a group that is not', () => {
    const { monitors } = exampleIncident(NOW);
    const body = renderAlertmanager(notification('escalate', { monitors: [{ ...monitors[0]!, firing: false }] }));
    expect(alertmanagerProblems(body)).toEqual([]);
    expect(body.alerts.map((a) => a.status)).toEqual(['resolved', 'firing']);
    expect(body.status).toBe('firing');
  });

  it('says who has it and what is only a test', () => {
    expect(renderAlertmanager(notification('acknowledge', { acknowledged_by: 'ada' })).commonAnnotations).toMatchObject(
      { acknowledged_by: 'ada' },
    );
    const test = renderAlertmanager(notification('test'));
    expect(test.commonAnnotations.test).toContain('Nothing is wrong');
    expect(test.alerts[0]!.labels.severity).toBe('info');
  });

  it('is what a webhook of that format gets, signed', () => {
    const config = { url: 'https://x.example/hook', secret: 'a secret', format: 'alertmanager' };
    const made = renderRequest({ id: 'c', kind: 'webhook', config }, notification('open'), NOW);
    expect(JSON.parse(made.body)).toEqual(renderAlertmanager(notification('open')));
    expect(made.headers[SIGNATURE_HEADER]).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  });
});
