import { describe, expect, it } from 'vitest';
import { type Judged, resultOf } from './result.js';

const item = (said: string | null, label: string, labelBefore: string | null = null): Judged => ({
  answer: { class: said, score: null, value: null },
  label,
  labelBefore,
});
const binary = { task: 'binary', positive: ['1', 'true'] } as const;

describe('what the labels of experts say', () => {
  it('of classes: the share of right answers with its interval, and what was taken for what', () => {
    const r = resultOf([item('1', '1'), item('1', 'true'), item('0', '1', '0'), item('0', '0', '0')], binary, 'random');
    expect(r).toMatchObject({ labelled: 4, mae: null, representative: true, relabelled: 2, agree: 1 });
    expect(r.accuracy!.value).toBe(0.75);
    expect(r.accuracy!.low).toBeGreaterThan(0.3);
    expect(r.confusion.reduce((n, c) => n + c.count, 0)).toBe(4);
  });
  it('of values: the mean distance', () => {
    const value = (v: number, label: string): Judged => ({
      answer: { class: null, score: null, value: v },
      label,
      labelBefore: null,
    });
    const r = resultOf([value(3, '1'), value(1, '5')], { task: 'regression', positive: [] }, 'disagreeing');
    expect(r).toMatchObject({ accuracy: null, representative: false, confusion: [] });
    expect(r.mae!.value).toBe(3);
  });
  it('of nothing: nothing', () => {
    expect(resultOf([], binary, 'random')).toMatchObject({ labelled: 0, accuracy: null, mae: null, agree: 0 });
  });
});
