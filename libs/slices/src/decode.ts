import { readColumns } from '@plumbline/clickhouse/columns';
import type { RawRows } from './rows.js';

/** Rows: their measures, and per field numbers (NaN: missing) or codes (0: too rare, 1: missing, from 2 the known values). */
export type Rows = {
  n: number;
  measures: Float64Array[];
  numbers: Map<string, Float64Array>;
  codes: Map<string, Codes>;
};
export type Codes = Uint8Array | Uint16Array;

export function decode({ bytes, measures, numeric, categorical }: RawRows): Rows {
  const { rows, columns } = readColumns(bytes);
  // Without rows there are no columns either.
  const of = <C>(i: number, empty: () => C): C => (columns[i] as C | undefined) ?? empty();
  const doubles = (i: number) => of(i, () => new Float64Array());
  return {
    n: rows,
    measures: Array.from({ length: measures }, (_, i) => doubles(i)),
    numbers: new Map(numeric.map((name, i) => [name, doubles(measures + i)])),
    codes: new Map(
      categorical.map((name, i) => [name, of<Codes>(measures + numeric.length + i, () => new Uint8Array())]),
    ),
  };
}
