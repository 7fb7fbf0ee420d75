import type { EventStore } from '@plumbline/clickhouse';
import { type DelaysAnswer, type delaysQuery, iso } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { DelayCurve } from '@plumbline/stats';
import { classDelaysAt, delaysAt } from '@plumbline/windows';
import type { z } from 'zod';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The measured delay curve of a model. */
export async function answerDelays(
  store: EventStore,
  model: ModelContext,
  q: z.infer<typeof delaysQuery>,
  nowMs: number,
): Promise<DelaysAnswer> {
  const moment = { asOf: q.as_of, knownAt: q.known_at, nowMs };
  const [all, classes] = [await delaysAt(store, model, moment), await classDelaysAt(store, model, moment)];
  return {
    at: iso(all.atMs),
    predictions: all.predictions,
    labelled: all.labelled,
    sampled: 1 / all.oneIn,
    attribution_window: model.attributionMs === null ? null : durationOf(model.attributionMs),
    missing: model.missingLabels,
    plateau: all.plateau,
    curve: points(all.curve),
    classes: {
      differ: classes.differ,
      p_value: classes.p,
      gap: classes.gap,
      curves: classes.differ
        ? Object.fromEntries(
            Object.entries(classes.curves).map(([name, curve]) => [
              name,
              { labelled: curve.labelled, curve: points(curve) },
            ]),
          )
        : {},
    },
  };
}

const points = ({ ages, shares, errors }: DelayCurve) =>
  ages.map((age, i) => ({ age: age / 1000, share: shares[i]!, error: errors[i]! }));

const durationOf = (ms: number): string =>
  ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : ms % HOUR_MS === 0 ? `${ms / HOUR_MS}h` : `${Math.round(ms / 1000)}s`;
