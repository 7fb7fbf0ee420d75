/** Parameters are always bound (`{name:Type}`), never pasted into SQL. */
export type QueryParams = Record<string, unknown>;

/** `Lines`: the one text column of the rows as it is, each with a line end. `Native`: column by column, for `readColumns`. */
export type BinaryFormat = 'RowBinary' | 'Native' | 'Parquet' | 'CSV' | 'Lines';

/** What every part of Plumbline uses of the event store; embedded engine and server behave the same behind it. */
export interface EventStore {
  readonly database: string;
  /** Rows of a SELECT. Bounded by `max_execution_time`; `heavy` reads pass an admission gate so that ingest stays quick. */
  query<Row>(
    sql: string,
    params?: QueryParams,
    options?: { heavy?: boolean; timeoutS?: number; acrossProjects?: boolean },
  ): Promise<Row[]>;
  /**
   * Rows of a SELECT as bytes of a format; by default as the engine lays them out in memory (RowBinary), for columns of many
   * numbers: a million of them are a few milliseconds of copying instead of half a second of text. `RowReader` reads those.
   */
  queryBinary(
    sql: string,
    params?: QueryParams,
    options?: {
      heavy?: boolean;
      timeoutS?: number;
      acrossProjects?: boolean;
      format?: BinaryFormat;
    },
  ): Promise<Buffer>;
  /** A statement without rows, such as INSERT … SELECT; `heavy` as for `query`. */
  command(
    sql: string,
    params?: QueryParams,
    options?: { heavy?: boolean; timeoutS?: number; acrossProjects?: boolean },
  ): Promise<void>;
  /**
   * Writes lines of JSON (one row each: an object, or with `columns` an array in their order) and returns once they are durable. The same token within the deduplication
   * window of the table is written once, so a retry after an unknown outcome is harmless.
   */
  insert(table: string, lines: Buffer, options?: { token?: string; columns?: readonly string[] }): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Rows as JSON lines, for `insert`. */
export const jsonLines = (rows: readonly object[]): Buffer =>
  Buffer.from(rows.map((r) => JSON.stringify(r)).join('\n'));

/** A time as the engine reads it fastest. */
export const storeTime = (ms: number): string => {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
};
