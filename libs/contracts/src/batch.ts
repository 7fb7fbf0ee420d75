import { z } from 'zod';

const REQUESTS_MAX = 40;
/** What only reads: any GET but the stream and downloads, and the questions. */
const READS = /^\/v1\/(?!stream\b|batch\b|docs\b|exports\/[^/?]+\/download\b)[^\s#]+$/;
const QUESTIONS =
  /^\/v1\/(models\/[^/?#\s]+\/(performance|drift|profile|checks|curves|compare|explore|fields|values|attribution|events\/search|slices\/search)|monitors\/backtest)$/;

export const batchBody = z
  .object({
    requests: z
      .array(
        z
          .object({
            method: z.enum(['GET', 'POST']).default('GET'),
            path: z.string().max(8_000),
            body: z.unknown().optional(),
          })
          .refine(({ method, path }) => (method === 'GET' ? READS : QUESTIONS).test(path), {
            path: ['path'],
            message: 'Only what reads can be asked together: GET, and the questions of a model.',
          }),
      )
      .min(1)
      .max(REQUESTS_MAX),
  })
  .meta({ id: 'BatchBody' });
/** One line of the answer, as soon as it is known; `index` counts from 0 in the order asked. */
export const batchLine = z
  .object({ index: z.number().int(), status: z.number().int(), body: z.unknown() })
  .meta({ id: 'BatchLine' });
export type BatchLine = z.infer<typeof batchLine>;
