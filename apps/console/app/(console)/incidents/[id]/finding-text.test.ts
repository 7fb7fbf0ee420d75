import { expect, it } from 'vitest';
import { subjectText, valueText } from './finding-text';

const plain = (text: string) => text.replaceAll('\u202f', ' ');
it.each([
  ['performance', 'accuracy', 0.81, '81 %'],
  ['performance', 'mae · country=BR', 41.24, '41.2'],
  ['performance', 'recall:late', 0.5, '50 %'],
  ['freshness', 'freshness', 7_200_000, '2 h'],
  ['volume', 'count', 1234, '1 234'],
  ['missing', 'income', 0.083, '8.3 %'],
  ['drift', 'temp', 0.3312, '0.331'],
])('%s of %s: %s is %s', (kind, subject, value, want) => expect(plain(valueText(kind, subject)(value))).toBe(want));

it('names metrics, leaves features alone', () => {
  expect(subjectText('performance', 'roc_auc')).toBe('ROC AUC');
  expect(subjectText('drift', 'roc_auc')).toBe('roc_auc');
});
