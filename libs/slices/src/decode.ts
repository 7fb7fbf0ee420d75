import { readColumns } from '@plumbline/clickhouse/columns';
import type { RawRows } from './rows.js';

/** Rows: their measures, and per field numbers (NaN: missing, infinite: something else) or codes (0: too rare, 1: missing, from 2 the known values). */
export type Rows = {
  n: number;
  measures: Float64Array[];
  /** Good until the numbers of another field are asked for: they share one piece of memory. */
  numbers: Map<string, () => Float64Array>;
  codes: Map<string, Codes>;
};
export type Codes = Uint8Array | Uint16Array;

export function decode({ bytes, measures, numeric, categorical }: RawRows): Rows {
  const { rows, types, column } = readColumns(bytes);
  // Without rows there are no columns either.
  const of = <C>(i: number, empty: () => C): C => (i < types.length ? (column(i) as C) : empty());
  const doubles = () => new Float64Array(rows);
  let shared: Float64Array | undefined;
  const numbers = (i: number) => () => {
    shared ??= doubles();
    return i < types.length ? (column(i, shared) as Float64Array) : shared;
  };
  return {
    n: rows,
    measures: Array.from({ length: measures }, (_, i) => of(i, doubles)),
    numbers: new Map(numeric.map((name, i) => [name, numbers(measures + i)])),
    codes: new Map(
      categorical.map((name, i) => [name, of<Codes>(measures + numeric.length + i, () => new Uint8Array(rows))]),
    ),
  };
}
