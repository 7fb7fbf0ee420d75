import type { Finding } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { badSubjects, failsIn, soleSource, sourceHeadline } from './sources.js';

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

describe('sourceHeadline', () => {
  it('names the source that several monitors found at fault, and its features', () => {
    expect(sourceHeadline([seen(finding('age', 'crm')), seen(finding('limit', 'crm'))])).toBe(
      'crm: 2 features fail (age, limit)',
    );
  });

  it('leaves one monitor, several sources and none to their own words', () => {
    expect(sourceHeadline([seen(finding('age', 'crm'))])).toBeNull();
    expect(sourceHeadline([seen(finding('age', 'crm')), seen(finding('amount', 'payments'))])).toBeNull();
    expect(sourceHeadline([seen(finding('age', undefined)), seen(finding('limit', undefined))])).toBeNull();
  });
});
