import { z } from 'zod';
import { fieldName, filter, filterOp, instant, orderedRange, rangeFields } from './common.js';

/** What a field holds decides which operators make sense and whether it is cut into bins. */
export const fieldType = z.enum(['numeric', 'categorical']);
export type FieldType = z.infer<typeof fieldType>;

export const fieldsQuestion = z
  .object({
    search: z.string().max(300).optional().meta({ description: 'only fields whose name holds this' }),
    limit: z.number().int().min(1).max(1000).default(1000),
    cursor: z.string().max(500).optional(),
  })
  .meta({ id: 'FieldsQuestion' });
export type FieldsQuestion = z.infer<typeof fieldsQuestion>;
export const fieldView = z
  .object({
    field: z.string().meta({ description: 'as filters name it' }),
    kind: z.enum(['feature', 'tag', 'version', 'prediction', 'label', 'latency']),
    type: fieldType,
    operators: z.array(filterOp).meta({ description: 'that fit the type' }),
    importance: z.number().nullable(),
    source: z.string().nullable(),
  })
  .meta({ id: 'Field' });
export type FieldView = z.infer<typeof fieldView>;

export const valuesQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    field: fieldName,
    search: z.string().max(200).optional().meta({ description: 'only values that hold this, whatever their case' }),
    limit: z.number().int().min(1).max(200).default(20),
  })
  .superRefine(orderedRange)
  .meta({ id: 'ValuesQuestion' });
export type ValuesQuestion = z.infer<typeof valuesQuestion>;
const n = z.number().nullable();
export const valuesAnswer = z
  .object({
    field: z.string(),
    type: fieldType,
    rows: z.number(),
    missing: z.number(),
    distinct: z
      .number()
      .meta({ description: 'different values, missing not counted; above some thousands an estimate' }),
    values: z
      .array(z.object({ value: z.string(), count: z.number(), share: z.number() }))
      .meta({ description: 'most frequent first; `share` of all rows' }),
    numbers: z
      .object({ min: n, max: n, mean: n, quantiles: z.record(z.string(), z.number()) })
      .nullable()
      .meta({ description: 'of fields that hold numbers; null where there are none' }),
    sampled: z.number().meta({ description: 'one row in so many was counted' }),
  })
  .meta({ id: 'ValuesAnswer' });
export type ValuesAnswer = z.infer<typeof valuesAnswer>;

export const EXPLORE_GROUPS_MAX = 50;
export const exploreQuestion = z
  .object({
    ...rangeFields,
    as_of: instant.optional(),
    metric: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .meta({ description: "the model's primary one unless said otherwise" }),
    by: z
      .array(
        z.object({
          field: fieldName,
          bins: z
            .object({
              kind: z.enum(['quantile', 'equal_width']).default('quantile'),
              count: z.number().int().min(2).max(EXPLORE_GROUPS_MAX).default(8),
            })
            .default({ kind: 'quantile', count: 8 })
            .meta({ description: 'how numbers with many values are cut; bounds are rounded' }),
        }),
      )
      .max(2)
      .default([]),
    limit: z.number().int().min(1).max(EXPLORE_GROUPS_MAX).default(20).meta({
      description: 'values of a field that are told apart; those beyond are one group',
    }),
    compare_with: z
      .object({ from: instant, to: instant, version: z.string().max(200) })
      .partial()
      .superRefine((side, ctx) => {
        if ((side.from === undefined) !== (side.to === undefined))
          ctx.addIssue({ code: 'custom', path: ['from'], message: 'give both from and to, or neither' });
        else if (side.from === undefined && side.version === undefined)
          ctx.addIssue({ code: 'custom', message: 'give another range (from and to), another version, or both' });
        else if (side.from !== undefined) orderedRange({ from: side.from, to: side.to! }, ctx);
      })
      .optional()
      .meta({ description: 'the same groups in another range, or of another version' }),
  })
  .superRefine(orderedRange)
  .meta({ id: 'ExploreQuestion' });
export type ExploreQuestion = z.infer<typeof exploreQuestion>;

export const groupPredicate = z
  .object({
    field: z.string(),
    op: z.enum(['eq', 'is_null', 'between', 'not_in']).meta({
      description:
        '`between`: from the first to below the second, the last bin has its end; `not_in`: all other values',
    }),
    value: z.union([z.string(), z.null(), z.tuple([z.number(), z.number()]), z.array(z.string())]),
  })
  .meta({ id: 'GroupPredicate' });
export type GroupPredicate = z.infer<typeof groupPredicate>;
export const exploredRows = z
  .object({ predictions: z.number(), labelled: z.number(), value: n, low: n, high: n })
  .meta({ id: 'ExploredRows', description: 'rows, and the metric over them with its interval' });
export type ExploredRows = z.infer<typeof exploredRows>;
const change = z.object({ value: n, low: n, high: n });
export const exploredGroup = exploredRows
  .extend({
    predicates: z.array(groupPredicate).meta({ description: 'one for each field of `by`, in its order' }),
    filters: z.array(filter).meta({ description: 'of just these rows, for other questions' }),
    share: z.number().meta({ description: 'of the predictions' }),
    uncertain: z.boolean().meta({ description: 'fewer than 30 rows: a hint at most' }),
    impact: n.meta({ description: 'its share of the labelled rows × (its value − that of all)' }),
    before: exploredRows.optional().meta({ description: 'the group in `compare_with`' }),
    change: change.optional().meta({ description: 'value − before.value, with its 95 % interval' }),
    contribution: n.optional().meta({ description: 'its share of the labelled rows × change' }),
  })
  .meta({ id: 'ExploredGroup' });
export type ExploredGroup = z.infer<typeof exploredGroup>;
export const exploreAnswer = z
  .object({
    metric: z.string(),
    overall: exploredRows,
    baseline: exploredRows.nullable().meta({ description: 'without the filters; null if there are none' }),
    before: exploredRows.optional(),
    change: change.optional(),
    by: z.array(z.object({ field: z.string(), type: fieldType, distinct: z.number() })),
    groups: z.array(exploredGroup).meta({ description: 'largest first' }),
  })
  .meta({ id: 'ExploreAnswer' });
export type ExploreAnswer = z.infer<typeof exploreAnswer>;
