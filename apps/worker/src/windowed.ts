import type { EventStore } from '@plumbline/clickhouse';
import type { ModelContext } from '@plumbline/control';
import type { Scope, Windows } from '@plumbline/monitors';
import { type Binds, type Column, rowsSql, windowSql } from '@plumbline/rows';

/** The grid of a monitor's trailing windows, which need not begin at midnight. */
export const gridOf = ({ from, stepMs }: Windows) => ({ stepMs, shiftMs: ((from % stepMs) + stepMs) % stepMs });

/** SQL of the predictions of a monitor's windows without their labels, each with the start of its window as `win`. */
export function windowedRows(
  store: EventStore,
  model: ModelContext,
  windows: Windows,
  scope: Scope,
  columns: readonly Column[],
  binds: Binds,
  nowMs: number,
): string {
  const { from, to } = windows;
  const { filters, version } = scope;
  const rows = rowsSql(store, model, { from, to, filters, version, nowMs, unlabelled: true }, columns, binds);
  return `SELECT *, ${windowSql(gridOf(windows), from)} AS win FROM (${rows})`;
}
