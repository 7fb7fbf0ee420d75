import { type MonitorBody, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { scopeOf } from './kinds/kind.js';
import type { Probes, Scope } from './probes.js';

/**
 * Probes for monitors of one model that look at the same moment: whatever several of them ask is asked once, and all metrics of the same
 * rows are one question. For one round only: the answers are kept as long as this is.
 */
export function shareProbes(probes: Probes, model: ModelContext, bodies: readonly MonitorBody[]): Probes {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, asked: readonly unknown[], ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify([name, ...asked], (_, value) => (value instanceof Map ? [...value] : value));
    const known = answers.get(key) as Promise<T> | undefined;
    const answer = known ?? ask();
    answers.set(key, answer);
    return answer;
  };
  const together = metricsByRows(model, bodies);
  const shared = Object.entries(probes as unknown as Record<string, Ask>).map(([name, ask]) => [
    name,
    (of: ModelContext, ...asked: unknown[]) => once(name, asked, () => ask(of, ...asked)),
  ]);
  return {
    ...(Object.fromEntries(shared) as Probes),
    async performance(of, windows, scope, ask) {
      const withMetrics = (metrics: readonly string[]) => {
        const all = { ...ask, metrics: [...new Set(metrics)].sort() };
        return once('performance', [windows, scope, all], () => probes.performance(of, windows, scope, all));
      };
      const others = together.get(rowsKey(scope, ask.groupBy));
      if (!others) return withMetrics(ask.metrics);
      try {
        return await withMetrics([...others, ...ask.metrics]);
      } catch (error) {
        // A metric that the model does not have is the trouble of the monitor that asks for it.
        if (error instanceof PlumblineError && error.status < 500) return withMetrics(ask.metrics);
        throw error;
      }
    },
  };
}

type Ask = (model: ModelContext, ...asked: unknown[]) => Promise<unknown>;

const rowsKey = ({ filters, version }: Scope, groupBy: readonly string[] = []): string =>
  JSON.stringify([filters, version ?? null, groupBy]);

function metricsByRows(model: ModelContext, bodies: readonly MonitorBody[]): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  for (const body of bodies) {
    if (body.kind !== 'performance') continue;
    const key = rowsKey(scopeOf(body), body.per);
    out.set(key, (out.get(key) ?? new Set()).add(body.target.metric ?? model.primaryMetric));
  }
  return out;
}
