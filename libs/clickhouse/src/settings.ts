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
