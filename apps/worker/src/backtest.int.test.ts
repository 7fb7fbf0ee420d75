import { type BacktestAnswer, backtestQuestion, type MonitorBody } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { backtest, calibrate } from '@plumbline/monitors';
import { DAY_MS, type Fault, HOUR_MS, MONDAY_MS } from '@plumbline/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProbes } from './probes.js';
import { openWatch, type Watch } from './testing/watch.js';

const DAYS = 20;
const NOW = MONDAY_MS + DAYS * DAY_MS;
/** The fault lasts from the twelfth to the fourteenth day. */
const [BAD_FROM, BAD_TO] = [MONDAY_MS + 12 * DAY_MS, MONDAY_MS + 14 * DAY_MS];

let watch: Watch;
let model: ModelContext;
beforeAll(async () => {
  watch = await openWatch(NOW);
  model = await watch.world({ days: DAYS, perHour: 20, fault: stumble });
});
afterAll(() => watch?.close());

/** Amounts move, labels come out by chance, ages are missing in one country, and for three hours nothing comes at all. */
const stumble: Fault = (e, random) => {
  if (e.ts >= BAD_FROM && e.ts < BAD_FROM + 3 * HOUR_MS) return null;
  if (e.ts < BAD_FROM || e.ts >= BAD_TO) return e;
  const amount = Number(e.features.amount) + 40;
  return { ...e, features: { ...e.features, amount }, label: random() < 0.3 ? 1 : 0 };
};

const probesAt = (nowMs: number) => createProbes(watch.stores.store, watch.stores.control.db, () => nowMs);
type Over = Partial<MonitorBody> & Pick<MonitorBody, 'kind'>;
const run = (over: Over, labels: 'then' | 'now' = 'then', from = MONDAY_MS + 2 * DAY_MS): Promise<BacktestAnswer> => {
  const monitor = { name: over.kind, model: 'fraud', window: '1d', every: '6h', ...over };
  return backtest(model, backtestQuestion.parse({ monitor, from, to: NOW, labels }), probesAt);
};
const day = (at: string) => (Date.parse(at) - MONDAY_MS) / DAY_MS;

