import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noTotals } from './ledger.js';
import { columnsOf, mapping } from './options.js';
import { openProgress } from './progress.js';
import { summarize, tell } from './summary.js';

describe('progress', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const terminal = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, out: { isTTY, write: (text: string) => written.push(text) } as never };
  };

  it('is a line every few seconds where there is no terminal', () => {
    const { out, written } = terminal(false);
    const progress = openProgress(out, { wanted: true, from: 1_000 });
    progress.update({ rows: 11_000, fraction: 0.426 });
    vi.advanceTimersByTime(10_000);
    progress.note('waiting for http://p (ECONNREFUSED)');
    progress.note('waiting for http://p (ECONNREFUSED)');
    progress.note(null);
    progress.stop();
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([
      'plumbline: 42 %  11,000 rows, 2,000 rows/s\n',
      'plumbline: 42 %  11,000 rows, 1,000 rows/s\n',
      'plumbline: waiting for http://p (ECONNREFUSED)\n',
      'plumbline: it answers again\n',
    ]);
  });

  it('is nothing when it is not wanted', () => {
    const { out, written } = terminal(false);
    const progress = openProgress(out, { wanted: false });
    progress.note('x');
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });
});

describe('the summary', () => {
  const rejected = {
    conflict: {
      count: 7,
      examples: [{ line: 12, prediction_id: 'a', code: 'conflict' as const, message: 'Another payload.' }],
    },
  };
  const totals = { ...noTotals(), rows: 3_000, accepted: 2_000, duplicates: 992, unlabelled: 1, rejected };

  it('says all of it, to people and to programs', () => {
    const summary = summarize(totals, { resumedFrom: 1_000, elapsedMs: 500 });
    expect(summary).toMatchObject({ rejected: 7, complete: true, seconds: 0.5, rows_per_second: 4_000 });
    expect(tell('a.csv', summary)).toBe(
      [
        '3,000 rows of a.csv: 2,000 accepted, 992 duplicates, 7 rejected, 1 without a label; 0.5 s, 4,000 rows/s, gone on after row 1,000',
        'conflict: 7',
        '  line 12, a: Another payload.',
        '  … and 6 more',
      ].join('\n'),
    );
  });

  it('says that the work is not complete', () => {
    expect(summarize(noTotals(), { resumedFrom: 0, elapsedMs: 0, error: 'why' })).toMatchObject({
      complete: false,
      error: 'why',
      rows_per_second: 0,
    });
  });
});

describe('options', () => {
  it('map roles to columns, also to those with commas', () => {
    expect(mapping('score=proba,ts=at', mapping('label=y, really'))).toEqual({
      label: 'y, really',
      score: 'proba',
      ts: 'at',
    });
    for (const bad of ['score', '=a', 'a=', 'a=b,'])
      expect(() => mapping(bad === 'a=b,' ? ',' : bad)).toThrow(/role=column/);
  });

  it('make rules only when something was said', () => {
    const common = { model: 'm', progress: true };
    expect(columnsOf(common)).toBeUndefined();
    expect(columnsOf({ ...common, allFeatures: true })).toEqual({ map: {}, features: 'all', time: {} });
    expect(columnsOf({ ...common, zone: 'Z', timeUnit: 's' })).toEqual({ map: {}, time: { zone: 'Z', unit: 's' } });
    expect(() => columnsOf({ ...common, allFeatures: true, features: ['a'] })).toThrow(/exclude each other/);
  });
});
