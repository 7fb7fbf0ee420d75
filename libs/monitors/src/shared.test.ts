import { monitorBody, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { describe, expect, it } from 'vitest';
import type { Probes } from './probes.js';
import { shareProbes } from './shared.js';

const model = { projectId: 'p', model: 'm', primaryMetric: 'accuracy' } as ModelContext;
const WINDOWS = { from: 0, to: 60_000, stepMs: 60_000 };
const ALL = { filters: [] };
const BR = { filters: [{ field: 'tags.country', op: 'eq' as const, value: 'BR' }] };
const performance = (metric?: string, slice: object[] = []) =>
  monitorBody.parse({
    name: 'x',
    model: 'm',
    kind: 'performance',
    window: '1h',
    slice,
    target: metric ? { metric } : {},
  });

/** Probes that write down what they were asked. */
function recorded(refused: readonly string[] = []) {
  const asked: string[] = [];
  const probes = {
    performance: async (_: unknown, windows: object, scope: object, ask: { metrics: string[] }) => {
      asked.push(ask.metrics.join());
      if (ask.metrics.some((m) => refused.includes(m))) throw new PlumblineError('invalid_request', 'no such metric');
      return [{ windows, scope, metrics: ask.metrics }];
    },
    counts: async () => void asked.push('counts'),
    slower: async (_: unknown, __: unknown, ___: unknown, limits: Map<number, unknown>) =>
      void asked.push(`slower ${[...limits]}`),
  } as unknown as Probes;
  return { asked, probes };
}

describe('shareProbes', () => {
  it('asks for all metrics of the same rows at once, and for other rows by themselves', async () => {
    const { asked, probes } = recorded();
    const shared = shareProbes(probes, model, [performance(), performance('f1'), performance('recall', BR.filters)]);
    const answers = await Promise.all([
      shared.performance(model, WINDOWS, ALL, { metrics: ['accuracy'], groupBy: [] }),
      shared.performance(model, WINDOWS, ALL, { metrics: ['f1'], groupBy: [] }),
      shared.performance(model, WINDOWS, BR, { metrics: ['recall'], groupBy: [] }),
      shared.performance(model, WINDOWS, ALL, { metrics: ['count'], groupBy: ['tags.country'] }),
    ]);
    expect(asked).toEqual(['accuracy,f1', 'recall', 'count']);
    expect(answers[0]).toBe(answers[1]);
  });

  it('asks the same question once, and others again', async () => {
    const { asked, probes } = recorded();
    const shared = shareProbes(probes, model, []);
    await shared.counts(model, WINDOWS, ALL);
    await shared.counts(model, WINDOWS, ALL);
    await shared.counts(model, WINDOWS, BR);
    await shared.slower(model, WINDOWS, ALL, new Map([[0, [1]]]));
    await shared.slower(model, WINDOWS, ALL, new Map([[0, [2]]]));
    expect(asked).toEqual(['counts', 'counts', 'slower 0,1', 'slower 0,2']);
  });

  it('keeps a metric that the model does not have from the monitors beside it', async () => {
    const { asked, probes } = recorded(['rmse']);
    const shared = shareProbes(probes, model, [performance('accuracy'), performance('rmse')]);
    const ask = (metric: string) => shared.performance(model, WINDOWS, ALL, { metrics: [metric], groupBy: [] });
    expect(await ask('accuracy')).toMatchObject([{ metrics: ['accuracy'] }]);
    await expect(ask('rmse')).rejects.toThrow('no such metric');
    expect(asked).toEqual(['accuracy,rmse', 'accuracy', 'rmse']);
  });
});
