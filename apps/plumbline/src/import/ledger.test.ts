import { describe, expect, it } from 'vitest';
import { Ledger, noTotals, rejectedCount, sentRows } from './ledger.js';
import type { Batch, Row } from './rows.js';

const batch = (number: number, ...rows: Row[]): Batch => ({ number, rows });
const row = (line: number, more: Partial<Row> = {}): Row => ({ line, text: `{"n":${line}}`, ...more });
const taken = (accepted: number, ...rejected: number[]) => ({
  accepted,
  duplicates: 0,
  rejected: rejected.map((index) => ({ index, prediction_id: `p${index}`, code: 'conflict' as const, message: 'no' })),
});

describe('the ledger', () => {
  it('enters batches in the order of the input, whatever the order of answers', () => {
    const ledger = new Ledger(noTotals());
    expect(ledger.settle(batch(2, row(5)), taken(1))).toEqual([]);
    expect(ledger.settle(batch(1, row(3), row(4)), taken(2))).toEqual([]);
    expect(ledger.totals.rows).toBe(0);
    expect(ledger.settle(batch(0, row(1), row(2)), taken(2)).map((e) => e.batch.number)).toEqual([0, 1, 2]);
    expect(ledger.totals).toMatchObject({ rows: 5, accepted: 5 });
  });

  it('maps answers to lines, past rows that were not sent', () => {
    const ledger = new Ledger(noTotals());
    const b = batch(
      0,
      row(2, { refusal: { code: 'bad_row', message: 'short' } }),
      row(3),
      row(4, { empty: true }),
      row(9),
    );
    expect(sentRows(b).map((r) => r.line)).toEqual([3, 9]);
    const [entered] = ledger.settle(b, taken(1, 1));
    expect(entered?.rejected.map(({ told }) => told)).toEqual([
      { line: 2, code: 'bad_row', message: 'short' },
      { line: 9, prediction_id: 'p1', code: 'conflict', message: 'no' },
    ]);
    expect(ledger.totals).toMatchObject({ rows: 4, accepted: 1, unlabelled: 1 });
    expect(rejectedCount(ledger.totals)).toBe(2);
  });

  it('counts all rejections and keeps the first few', () => {
    const ledger = new Ledger(noTotals());
    const rows = Array.from({ length: 20 }, (_, i) => row(i + 1));
    ledger.settle(batch(0, ...rows), taken(0, ...rows.keys()));
    expect(ledger.totals.rejected.conflict?.count).toBe(20);
    expect(ledger.totals.rejected.conflict?.examples.map((e) => e.line)).toEqual([1, 2, 3, 4, 5]);
  });
});
