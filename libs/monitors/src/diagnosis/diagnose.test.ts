import { type BacktestLook, type MonitorBody, monitorBody } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.js';
import type { Seen } from './problem.js';
import { reasonOf } from './withoutData.js';

const HOUR = 3_600_000;
const body = (over: Partial<MonitorBody> = {}) =>
  monitorBody.parse({
    name: 'n',
    model: 'm',
    kind: 'performance',
    target: { metric: 'accuracy' },
    window: '1d',
    ...over,
  });
const rule = (value: number, over: Partial<MonitorBody> = {}) => body({ condition: { op: 'lt', value }, ...over });
const look = (verdict: BacktestLook['verdict'], over: Partial<BacktestLook> = {}): BacktestLook => ({
  evaluated_at: '',
  window_start: '',
  window_end: '',
  verdict,
  state: 'ok',
  message: 'accuracy is 0.9.',
  subject: 'accuracy',
  value: 0.9,
  low: null,
  high: null,
  threshold: null,
  n: 100,
  ...over,
});
const looks = (n: number, verdict: BacktestLook['verdict'], over: Partial<BacktestLook> = {}) =>
  Array.from({ length: n }, () => look(verdict, over));
const noise = { low: 0.88, usual: 0.9, high: 0.92 };
const seen = (over: Partial<Seen> = {}): Seen => ({
  looks: looks(60, 'ok'),
  fired: 0,
  spanDays: 30,
  noise,
  suggested: 0.85,
  side: 'below',
  failing: null,
  ...over,
});

describe('a diagnosis', () => {
  it.each<[what: string, body: MonitorBody, seen: Seen, health: string, codes: string[], change: object | null]>([
    ['well', body(), seen(), 'good', [], null],
    ['too new', body(), seen({ looks: looks(3, 'ok') }), 'unknown', [], null],
    [
      'a threshold inside the noise',
      rule(0.895),
      seen({ looks: [...looks(40, 'ok'), ...looks(20, 'bad')], fired: 9 }),
      'noisy',
      ['threshold_in_noise'],
      { condition: { op: 'lt', value: 0.85 } },
    ],
    [
      'always bad',
      rule(0.99),
      seen({ looks: looks(60, 'bad'), fired: 1 }),
      'noisy',
      ['always_firing'],
      { condition: { op: 'lt', value: 0.85 } },
    ],
    [
      'flapping',
      body(),
      seen({ looks: [...looks(50, 'ok'), ...looks(6, 'bad')], fired: 5 }),
      'noisy',
      ['flapping'],
      { for: 2, resolve_for: 2 },
    ],
    [
      'over its budget',
      rule(0.8),
      seen({ looks: [...looks(50, 'ok'), ...looks(30, 'bad')], fired: 3 }),
      'noisy',
      ['over_budget'],
      { condition: { op: 'lt', value: 0.85 } },
    ],
    ['out of reach', rule(0), seen(), 'noisy', ['threshold_out_of_reach'], null],
    ['far away, which may be meant', rule(0.2), seen(), 'good', ['threshold_out_of_reach'], null],
    ['never fired', rule(0.85), seen(), 'good', ['never_fired'], null],
    [
      'too few rows',
      body(),
      seen({ looks: looks(60, 'no_data', { n: 10, message: 'accuracy: 10 labelled rows, 30 are needed.' }) }),
      'dead',
      ['too_few_rows'],
      { window: '7d' },
    ],
    [
      'too few rows for any window',
      body(),
      seen({ looks: looks(60, 'no_data', { n: 0, message: 'accuracy: 0 labelled rows, 30 are needed.' }) }),
      'dead',
      ['too_few_rows'],
      null,
    ],
    [
      'labels later than the look',
      body(),
      seen({
        looks: looks(60, 'no_data', { message: 'accuracy: 1 % of the labels have come, 25 % are needed.' }),
        labelsAfterMs: 40 * HOUR,
      }),
      'dead',
      ['labels_late'],
      { offset: '2d' },
    ],
    [
      'data later than the look',
      body({ window: '1h' }),
      seen({ arrivalMs: HOUR / 2 }),
      'noisy',
      ['data_late'],
      { offset: '30m' },
    ],
    [
      'late data that is waited for',
      body({ window: '1h', offset: '30m' }),
      seen({ arrivalMs: HOUR / 2 }),
      'good',
      [],
      null,
    ],
    [
      'nothing to compare with',
      body(),
      seen({ looks: looks(60, 'no_data', { message: 'There is no reference to compare with. Upload one: …' }) }),
      'dead',
      ['no_reference'],
      null,
    ],
    [
      'no data',
      body(),
      seen({ looks: looks(60, 'no_data', { message: 'There were no predictions in this day.' }) }),
      'dead',
      ['no_data'],
      null,
    ],
    ['failing', body(), seen({ failing: { since: '2026-01-01T00:00:00Z', message: 'x' } }), 'dead', ['failing'], null],
    ['switched off', body({ enabled: false }), seen(), 'dead', ['switched_off'], { enabled: true }],
  ])('%s', (_, body, seen, health, codes, change) => {
    const d = diagnose(body, seen);
    expect([d.health, d.problems.map((p) => p.code)]).toEqual([health, codes]);
    expect(d.problems[0]?.change ?? null).toEqual(change);
    // What is proposed is a monitor.
    if (change) expect(monitorBody.parse({ ...body, ...change })).toMatchObject(change);
    expect(d.message.length).toBeGreaterThan(10);
  });
});

it.each([
  ['The threshold is not found yet: there is too little history.', 'calibrating'],
  ['Only events from the past have come so far; this is watched as soon as events come live.', 'not_live'],
  ['There is no training set to compare with. Upload it: …', 'no_reference'],
  ['roc_auc is 0.9; there is nothing to compare it with yet. Upload a reference.', 'no_reference'],
  ['accuracy: 3.0 % of the labels have come, 25.0 % are needed.', 'labels_late'],
  ['12 predictions with a latency; 100 are needed.', 'too_few_rows'],
  ['No prediction has come yet.', 'no_data'],
])('%s: %s', (message, reason) => {
  expect(reasonOf(message)).toBe(reason);
});