describe('a monitor against history', () => {
  it.each<[what: string, over: Over, firstAfter: number, overBefore: number]>([
    ['drift', { kind: 'drift', target: { features: ['amount'] } }, 12, 16],
    ['performance against the reference', { kind: 'performance' }, 12, 16],
    [
      'performance against a threshold',
      { kind: 'performance', target: { metric: 'accuracy' }, condition: { op: 'lt', value: 0.75 } },
      12,
      16,
    ],
    ['volume', { kind: 'volume', window: '1h', every: '1h', condition: { op: 'lt', value: 5 } }, 12, 12.5],
    ['freshness', { kind: 'freshness', window: '1h', every: '15m' }, 12, 12.5],
    ['coverage of labels', { kind: 'label_coverage', window: '1d', condition: { op: 'lt', value: 0.9999 } }, 1.9, 21],
  ])('%s would have fired once, when it was bad', async (_, over, firstAfter, overBefore) => {
    const answer = await run(over);
    expect(answer.would_have_fired.length, JSON.stringify(answer.would_have_fired)).toBeGreaterThan(0);
    const [first] = answer.would_have_fired;
    expect(day(first!.at)).toBeGreaterThan(firstAfter);
    expect(day(answer.would_have_fired.at(-1)!.resolved_at ?? new Date(NOW).toISOString())).toBeLessThan(overBefore);
    expect(answer.per_month).toBeCloseTo((30 * answer.would_have_fired.length) / 18, 5);
    expect(answer.evaluations.map((e) => e.evaluated_at)).toEqual(
      [...answer.evaluations.map((e) => e.evaluated_at)].sort(),
    );
  });

  it('sees at every look the labels that had come by then', async () => {
    const target = { metric: 'accuracy' };
    const over: Over = { kind: 'performance', target, window: '6h', every: '1h', min_samples: 1 };
    const condition = { op: 'lt' as const, value: 0.75 };
    const [then, now] = [await run({ ...over, condition }), await run({ ...over, condition }, 'now')];
    expect([then.exact, then.looks]).toEqual([true, 18 * 24]);
    for (const look of then.evaluations.filter((_, i) => i % 29 === 0)) {
      const at = Date.parse(look.evaluated_at);
      const [from, to] = [Date.parse(look.window_start), Date.parse(look.window_end)];
      const [alone] = await probesAt(at).performance(
        model,
        { from, to, stepMs: to - from },
        { filters: [] },
        { metrics: ['accuracy'], asOf: at },
      );
      expect([look.value, look.n, look.low]).toEqual([
        alone?.metrics.accuracy?.value ?? null,
        alone?.labelled ?? 0,
        alone?.metrics.accuracy?.low ?? null,
      ]);
    }
    const labels = (answer: BacktestAnswer) => answer.evaluations.reduce((sum, look) => sum + (look.n ?? 0), 0);
    expect(labels(then)).toBeLessThan(labels(now));
    expect(labels(then)).toBeGreaterThan(labels(now) / 2);
  });

  it('waits as the state machine does', async () => {
    const target = { features: ['amount'] };
    const [once, often, never] = [
      await run({ kind: 'drift', target }),
      await run({ kind: 'drift', target, for: 4 }),
      await run({ kind: 'drift', target, for: 100 }),
    ];
    expect(Date.parse(often.would_have_fired[0]!.at) - Date.parse(once.would_have_fired[0]!.at)).toBe(18 * HOUR_MS);
    expect([never.would_have_fired, never.bad > 0]).toEqual([[], true]);
    expect(never.evaluations.some((e) => e.state === 'pending')).toBe(true);
  });

  it('suggests a threshold that the quiet time keeps to and the fault does not', async () => {
    const rule = { kind: 'performance' as const, target: { metric: 'accuracy' } };
    const { suggested_threshold: found } = await run({ ...rule, condition: { op: 'lt', value: 0.99 } });
    expect(found).toBeGreaterThan(0.6);
    expect(found).toBeLessThan(0.9);
    const tried = await run({ ...rule, condition: { op: 'lt', value: found! } });
    expect(tried.would_have_fired).toHaveLength(1);
  });

  it('diagnoses a threshold inside the noise, and its fix mends it', async () => {
    const rule = { kind: 'performance' as const, target: { metric: 'accuracy' }, window: '1h', every: '1h' };
    const noisy = await run({ ...rule, min_samples: 10, condition: { op: 'lt', value: 0.95 } }, 'now');
    const [problem] = noisy.diagnosis;
    expect(problem).toMatchObject({ code: expect.stringMatching(/threshold_in_noise|flapping|over_budget/) });
    const mended = await run({ ...rule, min_samples: 10, ...(problem!.change as object) }, 'now');
    expect(mended.would_have_fired.length).toBeLessThan(noisy.would_have_fired.length || 1);
  });

  it('diagnoses too few rows', async () => {
    const answer = await run({ kind: 'drift', window: '1h', every: '1h', min_samples: 100 });
    expect(answer.diagnosis).toMatchObject([{ code: 'too_few_rows', change: { window: '12h' } }]);
  });

  it('auto is found from history and tried there', async () => {
    const auto: Over = {
      kind: 'performance',
      target: { metric: 'accuracy' },
      compare: { to: 'threshold' },
      condition: { auto: { false_alarms: '1 per 30d' } },
    };
    const answer = await run(auto);
    expect(answer.would_have_fired).toHaveLength(1);
    expect(answer.evaluations.find((e) => e.verdict === 'bad')?.threshold).toBe(answer.suggested_threshold);
    const monitor = backtestQuestion.shape.monitor.parse({
      name: 'auto',
      model: 'fraud',
      window: '1d',
      every: '6h',
      ...auto,
    });
    const found = await calibrate(model, monitor, probesAt, NOW);
    expect(found).toMatchObject({ op: 'lt', windows: expect.any(Number) });
    expect(found!.value).toBeGreaterThan(0.6);
  });

  it('of a group fans out', async () => {
    const answer = await run({ kind: 'missing', per: ['features.country'], target: { features: ['age'] } });
    expect(answer.evaluations.at(-1)?.message).toMatch(/^All of 4 groups are well/);
  });

  it('of a long range takes fewer looks, and says so', async () => {
    const answer = await run({ kind: 'volume', window: '1d', every: '1m', condition: { op: 'lt', value: 1 } });
    expect([answer.exact, answer.every]).toEqual([false, '2h']);
    expect(answer.looks).toBe(18 * 12);
  });
});
