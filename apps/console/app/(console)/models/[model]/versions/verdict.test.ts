import { describe, expect, it } from 'vitest';
import { differenceText, summary, verdictOf } from './verdict';

const m = (value: number | null, low: number | null, high: number | null) => ({
  a: { value, low, high },
  b: { value: 0, low: 0, high: 0 },
  difference: { value, low, high },
  p_value: null,
});

describe('what a difference says', () => {
  it('depends on the whole interval and on which way is better', () => {
    expect(verdictOf('roc_auc', m(0.02, 0.01, 0.03))).toBe('better');
    expect(verdictOf('log_loss', m(0.02, 0.01, 0.03))).toBe('worse');
    expect(verdictOf('mae', m(-3, -4, -2))).toBe('better');
    expect(verdictOf('bias', m(-3, -4, -2))).toBe('different');
    expect(verdictOf('roc_auc', m(0.02, -0.01, 0.05))).toBe('open');
    expect(verdictOf('roc_auc', m(0, 0, 0))).toBe('same');
    expect(verdictOf('roc_auc', m(null, null, null))).toBe('unknown');
    expect(verdictOf('roc_auc', m(0.2, null, null))).toBe('unknown');
  });

  it('is told for the main metric, with how many say so', () => {
    const metrics = { roc_auc: m(0.02, 0.01, 0.03), log_loss: m(0.2, 0.1, 0.3), f1: m(0.1, -0.1, 0.3) };
    expect(summary(metrics, 'roc_auc')).toEqual({ verdict: 'better', text: 'better on 1, worse on 1 of 3 metrics' });
    expect(summary({ f1: metrics.f1 }, 'roc_auc')).toEqual({ verdict: 'open', text: 'no metric differs for certain' });
    expect(summary({}, 'roc_auc').verdict).toBe('unknown');
  });

  it('is written with the decimals that its width deserves, shares in points', () => {
    expect(differenceText('accuracy', m(0.0123, 0.0081, 0.0154))).toEqual({
      value: '+1.2\u202fpp',
      interval: '+0.8 to +1.5',
    });
    expect(differenceText('brier', m(-0.0098, -0.0104, -0.0092))).toEqual({
      value: '−0.0098',
      interval: '−0.0104 to −0.0092',
    });
    expect(differenceText('mae', m(-3.4567, -4, -2))).toEqual({ value: '−3.46', interval: '−4 to −2' });
    expect(differenceText('f1', m(0, null, null))).toEqual({ value: '0.000', interval: '–' });
    expect(differenceText('f1', m(null, null, null))).toEqual({ value: '–', interval: '–' });
  });
});
