import type { Evidence, Finding } from '@plumbline/contracts';
import { freshProject, MONDAY_MS, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { calm, type Firing, fire } from './change.js';
import { getIncidentRow, incidentView, listIncidents } from './view.js';

let stores: Stores;
let projectId: string;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
});

const at = new Date(MONDAY_MS).toISOString();
const bad = (subject: string, source?: string): Finding => ({
  subject,
  state: 'bad',
  value: 1,
  threshold: 0,
  n: 100,
  message: `${subject} is bad.`,
  details: { source },
});
const fires = (monitor: string, family: Firing['family'], findings: Finding[]) => {
  const evidence: Evidence = {
    monitor_id: monitor,
    monitor,
    kind: family,
    severity: 'warning',
    window: { start: at, end: at },
    known_at: at,
    since: at,
    headline: `${monitor} is bad.`,
    findings,
    slices: [],
    history: [],
    threshold: null,
    baseline: null,
    rows_query: {},
  };
  return stores.control.db.transaction((tx) =>
    fire(tx, {
      projectId,
      model: 'fraud',
      owner: null,
      family,
      monitor: { id: monitor, name: monitor, channels: [] },
      evidence,
      nowMs: MONDAY_MS,
    }),
  );
};
const open = async () => (await listIncidents(stores.control.db, projectId, { limit: 10 })).items;

it('a source that fails in two ways is one incident that names it, and ends with the last of them', async () => {
  const first = await fires('missing', 'data', [bad('age', 'crm')]);
  expect(await fires('drift', 'drift', [bad('limit', 'crm')])).toEqual({ id: first.id, opened: false });
  const { db } = stores.control;
  const shown = await incidentView(db, await getIncidentRow(db, projectId, first.id));
  expect(shown).toMatchObject({ title: 'fraud: crm: 2 features fail (age, limit)', subjects: ['age', 'limit'] });
  await calm(db, projectId, 'missing', 'well again', MONDAY_MS);
  expect((await open()).map((i) => i.state)).toEqual(['open']);
  await calm(db, projectId, 'drift', 'well again', MONDAY_MS);
  expect((await open()).map((i) => i.state)).toEqual(['resolved']);
});

it('what comes from another source, from several, or from none is another problem', async () => {
  await fires('missing', 'data', [bad('age', 'crm')]);
  await fires('drift', 'drift', [bad('limit', 'crm'), bad('amount', 'payments')]);
  await fires('quality', 'performance', [bad('roc_auc')]);
  expect((await open()).map((i) => i.family).sort()).toEqual(['data', 'drift', 'performance']);
});
