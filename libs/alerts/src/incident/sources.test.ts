import type { Evidence, Finding, Severity } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { badSubjects, failsIn, soleSource, title } from './sources.js';

const finding = (subject: string, source: string | undefined, state: Finding['state'] = 'bad'): Finding => ({
  subject,
  state,
  value: 1,
  threshold: 0,
  n: 10,
  message: '',
  details: { source },
});
const seen = (...findings: Finding[]) => ({ findings });
const folded = (source: string, ...names: string[]): Finding => ({
  ...finding(source, source),
  details: { source, members: names.map((name) => finding(name, source)) },
});

describe('soleSource', () => {
  it.each<[string, ReturnType<typeof seen>, string | null]>([
    ['one feature', seen(finding('age', 'crm')), 'crm'],
    ['a folded finding', seen(folded('crm', 'age', 'city')), 'crm'],
    ['what is well does not count', seen(finding('age', 'crm'), finding('amount', 'payments', 'ok')), 'crm'],
    ['two sources', seen(finding('age', 'crm'), finding('amount', 'payments')), null],
    ['a feature without source', seen(finding('age', 'crm'), finding('amount', undefined)), null],
    ['nothing bad', seen(finding('age', 'crm', 'ok')), null],
  ])('%s', (_, evidence, expected) => {
    expect(soleSource(evidence)).toBe(expected);
  });
});

it('failsIn finds a source among folded and single findings', () => {
  const evidence = [seen(folded('crm', 'age', 'city'), finding('amount', 'payments'))];
  expect(['crm', 'payments', 'other'].map((s) => failsIn(evidence, s))).toEqual([true, true, false]);
});

it('subjects name the source and its features', () => {
  expect(badSubjects([seen(folded('crm', 'age', 'city'), finding('x', undefined))])).toEqual([
    'crm',
    'age',
    'city',
    'x',
  ]);
});

describe('the title of an incident', () => {
  const of = (severity: Severity, headline: string, ...findings: Finding[]) =>
    ({ ...seen(...findings), severity, headline }) as Evidence;
  const age = of('warning', 'age is missing.', finding('age', 'crm'));
  const limit = of('warning', 'limit is out of range.', finding('limit', 'crm'));

  it('is the source that several monitors found at fault, and how much else there is', () => {
    expect(title('fraud', [age, limit])).toBe('fraud: crm: 2 features fail (age, limit)');
    const drift = of('warning', 'age and risk drifted.', finding('age', 'crm'), finding('risk', undefined));
    expect(title('fraud', [age, drift, limit])).toBe('fraud: crm: 2 features fail (age, limit) (+ 1 more finding)');
  });

  it('is the worst that is said if there is no such source, or something worse', () => {
    expect(title('fraud', [age])).toBe('fraud: age is missing');
    const amount = of('warning', 'amount is missing.', finding('amount', 'payments'));
    expect(title('fraud', [age, amount])).toBe('fraud: age is missing (+ 1 more finding)');
    const fell = of('critical', 'accuracy fell.', finding('accuracy', undefined));
    expect(title('fraud', [age, limit, fell])).toBe('fraud: accuracy fell (+ 2 more findings)');
  });
});
