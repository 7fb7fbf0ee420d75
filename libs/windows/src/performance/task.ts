import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Binds, Column } from '@plumbline/rows';
import type { Estimate } from '@plumbline/stats';

/** Window and group of a row: how they are selected, named, and put together as a key. */
export type Keys = { select: string; names: string; of(row: Record<string, unknown>): string };

export type Measured = { estimates: Record<string, Estimate>; confusion?: { classes: string[]; counts: number[][] } };

/** The rows of a question, and how they are read. */
export type Reading = {
  store: EventStore;
  model: ModelContext;
  /** SQL of the selected rows (`rows.ts`). */
  rows: string;
  keys: Keys;
  binds: Binds;
  options: { heavy?: boolean };
};

/** A row of an answer of the store. */
export type Found = Record<string, unknown>;

/** What a task counts in the same pass that counts rows. All names begin with `_`. */
export type Sums = {
  /** SQL of columns of a row, among them `_s`: its score, NULL without a label. */
  row: string;
  /** Numbers of a row that add up over rows with the same score: SQL by name. */
  adding: Readonly<Record<string, string>>;
  /** Sums over these and `_s`. */
  sums: string;
  /** Whether scores are ranked as well: `_p` and `_q` add up the positives and the negatives. */
  ranked: boolean;
};

/** How the labelled rows of one task become metrics, per window and group. */
export type Task = {
  columns: readonly Column[];
  /** What these metrics need; it then stands in the rows of `counts`. */
  sums?(model: ModelContext, binds: Binds, metrics: readonly string[]): Sums;
  read(input: Reading & { metrics: readonly string[]; counts: readonly Found[] }): Promise<Map<string, Measured>>;
};
