import { expect, it } from 'vitest';
import { changeText, compare, metricLabel, metricText } from './metrics';

it('writes each metric in its unit', () => {
  expect(metricText('accuracy', 0.943).replaceAll('\u202f', ' ')).toBe('94.3 %');
  expect(metricText('roc_auc', 0.8)).toBe('0.800');
  expect(metricText('mae', 46)).toBe('46.0');
  expect(metricText('mae', null)).toBe('–');
  expect(metricText('latency_p95', 12).replaceAll('\u202f', ' ')).toBe('12 ms');
});

it('writes changes of shares in points, with their sign', () => {
  expect(changeText('accuracy', -0.192).replaceAll('\u202f', ' ')).toBe('−19.2 pp');
  expect(changeText('accuracy', 0.05).replaceAll('\u202f', ' ')).toBe('+5 pp');
  expect(changeText('accuracy', 0.0002).replaceAll('\u202f', ' ')).toBe('0 pp');
  expect(changeText('roc_auc', 0.01)).toBe('+0.010');
  expect(changeText('accuracy', null)).toBe('–');
});

it('names the class of a per-class metric', () => {
  expect(metricLabel('recall:fraud')).toBe('Recall of fraud');
  expect(metricLabel('my_metric')).toBe('my_metric');
});

const v = (value: number, low: number, high: number) => ({ value, low, high });
it.each([
  ['roc_auc', v(0.7, 0.65, 0.75), 0.8, 'worse'],
  ['roc_auc', v(0.85, 0.82, 0.88), 0.8, 'better'],
  ['roc_auc', v(0.78, 0.75, 0.81), 0.8, 'same'],
  ['mae', v(50, 45, 55), 40, 'worse'],
  ['mae', v(30, 25, 35), 40, 'better'],
  ['bias', v(3, 2, 4), 0, 'different'],
  ['mae', v(30, 25, 35), null, 'unknown'],
])('%s %o against %s is %s', (name, value, reference, want) => expect(compare(name, value, reference)).toBe(want));
