export type Kind = 'predictions' | 'outcomes';

/** Why a row is not taken: a code of the API, or `bad_row` and `too_large`, which are found before it is sent. */
export type Refusal = { code: string; message: string };

/** One row of the input as the event that is sent. `line` counts from 1 as an editor does; in Parquet it is the row. */
export type Row = {
  line: number;
  text: string;
  /** It is not sent, because it cannot be taken. */
  refusal?: Refusal;
  /** It is not sent, because it says nothing: a row without a label is no outcome yet. */
  empty?: true;
};

/** A batch is one request; `fraction` of the input was read when it was full, if that is known. */
export type Batch = { number: number; rows: Row[]; fraction?: number };

const BATCH_CHARS = 2 * 1024 * 1024;
/** An answer names at most 10,000 rejected events. */
const BATCH_ROWS = 10_000;

/** Gathers rows into requests of about 2 MiB. */
export async function* batchesOf(
  portions: AsyncIterable<Row[]>,
  fraction: () => number | undefined,
): AsyncGenerator<Batch> {
  let number = 0;
  let rows: Row[] = [];
  let chars = 0;
  const cut = (): Batch => {
    const batch = { number: number++, rows, fraction: fraction() };
    rows = [];
    chars = 0;
    return batch;
  };
  for await (const portion of portions)
    for (const row of portion) {
      if (rows.length > 0 && (chars + row.text.length > BATCH_CHARS || rows.length >= BATCH_ROWS)) yield cut();
      rows.push(row);
      chars += row.text.length + 1;
    }
  if (rows.length > 0) yield cut();
}
