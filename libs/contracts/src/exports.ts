import { z } from 'zod';
import { filter, instant, modelName, orderedRange, page, rangeFields } from './common.js';

export const EXPORT_FORMATS = ['parquet', 'csv', 'ndjson'] as const;
export const exportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormat>;

export const ROW_ORDERS = ['ts', 'error', 'random', 'boundary'] as const;
export const rowOrder = z.enum(ROW_ORDERS).meta({
  description: 'by time, worst first, at random (the same for the same seed), or nearest to the decision first',
});
export type RowOrder = z.infer<typeof rowOrder>;
export const rowSeed = z.number().int().min(0).max(0xffff_ffff);

/** What a column may hold, besides `features.NAME`, `tags.NAME` and `prediction.scores.CLASS`. */
export const EXPORT_COLUMNS = [
  'prediction_id',
  'ts',
  'version',
  'prediction.score',
  'prediction.class',
  'prediction.value',
  'label',
  'label_source',
  'outcome_ts',
  'delay_ms',
  'error',
  'latency_ms',
] as const;
const GROUPS = ['features.*', 'tags.*', 'prediction.*'] as const;
const exportColumn = z
  .string()
  .max(300)
  .refine(
    (name) =>
      ([...EXPORT_COLUMNS, ...GROUPS] as string[]).includes(name) ||
      /^(features|tags|prediction\.scores)\../s.test(name),
    {
      error: `a column is features.NAME, tags.NAME, prediction.scores.CLASS, ${[...EXPORT_COLUMNS, ...GROUPS].join(', ')}`,
    },
  );

export const exportQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    format: exportFormat,
    columns: z
      .array(exportColumn)
      .min(1)
      .max(5000)
      .optional()
      .meta({ description: 'all, unless said otherwise; features.*, tags.* and prediction.* stand for all of theirs' }),
    order: rowOrder.default('ts'),
    limit: z
      .number()
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .meta({ description: 'the first so many rows of the order' }),
    seed: rowSeed.default(0).meta({ description: 'of the random order' }),
    spreadsheet_safe: z.boolean().default(false).meta({
      description: "CSV: a text that a spreadsheet would run as a formula gets an apostrophe (') in front",
    }),
  })
  .superRefine(orderedRange)
  .meta({ id: 'ExportQuestion' });
export type ExportQuestion = z.infer<typeof exportQuestion>;

export const exportState = z.enum(['queued', 'running', 'done', 'failed', 'expired']);
export type ExportState = z.infer<typeof exportState>;

export const exportColumnType = z.enum(['text', 'number', 'time', 'embedding']);
export const exportManifest = z
  .object({
    export: z.string(),
    model: modelName,
    format: exportFormat,
    from: z.string(),
    to: z.string(),
    filters: z.array(filter),
    version: z.string().nullable(),
    as_of: z.string().nullable().meta({ description: 'only what had happened by then is in the file' }),
    known_at: z.string().meta({ description: 'only what had arrived by then is in the file' }),
    settled: z.boolean().meta({
      description:
        'everything that had arrived by `known_at` was joined when the file was written; false: the same export later may hold more',
    }),
    definition: z
      .object({ threshold: z.number().nullable(), positive: z.array(z.string()), missing_labels: z.string() })
      .meta({ description: 'of the model as it was: what makes classes, errors and labels that did not come' }),
    order: rowOrder,
    limit: z.number().nullable(),
    seed: z.number().nullable(),
    spreadsheet_safe: z.boolean(),
    rows: z.number(),
    labelled: z.number(),
    bytes: z.number(),
    sha256: z.string().meta({ description: 'of the file, in hexadecimal' }),
    schema: z
      .array(z.object({ column: z.string(), field: z.string(), type: exportColumnType }))
      .meta({ description: 'columns of the file with the field each holds; an NDJSON line nests them as events do' }),
    plumbline: z.string().meta({ description: 'version of the program that wrote it' }),
    created_at: z.string(),
    finished_at: z.string(),
  })
  .meta({ id: 'ExportManifest' });
export type ExportManifest = z.infer<typeof exportManifest>;

export const exportSummary = z
  .object({
    id: z.string(),
    model: modelName,
    state: exportState,
    format: exportFormat,
    from: z.string(),
    to: z.string(),
    filters: z.array(filter),
    version: z.string().nullable(),
    order: rowOrder,
    limit: z.number().nullable(),
    known_at: z.string(),
    rows: z.number().meta({ description: 'written so far' }),
    bytes: z.number(),
    progress: z.number().min(0).max(1),
    error: z.string().nullable().meta({ description: 'why it failed, and what to do' }),
    created_at: z.string(),
    created_by: z.string(),
    expires_at: z.string().nullable(),
    download: z.string().nullable().meta({ description: 'path of the file, once it is done' }),
  })
  .meta({ id: 'Export' });
export type ExportSummary = z.infer<typeof exportSummary>;
export const exportView = exportSummary.extend({ manifest: exportManifest.nullable() }).meta({ id: 'ExportView' });
export type ExportView = z.infer<typeof exportView>;
export const exportCreated = exportView.extend({ export: z.string() }).meta({ id: 'ExportCreated' });

export const exportsQuery = page.extend({ model: modelName.optional(), state: exportState.optional() });
