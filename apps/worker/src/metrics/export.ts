import { type Context, registry } from '@plumbline/runtime';
import { Gauge } from 'prom-client';
import { Pace } from '../pace.js';
import { readFacts } from './facts.js';
import { GAUGES, type MetricName, type Samples, samplesOf } from './samples.js';

/** Scrapes share one look at the stores; it may cost a twentieth of a core. */
const FRESH_MS = 5_000;
const REST_FACTOR = 20;

/** Models, monitors, incidents and deliveries as Prometheus reads them. When the stores are away the last numbers stay. */
export function modelMetrics(context: Pick<Context, 'store' | 'control' | 'log'>): void {
  const pace = new Pace(REST_FACTOR);
  let samples: Samples = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const read = async () => {
    if (performance.now() - readAtMs < FRESH_MS || pace.waitMs('read') > 0) return;
    try {
      samples = samplesOf(await pace.run('read', () => readFacts(context, Date.now())));
      readAtMs = performance.now();
    } catch (error) {
      context.log.warn({ err: error }, 'metrics of models could not be read; the last numbers stay');
    }
  };
  const fresh = () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  for (const [name, { help, labels }] of Object.entries(GAUGES)) {
    registry.removeSingleMetric(name); // tests open several in one process
    registry.registerMetric(
      new Gauge({
        ...{ name, help, labelNames: [...labels], registers: [] },
        async collect() {
          await fresh();
          this.reset();
          for (const { labels: of, value } of samples.get(name as MetricName) ?? []) this.set(of, value);
        },
      }),
    );
  }
}
