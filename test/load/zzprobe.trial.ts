import { openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { eq, getModel, models, openControl, projects } from '@plumbline/control';
import * as W from '@plumbline/windows';
import { answerPerformance, newestWindows } from '@plumbline/windows';
import { overview } from '../../apps/api/src/models/overview.js';
import { viewModel } from '../../apps/api/src/models/view.js';

const config = loadConfig({}, { PLUMBLINE_DATA_DIR: process.argv[2] });
const store = await openEventStore(config);
const control = await openControl(config);
const [project] = await control.db.select().from(projects).where(eq(projects.name, 'default'));
const model = await getModel(control.db, project!.id, 'model-00');
const query = store.query.bind(store);
let log = false;
(store as any).query = async (sql: string, ...rest: unknown[]) => {
  const t = performance.now();
  const r = await (query as any)(sql, ...rest);
  if (log)
    console.log(
      '   ',
      (performance.now() - t).toFixed(1).padStart(7),
      (r as any[]).length,
      sql.replace(/\s+/g, ' ').slice(0, 140),
    );
  return r;
};
const to = Math.floor(Date.now() / 3_600_000) * 3_600_000,
  from = to - 90 * 86_400_000;
log = true;
const t00 = performance.now();
const at = () => (performance.now() - t00).toFixed(0);
for (const name of process.argv.slice(3)) {
  const m = await getModel(control.db, project!.id, name);
  const [row] = await control.db.select().from(models).where(eq(models.name, name));
  console.log(name, 'view', at());
  await viewModel(store, row!);
  console.log(name, 'perf', at());
  const base = {
    from,
    to: to + 3_600_000,
    filters: [],
    group_by: [],
    min_labels: 30,
    estimators: W.estimatorsOf(store, control.db, m),
  };
  await Promise.all([
    answerPerformance(store, control.db, m, { ...base, granularity: '1h', metrics: ['roc_auc'] }, Date.now()).then(() =>
      console.log('1h done', at()),
    ),
    answerPerformance(
      store,
      control.db,
      m,
      {
        ...base,
        granularity: 'all',
        metrics: ['roc_auc', 'average_precision', 'accuracy', 'f1', 'log_loss', 'brier', 'ece', 'tp', 'fp', 'tn', 'fn'],
      },
      Date.now(),
    ).then(() => console.log('all done', at())),
  ]);
}
process.exit(0);
