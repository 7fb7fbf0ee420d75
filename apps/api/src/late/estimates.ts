import type { EventStore } from '@plumbline/clickhouse';
import { type EstimatesAnswer, type estimatesQuery, iso, type MetricRecord } from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { stepMs } from '@plumbline/rows';
import { type PastEstimate, trackRecord } from '@plumbline/stats';
import { estimatorsOf, type Scored, scoredWindows, type Triple } from '@plumbline/windows';
import type { z } from 'zod';
import { timeOf } from './cursor.js';

/** Windows that the record is made of: the newest. */
const RECORD_WINDOWS = 1_000;

/** The track record of a model's estimates, and the windows behind it, newest first. */
export async function answerEstimates(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: z.infer<typeof estimatesQuery>,
): Promise<EstimatesAnswer> {
  const version = q.version ?? '*';
  const chosen = await estimatorsOf(store, db, model)(q.version);
  const recent = await scoredWindows(store, model, { version, before: null, limit: RECORD_WINDOWS });
  const listed = await scoredWindows(store, model, { version, before: timeOf(q.cursor), limit: q.limit + 1 });
  const windows = listed.slice(0, q.limit);
  return {
    reference: chosen?.reference ?? null,
    metrics: recordsOf(recent),
    windows: windows.map((w) => ({
      start: iso(w.start),
      end: iso(w.start + stepMs(model.granularity)),
      predictions: w.predictions,
      labelled: w.labelled,
      reference: w.reference,
      metrics: Object.fromEntries(
        Object.entries(w.metrics).map(([m, { estimated, realized }]) => [
          m,
          { estimated: told(estimated), realized: told(realized) },
        ]),
      ),
    })),
    next_cursor: listed.length > q.limit ? String(windows.at(-1)!.start) : null,
  };
}

export const told = ([value, low, high]: Triple) => ({ value, low, high });

/** A record for each metric, from windows in any order. */
export function recordsOf(windows: readonly Scored[]): Record<string, MetricRecord> {
  const past = new Map<string, PastEstimate[]>();
  for (const w of [...windows].sort((a, b) => a.start - b.start))
    for (const [metric, { estimated, realized }] of Object.entries(w.metrics))
      past.set(metric, [...(past.get(metric) ?? []), { estimated: told(estimated), realised: realized[0] }]);
  return Object.fromEntries(
    [...past].map(([metric, list]) => {
      const r = trackRecord(list);
      return [
        metric,
        {
          windows: r.n,
          with_interval: r.withInterval,
          covered: r.withInterval - r.tooHigh - r.tooLow,
          coverage: r.coverage,
          too_high: r.tooHigh,
          too_low: r.tooLow,
          mean_error: r.bias.value,
          mean_error_interval: r.bias,
          mean_absolute_error: r.meanAbsoluteError,
          mean_width: r.meanWidth,
          interval_score: r.intervalScore,
          naive_absolute_error: r.naiveAbsoluteError,
          verdict: r.verdict,
        },
      ];
    }),
  );
}
