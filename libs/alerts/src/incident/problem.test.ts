import type { Evidence, Finding } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import type { Family } from './firing.js';
import { followsFrom } from './inhibit.js';
import { causeOf, type Problem, sameProblem } from './problem.js';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(1_790_000_000_000 + hours * HOUR).toISOString();
const bad = (subject: string, details: Finding['details'] = {}, over: Partial<Finding> = {}): Finding => ({
  subject,
  state: 'bad',
  value: 1,
  threshold: 0,
  n: 100,
  message: `${subject} is bad.`,
  details,
  ...over,
});
type Over = Partial<Evidence> & { hour?: number };
const evidence = (monitor: string, kind: string, findings: Finding[], { hour = 0, ...over }: Over = {}): Evidence => ({
  monitor_id: monitor,
  monitor,
  kind,
  severity: 'warning',
  window: { start: at(hour - 24), end: at(hour) },
  known_at: at(hour),
  since: at(hour - 24),
  headline: `${monitor} is bad.`,
  findings,
  slices: [],
  history: [],
  threshold: null,
  baseline: null,
  rows_query: { filters: [] },
  ...over,
});
const open = (family: Family, e: Evidence, model = 'fraud'): Problem => ({
  model,
  family,
  cause: family,
  evidence: [e],
});
const found = (family: Family, e: Evidence, model = 'fraud') => ({ model, family, evidence: e });
const DAYS_LATER = { hour: 24 * 5 };
const inIos = (feature: string) =>
  bad(`tags.platform = ios: ${feature}`, { group: { 'tags.platform': 'ios' }, feature });
const brazil = { 'tags.country': 'BR' };

describe('the same problem', () => {
  const drift = open('drift', evidence('drift', 'drift', [bad('age', { source: 'crm' })]));
  it.each<[what: string, open: Problem, found: Parameters<typeof sameProblem>[1], why: string | null]>([
    [
      'the same source, whenever',
      drift,
      found('data', evidence('missing', 'missing', [bad('tenure', { source: 'crm' })], DAYS_LATER)),
      'the same source: crm',
    ],
    [
      'the same feature, whenever',
      drift,
      found('data', evidence('missing', 'missing', [bad('age')], DAYS_LATER)),
      'the same feature: age',
    ],
    [
      'the same slice, whenever',
      open('data', evidence('volume', 'volume', [bad('BR: volume', { group: brazil })])),
      found('performance', evidence('quality', 'performance', [bad('BR', { group: brazil })], DAYS_LATER)),
      'the same slice',
    ],
    [
      'the same roll-out',
      open('performance', evidence('quality', 'performance', [bad('auc')], { rollout: { version: 'v2', at: at(0) } })),
      found('drift', evidence('drift', 'drift', [bad('x')], { ...DAYS_LATER, rollout: { version: 'v2', at: at(0) } })),
      'the same roll-out: version v2',
    ],
    [
      'the same feature in one group of several, whenever',
      open('drift', evidence('drift', 'drift', [inIos('age')])),
      found('data', evidence('missing', 'missing', [bad('age')], DAYS_LATER)),
      'the same feature: age',
    ],
    ['found at the same time', drift, found('drift', evidence('skew', 'skew', [bad('x')])), 'the same time'],
    [
      'begun within two windows',
      drift,
      found('drift', evidence('skew', 'skew', [bad('x')], { hour: 40 })),
      'the same time',
    ],
    ['later, another feature', drift, found('drift', evidence('skew', 'skew', [bad('x')], DAYS_LATER)), null],
    ['another family', drift, found('performance', evidence('quality', 'performance', [bad('auc')])), null],
    ['another model', drift, found('drift', evidence('drift', 'drift', [bad('age')]), 'churn'), null],
    [
      'a store that is away, whichever model sees it first',
      open('monitoring', evidence('a', 'drift', [bad('a', {}, { message: 'ClickHouse is away.' })])),
      found('monitoring', evidence('b', 'drift', [bad('b', {}, { message: 'ClickHouse is away.' })]), 'churn'),
      'it cannot be evaluated either',
    ],
    [
      'a failure of its own of another model',
      open('monitoring', evidence('a', 'drift', [bad('a')])),
      found('monitoring', evidence('b', 'drift', [bad('b')]), 'churn'),
      null,
    ],
    [
      'what cannot be evaluated is not what it watches',
      drift,
      found('monitoring', evidence('drift', 'drift', [bad('age')])),
      null,
    ],
  ])('%s', (_, open, found, why) => {
    expect(sameProblem(open, found)).toBe(why);
  });
});

describe('the cause of a new incident', () => {
  const e = evidence('drift', 'drift', [bad('income', { source: 'bureau' }), bad('limit', { source: 'bureau' })]);
  it('is never that of an open one', () => {
    const taken: Problem[] = [];
    const causes = Array.from({ length: 4 }, () => {
      const cause = causeOf('drift', e, taken);
      taken.push({ ...open('drift', e), cause });
      return cause;
    });
    expect(new Set(causes).size).toBe(4);
    expect(causes.slice(0, 2)).toEqual(['drift', 'drift:bureau']);
  });
});

describe('what follows from something else', () => {
  const silence = evidence('freshness', 'freshness', [bad('freshness')]);
  const few = evidence('volume', 'volume', [bad('volume', {}, { value: 3, baseline: 100 })]);
  const many = evidence('volume', 'volume', [bad('volume', {}, { value: 900, baseline: 100 })]);
  const broken = evidence('schema', 'schema', [
    bad('age', { change: 'vanished' }),
    bad('income', { change: 'type_changed' }),
  ]);
  const appeared = evidence('schema', 'schema', [bad('extra', { change: 'appeared' })]);
  const fewInBrazil = evidence('volume', 'volume', [bad('BR: volume', { group: brazil }, { value: 3, baseline: 100 })]);
  const drift = (...names: string[]) =>
    evidence(
      'drift',
      'drift',
      names.map((n) => bad(n)),
    );
  const fall = evidence('quality', 'performance', [bad('auc')]);
  const inBrazil = evidence('quality', 'performance', [bad('BR', { group: brazil })]);
  const inGermany = evidence('quality', 'performance', [bad('DE', { group: { 'tags.country': 'DE' } })]);
  it.each<[what: string, cause: Evidence, effect: Evidence, follows: boolean]>([
    ['drift from silence', silence, drift('age'), true],
    ['the metric from too few rows', few, fall, true],
    ['drift from too many rows', many, drift('age'), false],
    ['silence from too few rows', few, silence, false],
    ['drift of a feature that vanished', broken, drift('age'), true],
    ['drift in a group of a feature that vanished', broken, evidence('drift', 'drift', [inIos('age')]), true],
    ['drift in a group of one that is whole', broken, evidence('drift', 'drift', [inIos('tenure')]), false],
    ['drift of one that is whole as well', broken, drift('age', 'tenure'), false],
    ['drift beside a feature that appeared', appeared, drift('age'), false],
    ['the metric that fell with the schema', broken, fall, true],
    ['the metric that fell days later', broken, { ...fall, since: at(100), known_at: at(124) }, false],
    ['the slice that has no rows', fewInBrazil, inBrazil, true],
    ['another slice', fewInBrazil, inGermany, false],
    ['nothing from itself', silence, { ...drift('age'), monitor_id: 'freshness' }, false],
  ])('%s', (_, cause, effect, follows) => {
    expect(followsFrom(cause, effect) !== null).toBe(follows);
  });
});
