import type { Finding } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { findingText, historySubject, leading, membersOf, subjectText } from './judged';

const plain = (text: string) => text.replaceAll('\u202f', ' ');
const finding = (subject: string, details?: Record<string, unknown>): Finding => ({
  subject,
  state: 'bad',
  value: 0,
  threshold: null,
  n: 1,
  message: '',
  details,
});

it.each([
  ['performance', finding('accuracy'), 0.81, '81 %'],
  ['performance', finding('country = BR', { metric: 'mae' }), 41.24, '41.2'],
  ['performance', finding('recall:late'), 0.5, '50 %'],
  ['latency', finding('latency_p95'), 80, '80 ms'],
  ['freshness', finding('freshness'), 7_200_000, '2 h'],
  ['volume', finding('volume'), 1234, '1 234'],
  ['missing', finding('income'), 0.083, '8.3 %'],
  ['drift', finding('temp'), 0.3312, '0.331'],
  ['schema', finding('age', { check: 'range' }), 0.5, '50 %'],
  ['schema', finding('city', { check: 'cardinality', unit: 'count' }), 1234, '1 234'],
  ['skew', finding('amount', { check: 'values' }), 0.25, '25 %'],
] as const)('%s of %o: %s is %s', (kind, f, value, want) => expect(plain(findingText(kind, f)(value))).toBe(want));

it('names metrics and groups, leaves features alone', () => {
  expect(subjectText('performance', finding('roc_auc'))).toBe('ROC AUC');
  expect(subjectText('performance', finding('country = BR', { metric: 'mae' }))).toBe('MAE where country = BR');
  expect(subjectText('drift', finding('roc_auc'))).toBe('roc_auc');
});

it('says what the picture shows', () => {
  expect(historySubject({ kind: 'drift', findings: [finding('temp', { measure: 'psi' })] })).toBe('PSI of temp');
  expect(historySubject({ kind: 'missing', findings: [finding('temp', { measure: 'missing_rate' })] })).toBe(
    'Missing values of temp',
  );
  expect(historySubject({ kind: 'schema', findings: [finding('age', { check: 'range' })] })).toBe(
    'Values out of the range of age',
  );
  expect(historySubject({ kind: 'volume', findings: [finding('volume')] })).toBe('Volume');
  expect(historySubject({ kind: 'schema', findings: [] })).toBe('schema');
});

it('takes a folded finding for its features', () => {
  const members = [finding('age', { measure: 'missing_rate' }), finding('city')];
  const folded = finding('crm', { source: 'crm', members });
  expect(membersOf(folded)).toEqual(members);
  expect(leading([finding('fine'), folded])?.subject).toBe('fine');
  expect(historySubject({ kind: 'missing', findings: [folded] })).toBe('Missing values of age');
});
