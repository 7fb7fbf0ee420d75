import { z } from 'zod';
import { filter } from './common.js';
import { foundSlice, movedField, sliceLoss } from './slices.js';

const n = z.number().nullable();

/** A feature whose values moved along with a metric. */
export const movedFeature = z
  .object({
    field: z.string(),
    what: z.enum(['missing', 'moved']),
    distance: movedField.shape.distance,
    p_value: movedField.shape.p_value,
    missing: movedField.shape.missing,
    colocation: movedField.shape.colocation,
    importance: n.meta({ description: 'what the feature is to the model, 1 for the largest; null if it is not known' }),
    weight: z.number().meta({ description: 'importance × distance × colocation; what is not known counts as 1' }),
    source: z.string().nullable(),
    since: z.string().nullable().meta({ description: 'since when it is missing' }),
  })
  .meta({ id: 'MovedFeature' });
export type MovedFeature = z.infer<typeof movedFeature>;

export const precedent = z
  .object({ kind: z.enum(['deploy', 'data', 'note', 'version']), at: z.string(), text: z.string() })
  .meta({ id: 'Precedent' });
export type Precedent = z.infer<typeof precedent>;

/** When a mean rose for good. */
export const onset = z
  .object({
    at: z.string(),
    before: z.number(),
    after: z.number(),
    p_value: z.number().meta({ description: 'share of the permutations of time that look as much like a change' }),
  })
  .meta({ id: 'Onset' });
export type Onset = z.infer<typeof onset>;

/** What goes along with a change: where, what moved there, from where, and what happened before. */
export const companions = z.object({
  moved: z.array(movedFeature).meta({ description: 'what goes along with it, the weightiest first' }),
  source: z
    .object({ name: z.string(), features: z.array(z.string()) })
    .nullable()
    .meta({ description: 'the upstream source that what moved most has in common' }),
  preceded_by: z
    .array(precedent)
    .meta({ description: 'deploys, annotations and versions before the onset, nearest first' }),
});

export const explainedSlice = z
  .object({
    ...foundSlice.pick({
      predicates: true,
      filters: true,
      n: true,
      share: true,
      error: true,
      rest: true,
      before: true,
      lift: true,
      score: true,
      explains: true,
      p_value: true,
      q_value: true,
    }).shape,
    text: z.string().meta({ description: 'its conditions in words' }),
  })
  .meta({ id: 'ExplainedSlice' });
export type ExplainedSlice = z.infer<typeof explainedSlice>;

/** Where a problem lies and what goes along with it, found by itself when a monitor fired. */
export const explanation = z
  .object({
    sentence: z.string(),
    metric: z.string(),
    loss: sliceLoss,
    change: z.object({
      from: z.string(),
      to: z.string(),
      value: n,
      before: n,
      compared_with: z.object({ from: z.string(), to: z.string() }).nullable(),
    }),
    onset: onset.nullable(),
    rows: z.number(),
    overall: n.meta({ description: 'mean loss of these rows' }),
    filters: z.array(filter).meta({ description: 'of the monitor: within these rows it was searched' }),
    slices: z.array(explainedSlice).meta({ description: 'those beyond chance, worst first' }),
    searched: z.number().meta({ description: 'slices that were looked at or ruled out' }),
    ...companions.shape,
    computed_at: z.string(),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof explanation>;
