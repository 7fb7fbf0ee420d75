import { type MonitorBody, monitorBody } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { bodyOfDraft, draftOf, emptyDraft } from './draft';

const body = (over: Partial<MonitorBody>) => monitorBody.parse({ name: 'n', model: 'm', kind: 'performance', ...over });

describe('the form of a monitor', () => {
  it.each<[what: string, body: MonitorBody]>([
    ['as plain as can be', body({})],
    ['a number with a second one that ends it', body({ condition: { op: 'lt', value: 0.9, clear: 0.92 } })],
    [
      'a budget of false alarms',
      body({ compare: { to: 'threshold' }, condition: { auto: { false_alarms: '2 per 7d' } } }),
    ],
    ['another version', body({ compare: { to: 'version', version: '', tolerance: 0.02 } })],
    [
      'what it compares with beyond the form',
      body({ kind: 'drift', compare: { to: 'reference', reference: 'training' } }),
    ],
    [
      'everything',
      body({
        target: { metric: 'accuracy', features: ['a', 'b'] },
        slice: [{ field: 'tags.country', op: 'eq', value: 'BR' }],
        per: ['version'],
        window: '1d',
        every: '15m',
        offset: '1h',
        for: 2,
        resolve_for: 3,
        no_data: 'alert',
        min_samples: 10,
        min_coverage: 0.5,
        escalate_after: '4h',
        severity: 'critical',
        channels: ['c'],
        enabled: false,
      }),
    ],
  ])('shows and gives back %s', (_, body) => {
    expect(bodyOfDraft(draftOf(body))).toEqual({ body });
  });

  it('says which field is wrong', () => {
    const wrong = bodyOfDraft({ ...emptyDraft('m'), window: 'soon', for: 'x', rule: 'number', value: '' });
    expect(Object.keys('errors' in wrong ? wrong.errors : {}).sort()).toEqual(['condition', 'for', 'name', 'window']);
  });
});
