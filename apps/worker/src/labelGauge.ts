import { type Db, models } from '@plumbline/control';
import { countLabels, type LabelCounts } from '@plumbline/labels';
import { type Context, registry } from '@plumbline/runtime';
import { Gauge } from 'prom-client';
import { Pace } from './pace.js';

const NAME = 'plumbline_labels';
const MODELS_MAX = 1_000;
/** A scrape counts for so long at most; what is left keeps its last numbers until the next one. */
const SCRAPE_MS_MAX = 1_000;
const REST_FACTOR = 20;

/** How the labels of every model stand, as Prometheus reads it. */
export function labelGauge({ store, control, log }: Pick<Context, 'store' | 'control' | 'log'>): void {
  const pace = new Pace(REST_FACTOR);
  const counted = new Map<string, LabelCounts>();
  registry.removeSingleMetric(NAME); // tests open several in one process
  registry.registerMetric(
    new Gauge({
      name: NAME,
      help: 'Predictions by the state of their label (joined, pending, corrected), outcomes without a prediction (orphaned) and repeated ones (duplicate)',
      labelNames: ['project', 'model', 'state'],
      registers: [],
      async collect() {
        const rows = await modelsOf(control.db).catch(() => null);
        if (!rows) return; // the last numbers stay
        const endMs = performance.now() + SCRAPE_MS_MAX;
        this.reset();
        for (const { project, model } of rows) {
          const key = `${project}~${model}`;
          if (performance.now() < endMs && pace.waitMs(key) === 0)
            await pace
              .run(key, async () => counted.set(key, await countLabels(store, project, model)))
              .catch((error) => log.warn({ err: error, model }, 'labels could not be counted; the last numbers stay'));
          for (const [state, n] of Object.entries(counted.get(key) ?? {})) this.set({ project, model, state }, n);
        }
      },
    }),
  );
}

const modelsOf = (db: Db) =>
  db.select({ project: models.projectId, model: models.name }).from(models).orderBy(models.name).limit(MODELS_MAX);
