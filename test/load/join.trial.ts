import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { joinModel } from '@plumbline/labels';
import type { Trial } from '../trial.js';
import { type History, type Labels, outcomes, PROJECT, predictions } from './history.js';
import { cpuSeconds, quantile, rounded } from './process.js';
import { untilIdle } from './settle.js';

const PER_DAY = 1_000_000;
const SMALL = 1_000_000;

/**
 * Joining old labels, drawn at random from the whole history of a model, against 1M predictions and against many: with the
 * client's hint (`prediction_ts`) and without, and labels of the last hours in small batches as they come day by day.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: {
      history: { type: 'string', default: '20000000' },
      labels: { type: 'string', default: '500000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const history = Number(values.history);
  const labels = Number(values.labels);
  const rounds = Number(values.rounds);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-join-'));
  const store = await openEventStore(loadConfig({}, { PLUMBLINE_DATA_DIR: folder }));
  try {
    progress(`1/3 1M and ${history / 1e6}M predictions`);
    const small: History = { model: 'small', perDay: PER_DAY };
    const large: History = { model: 'large', perDay: PER_DAY };
    await predictions(store, small, 0, SMALL, progress);
    await predictions(store, large, 0, history, progress);
    await untilIdle(() => cpuSeconds(process.pid));

    progress('2/3 old labels at random');
    let seed = 10;
    const rate = async (of: History, to: number, hint: boolean) => {
      const rates: number[] = [];
      for (let i = 0; i < rounds; i++) {
        rates.push(await joined(store, of, { count: labels, from: 0, to, seed: seed++, hint }));
        progress(`  ${of.model}, ${hint ? 'hints' : 'no hints'}: ${rounded(rates.at(-1)!, 0)} labels/s`);
      }
      return quantile(rates, 0.5)!;
    };
    const smallHint = await rate(small, SMALL, true);
    const smallNone = await rate(small, SMALL, false);
    const largeHint = await rate(large, history, true);
    const largeNone = await rate(large, history, false);

    progress('3/3 labels of the last two hours, a thousand at a time');
    const recent = async (hint: boolean) => {
      const seconds: number[] = [];
      for (let i = 0; i < 10; i++) {
        const from = history - Math.floor(PER_DAY / 12);
        const labelled = { count: 1_000, from, to: history, seed: seed++, hint };
        seconds.push(1_000 / (await joined(store, large, labelled)));
      }
      return quantile(seconds, 0.5)!;
    };
    const recentHint = await recent(true);
    const recentNone = await recent(false);

    return {
      ok: true,
      summary: {
        labels_per_s: rounded(largeHint, 0),
        labels_per_s_no_hint: rounded(largeNone, 0),
        cost_ratio_vs_1M_history: rounded(smallHint / largeHint, 2),
        cost_ratio_no_hint: rounded(smallNone / largeNone, 2),
        history,
        labels_per_join: labels,
        labels_per_s_1M: rounded(smallHint, 0),
        labels_per_s_no_hint_1M: rounded(smallNone, 0),
        recent_1000_ms: rounded(recentHint * 1000, 0),
        recent_1000_no_hint_ms: rounded(recentNone * 1000, 0),
      },
    };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};
export default trial;

/** Labels per second of joining one batch of them. */
async function joined(store: EventStore, history: History, labels: Labels): Promise<number> {
  const count = await outcomes(store, history, labels);
  const started = performance.now();
  const { outcomeRows, batches } = await joinModel(store, PROJECT, history.model, Date.now());
  const seconds = (performance.now() - started) / 1000;
  if (batches !== 1 || outcomeRows !== count) throw new Error(`Joined ${outcomeRows} of ${count} labels.`);
  return count / seconds;
}
