import type { Finding } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { foldBySource, foldedMessage } from './fold.js';

const finding = (subject: string, source?: string, more: Partial<Finding> = {}): Finding => ({
  subject,
  state: 'bad',
  value: 0.4,
  threshold: 0.1,
  n: 100,
  message: `${subject} is missing.`,
  details: { measure: 'missing_rate', source },
  ...more,
});

describe('foldBySource', () => {
  it('makes one finding of the features of one source, naming both', () => {
    const folded = foldBySource(['age', 'city', 'plan', 'tenure'].map((name) => finding(name, 'crm.customers')));
    expect(folded).toHaveLength(1);
    expect(folded[0]).toMatchObject({
      subject: 'crm.customers',
      state: 'bad',
      message: 'crm.customers: 4 features missing (age, city, plan and 1 more).',
      details: { source: 'crm.customers', features: ['age', 'city', 'plan', 'tenure'], check: 'missing' },
    });
  });

  it('tells what happened to which of them', () => {
    const [folded] = foldBySource([
      finding('age', 'crm'),
      finding('city', 'crm', { details: { check: 'new_categories', source: 'crm' } }),
    ]);
    expect(folded!.message).toBe('crm: 1 feature missing (age); 1 feature with new categories (city).');
  });

  it.each<[string, Finding[]]>([
    ['one feature of a source', [finding('age', 'crm'), finding('amount', 'payments')]],
    [
      'two checks of one feature',
      [finding('age', 'crm'), finding('age', 'crm', { details: { check: 'range', source: 'crm' } })],
    ],
    ['features without a source', [finding('age'), finding('city')]],
    ['features that are well', [finding('age', 'crm', { state: 'ok' }), finding('city', 'crm')]],
    ['nothing', []],
  ])('leaves %s as it is', (_, findings) => {
    expect(foldBySource(findings)).toEqual(findings);
    expect(foldedMessage(findings, 'as it was')).toBe('as it was');
  });

  it('keeps sources apart, the one with most features first, and keeps what is well', () => {
    const findings = foldBySource([
      finding('a', 'one'),
      finding('x', 'two'),
      finding('b', 'one'),
      finding('y', 'two'),
      finding('z', 'two'),
      finding('alone'),
      finding('fine', 'one', { state: 'ok' }),
    ]);
    expect(findings.map((f) => f.subject)).toEqual(['two', 'one', 'alone', 'fine']);
    expect(foldedMessage(findings, '')).toBe(
      'two: 3 features missing (x, y, z). one: 2 features missing (a, b). And 1 more finding.',
    );
  });
});
