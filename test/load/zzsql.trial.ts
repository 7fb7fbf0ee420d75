import { openEventStore } from '@plumbline/clickhouse';
import { loadConfig } from '@plumbline/config';
import { eq, getModel, openControl, projects } from '@plumbline/control';
import { Binds, rowsSql } from '@plumbline/rows';

const config = loadConfig({}, { PLUMBLINE_DATA_DIR: process.argv[2] });
const store = await openEventStore(config);
const control = await openControl(config);
const [project] = await control.db.select().from(projects).where(eq(projects.name, 'default'));
const model = await getModel(control.db, project!.id, 'model-00');
const to = Math.floor(Date.now() / 3_600_000) * 3_600_000,
  from = to - 90 * 86_400_000;
const time = async (name: string, sql: string, params = {}) => {
  const xs: number[] = [];
  for (let i = 0; i < 7; i++) {
    const s = performance.now();
    await store.query(sql, params);
    xs.push(performance.now() - s);
  }
  xs.sort((a, b) => a - b);
  console.log(name.padEnd(30), xs.map((x) => x.toFixed(0)).join(' '));
};
const p = { project: project!.id };
const w = `project = {project:String} AND model = 'model-00'`;
const db = store.database;

const c = (t: string, x = '') => `(SELECT (count()${x}) FROM ${db}.${t} WHERE ${w}) AS ${t}_n`;
await time('2 counts', `SELECT ${c('predictions')}, ${c('labels')}`, p);
await time(
  '2 counts max',
  `SELECT ${c('predictions', ', max(received_at)')}, ${c('labels', ', max(outcome_received_at)')}`,
  p,
);
await time(
  '4 counts max',
  `SELECT ${c('predictions', ', max(received_at)')}, ${c('labels', ', max(outcome_received_at)')}, ${c('unmatched')}, ${c('window_results')}`,
  p,
);
await time(
  'union all',
  ['predictions', 'labels', 'unmatched', 'window_results', 'catalog']
    .map((t) => `SELECT '${t}' AS t, count() AS n FROM ${db}.${t} WHERE ${w}`)
    .join(' UNION ALL '),
  p,
);
await time('merge-ish 2', `SELECT count(), max(received_at) FROM ${db}.predictions WHERE ${w}`, p);
const names = Array.from({ length: 50 }, (_, i) => `model-${String(i).padStart(2, '0')}`);
await time(
  'newest1',
  `SELECT model, max(window_start) FROM ${db}.window_newest WHERE project = {project:String} AND model IN {names:Array(String)} AND version='*' GROUP BY model`,
  { ...p, names },
);
process.exit(0);
