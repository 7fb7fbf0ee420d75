import { describe, expect, it } from 'vitest';
import { parseMetric, parseVersion, parseView, versionParam } from './search-params';

const get = (query: string) => {
  const params = new URLSearchParams(query);
  return (key: string) => params.get(key);
};
const now = Date.parse('2026-05-12T12:34:56Z');
const hourly = { granularity: '1h' as const, first_event: '2026-01-01T00:00:00Z' };

describe('parseView', () => {
  it('fills in what the URL leaves open', () => {
    expect(parseView(get(''), hourly, now)).toMatchObject({ range: { preset: '7d' }, granularity: 'auto', step: '1h' });
    expect(parseView(get(''), { ...hourly, granularity: '1d' }, now)).toMatchObject({
      range: { preset: '90d' },
      step: '1d',
    });
  });
  it('takes a zoomed range as it is', () => {
    const view = parseView(get('from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&granularity=1d'), hourly, now);
    expect(view).toMatchObject({
      from: Date.parse('2026-03-01'),
      to: Date.parse('2026-03-02'),
      granularity: '1d',
      step: '1d',
    });
  });
});

it.each([
  [null, { kind: 'all' }],
  ['*', { kind: 'split' }],
  ['v3', { kind: 'one', version: 'v3' }],
  ['=', { kind: 'one', version: '' }],
  ['=*', { kind: 'one', version: '*' }],
  ['==x', { kind: 'one', version: '=x' }],
] as const)('version %s survives the way through the URL', (raw, want) => {
  expect(parseVersion(raw)).toEqual(want);
  expect(versionParam(parseVersion(raw))).toBe(raw);
});

it('knows the main metric and metrics of one class', () => {
  const model = { task: 'binary' as const, primary_metric: 'roc_auc' };
  expect(parseMetric(null, model)).toBe('roc_auc');
  expect(parseMetric('recall:late', model)).toBe('recall:late');
  expect(parseMetric('<script>', model)).toBe('roc_auc');
});
