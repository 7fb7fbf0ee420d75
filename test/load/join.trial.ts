import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EventStore, openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { type ControlStore, getModel, openControl, projects, putModel } from '@plumbline/control';
import { joinModel } from '@plumbline/labels';
import { answerPerformance, type PerformanceInput, recomputeWindows } from '@plumbline/windows';
import type { Trial } from '../trial.js';
import { DAY_MS, FROM_MS, type History, type Labels, outcomes, PROJECT, predictions } from './history.js';
import { cpuSeconds, quantile, rounded } from './process.js';
import { untilIdle } from './settle.js';

const PER_DAY = 1_000_000;
const SMALL = 1_000_000;
const HOUR_MS = 3_600_000;
const LABELS_MANY = 100_000;

/**
 * Joining old labels, drawn at random from the whole history of a model, against 1M predictions and against many: with the
 * client's hint (`prediction_ts`) and without, and labels of the last hours in small batches as they come day by day. Then
 * computing windows of a million predictions a day, and questions about them.
 */
const trial: Trial = async (args, progress) => {
  const { values } = parseArgs({
    args,
    options: {
      history: { type: 'string', default: '20000000' },
      labels: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const history = Number(values.history);
  const labels = Number(values.labels);
  const rounds = Number(values.rounds);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-join-'));
  const config = loadConfig({}, { PLUMBLINE_DATA_DIR: folder });
  const store = await openEventStore(config);
  const control = await openControl(config);
  try {
    progress(`1/4 1M and ${history / 1e6}M predictions`);
    const small: History = { model: 'small', perDay: PER_DAY };
    const large: History = { model: 'large', perDay: PER_DAY };
    await predictions(store, small, 0, SMALL, progress);
    await predictions(store, large, 0, history, progress);
    await untilIdle(() => cpuSeconds(process.pid));

    progress('2/4 old labels at random');
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

    progress('3/4 labels of the last two hours, a thousand at a time');
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

    progress('4/4 windows of 30 days');
    const days = await questions(
      store,
      control,
      large,
      Math.max(history, 30 * PER_DAY),
      progress,
      async (count, to) => {
        if (to > history) await predictions(store, large, history, to, progress);
        await joined(store, large, { count, from: to - PER_DAY, to, seed: seed++, hint: true });
      },
    );

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
        ...days,
      },
    };
  } finally {
    await control.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
};
export default trial;

/** Computing a day of a million predictions, most of them labelled, and asking for 30 such days and for a slice of one. */
async function questions(
  store: EventStore,
  { db }: ControlStore,
  { model: name }: History,
  rows: number,
  progress: (line: string) => void,
  fill: (labels: number, to: number) => Promise<void>,
) {
  await fill(PER_DAY, rows);
  await db.insert(projects).values({ id: PROJECT, name: 'bench' });
  await putModel(db, PROJECT, name, { task: 'binary', classes: ['0', '1'] });
  const model = await getModel(db, PROJECT, name);
  const lastDay = FROM_MS + (rows / PER_DAY - 1) * DAY_MS;
  const nowMs = lastDay + 40 * DAY_MS;
  const hoursOf = (day: number) => Array.from({ length: 24 }, (_, i) => FROM_MS + day * DAY_MS + i * HOUR_MS);
  const day = rows / PER_DAY - 1;
  const recompute_s = (await timed(() => recomputeWindows(store, model, hoursOf(day), nowMs))) / 1000;
  for (let d = Math.max(0, day - 29); d < day; d++) {
    await recomputeWindows(store, model, hoursOf(d), nowMs);
    progress(`  day ${d + 1} of ${day} computed`);
  }
  const plain = { filters: [], group_by: [], min_labels: 30 };
  const ask = (q: Partial<PerformanceInput>) => async () => {
    const month = { ...plain, from: lastDay - 29 * DAY_MS, to: lastDay + DAY_MS, granularity: '1h' as const, ...q };
    await answerPerformance(store, db, model, month, nowMs);
  };
  const slice = [{ field: 'tags.country', op: 'eq' as const, value: 'BR' }];
  return {
    recompute_s: rounded(recompute_s, 2),
    computed_30d_ms: rounded(await often(ask({})), 0),
    slice_day_ms: rounded(await often(ask({ from: lastDay, filters: slice })), 0),
    slice_day_all_ms: rounded(await often(ask({ from: lastDay, filters: slice, granularity: 'all' })), 0),
    day_from_rows_ms: rounded(
      await often(ask({ from: lastDay, filters: [{ field: 'version', op: 'eq', value: 'v1' }] })),
      0,
    ),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
/** Median of five times, in ms, after one that warms up. */
async function often(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push(await timed(work));
  return quantile(times, 0.5)!;
}

/** Labels per second of joining one batch of them. */
async function joined(store: EventStore, history: History, labels: Labels): Promise<number> {
  const count = await outcomes(store, history, labels);
  // Merging what the benchmark itself wrote is not part of joining it.
  if (count >= LABELS_MANY) await untilIdle(() => cpuSeconds(process.pid));
  const started = performance.now();
  const { outcomeRows, batches } = await joinModel(store, PROJECT, history.model, Date.now());
  const seconds = (performance.now() - started) / 1000;
  if (batches !== 1 || outcomeRows !== count) throw new Error(`Joined ${outcomeRows} of ${count} labels.`);
  return count / seconds;
}
