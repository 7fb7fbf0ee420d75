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
const base = { from, to, filters: [], group_by: [], min_labels: 30 };
async function t(name: string, f: () => Promise<unknown>) {
  const xs: number[] = [];
  for (let i = 0; i < 6; i++) {
    log = i === 5;
    const s = performance.now();
    await f();
    xs.push(performance.now() - s);
  }
  console.log(name.padEnd(24), xs.map((x) => x.toFixed(0)).join(' '));
}
const [row] = await control.db.select().from(models).where(eq(models.name, 'model-00'));
await t('view', () => viewModel(store, row!));
await t('overview', () => overview(store, control.db, project!.id, { limit: 100, windows: 60 }));
await t('overview 1', () => overview(store, control.db, project!.id, { limit: 100, windows: 1 }));
if ((W as any).curves) await t('curves', () => (W as any).curves(store, model, { from, to, filters: [] }, Date.now()));
await t('1h raw', () =>
  answerPerformance(store, control.db, model, { ...base, granularity: '1h', metrics: ['roc_auc'] }, Date.now(), 1e9),
);
await t('1h computed', () =>
  answerPerformance(store, control.db, model, { ...base, granularity: '1h', metrics: ['roc_auc'] }, Date.now(), 1000),
);
await t('all', () => answerPerformance(store, control.db, model, { ...base, granularity: 'all' }, Date.now()));
await t('30d all', () =>
  answerPerformance(store, control.db, model, { ...base, from: to - 30 * 86_400_000, granularity: 'all' }, Date.now()),
);
process.exit(0);
