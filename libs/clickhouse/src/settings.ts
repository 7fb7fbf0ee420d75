import type { BinaryFormat } from './store.js';

/** What every question and INSERT … SELECT runs under, so that the embedded engine and a server answer alike. */
export const SETTINGS = {
  async_insert: 0,
  join_use_nulls: 0,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  date_time_output_format: 'iso',
  max_bytes_before_external_group_by: '2000000000',
  max_bytes_before_external_sort: '2000000000',
} as const;

/** Equal identities within one insert wait for a merge like all others; reading tells them apart in any case. */
export const INSERT_SETTINGS = { async_insert: 0, optimize_on_insert: 0 } as const;

/** How a format of `queryBinary` is written, beyond the engine's defaults: small, alike everywhere, readable by everyone. */
export const FORMATS = {
  RowBinary: { name: 'RowBinary', settings: {} },
  Native: { name: 'Native', settings: {} },
  Lines: { name: 'TSVRaw', settings: {} },
  CSV: { name: 'CSV', settings: { format_csv_null_representation: '' } },
  Parquet: {
    name: 'Parquet',
    settings: {
      output_format_parquet_compression_method: 'zstd',
      // One row group for a result: those of several are put into one file.
      output_format_parquet_row_group_size: '10000000',
      output_format_parquet_row_group_size_bytes: '100000000000',
      output_format_parquet_write_page_index: 0,
      output_format_parquet_write_bloom_filter: 0,
      output_format_parquet_string_as_string: 1,
    },
  },
} as const satisfies Record<BinaryFormat, { name: string; settings: Record<string, string | number> }>;
