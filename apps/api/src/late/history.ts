import type { EventStore } from '@plumbline/clickhouse';
import {
  type historyQuery,
  iso,
  type Page,
  PlumblineError,
  parseInstant,
  type WindowState,
  type WindowThen,
} from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { windowStart } from '@plumbline/rows';
import { historyOf, type Kept } from '@plumbline/windows';
import type { z } from 'zod';
import { timeOf } from './cursor.js';
import { told } from './estimates.js';

/** How the answer for one window of the model's granularity evolved. */
export async function answerHistory(
  store: EventStore,
  model: ModelContext,
  start: string,
  q: z.infer<typeof historyQuery>,
): Promise<Page<WindowThen>> {
  const ms = parseInstant(/^\d+$/.test(start) ? Number(start) : start);
  if (ms === null || windowStart(ms, model.granularity) !== ms)
    throw new PlumblineError(
      'invalid_request',
      `'${start.slice(0, 100)}' is not the start of a window of ${model.granularity}: use ISO-8601 with a zone or epoch milliseconds, aligned to UTC.`,
    );
  const rows = await historyOf(store, model, {
    start: ms,
    version: q.version ?? '*',
    after: timeOf(q.cursor),
    limit: q.limit + 1,
  });
  const items = rows.slice(0, q.limit);
  return {
    items: items.map(then),
    next_cursor: rows.length > q.limit ? String(items.at(-1)!.computedAt) : null,
  };
}

const then = (k: Kept & { computedAt: number }): WindowThen => ({
  computed_at: iso(k.computedAt),
  predictions: k.predictions,
  labelled: k.labelled,
  coverage: k.predictions > 0 ? k.labelled / k.predictions : null,
  maturity: k.maturity,
  state: k.state === '' ? null : (k.state as WindowState),
  reference: k.reference,
  metrics: Object.fromEntries(
    Object.entries(k.metrics).map(([m, realized]) => [
      m,
      {
        realized: told(realized),
        ...(k.estimated[m] ? { estimated: told(k.estimated[m]) } : {}),
        ...(k.corrected[m] ? { corrected: told(k.corrected[m]) } : {}),
      },
    ]),
  ),
});
