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

/** What a task counts in the same pass that counts rows: columns of a row, and sums over them. */
export type Sums = { columns: string; sums: string };

/** A row of an answer of the store. */
export type Found = Record<string, unknown>;

/** How the labelled rows of one task become metrics, per window and group. */
export type Task = {
  columns: readonly Column[];
  /** What these metrics need; its sums then stand in the rows of `counts`. */
  sums?(model: ModelContext, binds: Binds, metrics: readonly string[]): Sums;
  /** What is read while the rows are counted: of so many windows and groups at most as an answer may have. */
  meanwhile?(input: Reading & { metrics: readonly string[] }): Promise<Found[]>;
  read(
    input: Reading & { metrics: readonly string[]; counts: readonly Found[]; meanwhile: readonly Found[] },
  ): Promise<Map<string, Measured>>;
};
