import type { Finding } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import type { Facts } from './facts.js';
import { samplesOf } from './samples.js';

const finding = (subject: string): Finding => ({
  ...{ subject, state: 'ok', value: 0.1, threshold: 0.2, n: 100, message: '', details: { measure: 'psi' } },
});
const facts = (models: number, subjects: number): Facts => ({
  models: Array.from({ length: models }, (_, i) => ({
    ...{ project: 'p', model: `m${i}`, primaryMetric: 'accuracy', lastEventMs: 1_700_000_000_000 },
    window: {
      ...{ startMs: 0, stepMs: 3_600_000, predictions: 200, labelled: 50, estimated: { accuracy: [0.9, 0.8, 0.95] } },
    },
    realized: Object.fromEntries(
      ['f1', 'accuracy', 'f1:BR', ...Array.from({ length: 30 }, (_, k) => `metric${k}`)].map((name) => [
        name,
        [0.5, 0.4, null] as [number, number, null],
      ]),
    ),
  })),
  monitors: Array.from({ length: models }, (_, i) => ({
    ...{ project: 'p', model: `m${i}`, name: 'drift', kind: 'drift', severity: 'warning', state: 'firing' },
    findings: Array.from({ length: subjects }, (_, k) => finding(`feature${k}`)),
  })),
  incidents: [{ project: 'p', model: 'm0', severity: 'critical', n: 2 }],
  deliveries: [{ state: 'failed', n: 3 }],
  channels: [{ project: 'p', channel: 'ops', failures: 1 }],
});
const count = (samples: ReturnType<typeof samplesOf>) => [...samples.values()].reduce((sum, s) => sum + s.length, 0);

describe('samples', () => {
  it('say how a model does, the primary metric first, nothing for what is not defined', () => {
    const samples = samplesOf(facts(1, 2));
    const metrics = samples.get('plumbline_model_metric')!;
    expect(metrics[0]).toEqual({
      labels: { project: 'p', model: 'm0', metric: 'accuracy', kind: 'realized' },
      value: 0.5,
    });
    expect(metrics.filter((m) => m.labels.kind === 'realized')).toHaveLength(12);
    expect(metrics.some((m) => m.labels.metric!.includes(':'))).toBe(false);
    expect(samples.get('plumbline_model_metric_high')).toEqual([
      { labels: { project: 'p', model: 'm0', metric: 'accuracy', kind: 'estimated' }, value: 0.95 },
    ]);
    expect(samples.get('plumbline_model_label_coverage')![0]!.value).toBe(0.25);
    expect(samples.get('plumbline_model_last_event_timestamp_seconds')![0]!.value).toBe(1_700_000_000);
    expect(samples.get('plumbline_drift')!.map((d) => d.labels.feature)).toEqual(['feature0', 'feature1']);
    expect(samples.get('plumbline_channel_failures')![0]!.value).toBe(1);
  });

  it('are bounded per monitor, per model and in all; what people page by stays', () => {
    const one = samplesOf(facts(1, 200));
    expect(one.get('plumbline_drift')).toHaveLength(30);
    expect(one.get('plumbline_monitor_value')).toHaveLength(10);
    const many = samplesOf(facts(1_000, 200), 5_000);
    expect(count(many)).toBe(5_001);
    expect(many.get('plumbline_monitor_state')).toHaveLength(1_000);
    expect(many.get('plumbline_series_left_out')![0]!.value).toBeGreaterThan(50_000);
    expect(one.get('plumbline_series_left_out')![0]!.value).toBe(0);
  });

  it('with names that cannot be written are written all the same, each series once', () => {
    const twice = facts(1, 1);
    twice.monitors = [...twice.monitors, ...twice.monitors];
    twice.monitors[0]!.findings = [finding('\ud83d'), finding('x'.repeat(500))];
    const samples = samplesOf(twice);
    expect(samples.get('plumbline_monitor_state')).toHaveLength(1);
    expect(samples.get('plumbline_drift')!.map((d) => d.labels.feature!.length)).toEqual([1, 200]);
  });
});
