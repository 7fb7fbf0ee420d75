import type { Batch, Row } from './rows.js';
import type { Taken } from './sender.js';

/** A rejected row as it is told. */
export type RejectedRow = { line: number; prediction_id?: string; code: string; message: string };
export type Totals = {
  /** Rows at the beginning of the input of which all is known. */
  rows: number;
  accepted: number;
  duplicates: number;
  /** Rows of a table that have no label yet, and so are no outcomes. */
  unlabelled: number;
  rejected: Record<string, { count: number; examples: RejectedRow[] }>;
};

export const EXAMPLES_MAX = 5;
export const noTotals = (): Totals => ({ rows: 0, accepted: 0, duplicates: 0, unlabelled: 0, rejected: {} });
export const rejectedCount = ({ rejected }: Totals): number =>
  Object.values(rejected).reduce((sum, { count }) => sum + count, 0);

type Settled = { batch: Batch; taken: Taken };
type Entered = { batch: Batch; rejected: { row: Row; told: RejectedRow }[] };

/** The rows of a batch that are sent; the others are known already. */
export const sentRows = (batch: Batch): Row[] => batch.rows.filter((row) => !row.refusal && !row.empty);

/**
 * What became of every row, entered in the order of the input although answers come in any order: what is in the totals is a
 * beginning of the input without holes, so an interrupted import can go on behind it.
 */
export class Ledger {
  #next = 0;
  readonly #early = new Map<number, Settled>();

  constructor(readonly totals: Totals) {}

  /** Enters a batch and those that waited for it. */
  settle(batch: Batch, taken: Taken): Entered[] {
    this.#early.set(batch.number, { batch, taken });
    const entered: Entered[] = [];
    for (let settled = this.#early.get(this.#next); settled; settled = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      entered.push(this.#enter(settled));
    }
    return entered;
  }

  #enter({ batch, taken }: Settled): Entered {
    const { totals } = this;
    const sent = sentRows(batch);
    totals.rows += batch.rows.length;
    totals.accepted += taken.accepted;
    totals.duplicates += taken.duplicates;
    const rejected: Entered['rejected'] = taken.rejected.map(({ index, ...why }) => {
      const row = sent[index]!;
      return { row, told: { line: row.line, ...why } };
    });
    for (const row of batch.rows) {
      if (row.empty) totals.unlabelled++;
      if (row.refusal) rejected.push({ row, told: { line: row.line, ...row.refusal } });
    }
    rejected.sort((a, b) => a.row.line - b.row.line);
    for (const { told } of rejected) {
      totals.rejected[told.code] ??= { count: 0, examples: [] };
      const entry = totals.rejected[told.code]!;
      if (entry.count++ < EXAMPLES_MAX) entry.examples.push(told);
    }
    return { batch, rejected };
  }
}
