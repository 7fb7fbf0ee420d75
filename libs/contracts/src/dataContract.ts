import { z } from 'zod';
import { modelName } from './common.js';

const share = z.number().min(0).max(1);
const CATEGORIES_MAX = 2_000;
const FEATURES_MAX = 5_000;

/** What the values of one name must be like; what is absent or null is not checked. */
export const valueContract = z
  .strictObject({
    type: z.enum(['numeric', 'categorical']),
    source: z.string().max(200).nullish().meta({ description: 'where it comes from; else what the model declares' }),
    missing_max: share.nullish().meta({ description: 'share of rows that may lack it' }),
    min: z.number().nullish(),
    max: z.number().nullish(),
    outside_max: share.nullish().meta({ description: 'share of values that may lie outside; default 0.01' }),
    categories: z.array(z.string().max(1000)).min(1).max(CATEGORIES_MAX).nullish(),
    unseen_max: share.nullish().meta({ description: 'share of values that may be none of these; default 0.01' }),
    cardinality_max: z.number().int().min(1).nullish(),
    cardinality_rows: z
      .number()
      .int()
      .min(1)
      .nullish()
      .meta({ description: 'rows for which cardinality_max holds; more rows may have proportionally more' }),
    varies: z.boolean().nullish().meta({ description: 'it must not become constant' }),
  })
  .superRefine((v, ctx) => {
    const refuse = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if (v.min != null && v.max != null && v.min > v.max) refuse('max', `is below min (${v.min})`);
    if (v.type === 'categorical')
      for (const key of ['min', 'max', 'outside_max'] as const)
        if (v[key] != null) refuse(key, 'is for numeric values; categorical ones take categories and cardinality_max');
    if (v.type === 'numeric')
      for (const key of ['categories', 'unseen_max', 'cardinality_max', 'cardinality_rows'] as const)
        if (v[key] != null) refuse(key, 'is for categorical values; numeric ones take min and max');
    if (v.categories && new Set(v.categories).size < v.categories.length) refuse('categories', 'names a value twice');
  })
  .meta({ id: 'ValueContract' });
export type ValueContract = z.infer<typeof valueContract>;

const outputs = z.strictObject({
  'prediction.score': valueContract.optional(),
  'prediction.value': valueContract.optional(),
  'prediction.class': valueContract.optional(),
});

export const contractBody = z
  .object({
    features: z
      .record(z.string().min(1).max(256), valueContract)
      .refine((f) => Object.keys(f).length <= FEATURES_MAX, `has more than ${FEATURES_MAX} features`),
    outputs: outputs.default({}),
    refused_max: share.nullish().meta({
      description: 'share of predictions that may be refused for their output or for numbers that are not finite',
    }),
    revision: z
      .number()
      .int()
      .min(0)
      .optional()
      .meta({ description: 'the revision that was changed; if it is not the newest any more the answer is 409' }),
  })
  .meta({ id: 'ContractBody' });
export type ContractBody = z.infer<typeof contractBody>;

export const contractView = z
  .object({
    model: modelName,
    revision: z.number().int().meta({ description: '0 as long as nobody edited it' }),
    origin: z.enum(['inferred', 'edited']),
    by: z.string().nullable(),
    at: z.string().nullable(),
    /** What it was inferred from; null for an edited one, and while there is no reference. */
    reference: z.object({ id: z.string(), name: z.string(), revision: z.number().int(), rows: z.number() }).nullable(),
    features: z.record(z.string(), valueContract),
    outputs,
    refused_max: share.nullable(),
  })
  .meta({ id: 'Contract' });
export type ContractView = z.infer<typeof contractView>;
