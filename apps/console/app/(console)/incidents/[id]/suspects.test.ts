import type { Evidence, IncidentView, ModelView } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { suspects } from './suspects';

const since = '2026-05-10T00:00:00Z';
const evidence = (over: Partial<Evidence>): Evidence => ({
  monitor_id: 'm',
  monitor: 'M',
  kind: 'performance',
  severity: 'critical',
  window: { start: since, end: since },
  known_at: since,
  since,
  headline: '',
  findings: [],
  slices: [],
  history: [],
  threshold: null,
  baseline: null,
  rows_query: {},
  ...over,
});
const bad = (subject: string) => ({ subject, state: 'bad' as const, value: 0.3, threshold: 0.1, n: 100, message: '' });
const incident = (monitors: string[], evidence: Evidence[]) =>
  ({
    since,
    monitors: monitors.map((kind) => ({ id: kind, name: kind, kind, firing: true })),
    evidence,
  }) as unknown as IncidentView;
const model = {
  first_event: '2026-01-01T00:00:00Z',
  versions: [
    { version: 'v1', first_event: '2026-01-01T00:00:00Z', last_event: since, predictions: 1 },
    { version: 'v2', first_event: '2026-05-09T12:00:00Z', last_event: since, predictions: 1 },
  ],
  schema: [
    { name: 'temp', type: 'numeric', declared: true, source: 'weather', importance: 0.3, monitored: true },
    { name: 'hum', type: 'numeric', declared: true, source: 'weather', importance: 0.1, monitored: true },
  ],
} as unknown as ModelView;

it('names a new version, a shared source, the feature relied on and the slice', () => {
  const found = suspects(
    incident(
      ['performance', 'drift'],
      [
        evidence({
          slices: [
            {
              field: 'features.rain',
              value: 'heavy',
              n: 10,
              share: 0.1,
              error: 2,
              rest: 1,
              explains: 0.64,
              what: 'error',
            },
          ],
        }),
        evidence({ kind: 'drift', findings: [bad('temp'), bad('hum')] }),
      ],
    ),
    model,
    [{ id: 'a', ts: '2026-04-01T00:00:00Z', text: 'long before', kind: 'deploy' }],
  );
  expect(found.map((s) => s.text)).toEqual([
    'Version v2 began to serve',
    'temp and hum come from weather',
    'temp moved, and the model relies on it',
    '64 % of it is where rain is heavy',
  ]);
});

it('says a version once when its deploy was annotated, and puts a failed data check first', () => {
  const found = suspects(incident(['performance', 'volume'], []), model, [
    { id: 'a', ts: '2026-05-09T11:00:00Z', text: 'v2 to all traffic', kind: 'deploy' },
  ]);
  expect(found.map((s) => s.kind)).toEqual(['upstream', 'deploy']);
});

it('suspects nothing without evidence', () => expect(suspects(incident(['freshness'], []), null, [])).toEqual([]));
