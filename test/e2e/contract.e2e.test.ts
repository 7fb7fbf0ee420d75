import { checksAnswer, contractView, pageOf } from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { random } from './random.js';
import { Server } from './server.js';

/** The data contract of a model: inferred, edited, kept in revisions, and what rings against it. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

const HOUR = 3_600_000;
const COUNTRIES = ['BR', 'DE', 'US'];
const events = (model: string, n: number, from: number, to: number, over: (i: number) => object = () => ({})) => {
  const next = random(7);
  return Array.from({ length: n }, (_, i) => ({
    model,
    prediction_id: `${from}-${i}`,
    version: 'v1',
    ts: Math.floor(from + ((to - from) * i) / n),
    features: { age: 20 + Math.floor(next() * 50), country: COUNTRIES[Math.floor(next() * 3)], ...over(i) },
    prediction: { score: next() },
  }));
};
const trained = async (model: string) => {
  const source = 'crm.customers';
  await client.ok(
    client.put(`/v1/models/${model}`, {
      task: 'binary',
      features: { age: { type: 'numeric', source }, country: { type: 'categorical', source } },
    }),
  );
  const lines = events(model, 2_000, 0, HOUR).map((e) => JSON.stringify(e));
  const send = { type: 'application/x-ndjson' };
  await client.ok(client.request('POST', `/v1/models/${model}/references`, lines.join('\n'), send));
};
const contract = async (model: string) =>
  contractView.parse(await client.ok(client.get(`/v1/models/${model}/contract`)));

describe('a contract', () => {
  it('is inferred from the reference until somebody edits it; every edit is a revision', async () => {
    const model = 'contracted';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary' }));
    expect(await contract(model)).toMatchObject({ revision: 0, origin: 'inferred', reference: null, features: {} });
    await trained(model);
    const inferred = await contract(model);
    expect(inferred).toMatchObject({
      revision: 0,
      origin: 'inferred',
      by: null,
      reference: { name: 'training', revision: 1, rows: 2_000 },
      features: {
        age: { type: 'numeric', source: 'crm.customers', outside_max: 0.01, varies: true },
        country: { type: 'categorical', unseen_max: 0.01 },
      },
      outputs: { 'prediction.score': { min: 0, max: 1 } },
    });
    expect(inferred.features.country!.categories!.sort()).toEqual(COUNTRIES);

    // What was read can be changed and put back whole.
    inferred.features.age!.max = 60;
    const put = contractView.parse(await client.ok(client.put(`/v1/models/${model}/contract`, inferred)));
    expect(put).toMatchObject({ revision: 1, origin: 'edited', reference: null, features: { age: { max: 60 } } });
    expect(put.by).toBeTruthy();
    const stale = await client.put(`/v1/models/${model}/contract`, inferred);
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict']);
    await client.ok(client.put(`/v1/models/${model}/contract`, { features: { age: { type: 'numeric', min: 18 } } }));
    expect(await contract(model)).toMatchObject({ revision: 2, features: { age: { min: 18 } }, outputs: {} });

    const revisions = `/v1/models/${model}/contract/revisions`;
    const first = pageOf(contractView).parse(await client.ok(client.get(`${revisions}?limit=1`)));
    expect(first.items.map((r) => r.revision)).toEqual([2]);
    const rest = pageOf(contractView).parse(await client.ok(client.get(`${revisions}?cursor=${first.next_cursor}`)));
    expect(rest.items.map((r) => r.revision)).toEqual([1]);
    expect(rest.next_cursor).toBeNull();
    const { items } = await client.ok(client.get('/v1/audit'));
    expect(items.filter((a: Json) => a.action === 'contract.update')).toMatchObject([
      { subject: model, detail: { revision: 2, features: 1 } },
      { subject: model, detail: { revision: 1 } },
    ]);
  });

  it.each<[string, object, string]>([
    ['no features', {}, 'features'],
    ['a rule that does not exist', { features: { age: { type: 'numeric', mx: 3 } } }, 'features.age'],
    ['bounds in the wrong order', { features: { age: { type: 'numeric', min: 3, max: 2 } } }, 'features.age.max'],
    ['a share above one', { features: { age: { type: 'numeric', missing_max: 5 } } }, 'features.age.missing_max'],
    ['a range of categories', { features: { c: { type: 'categorical', min: 1 } } }, 'features.c.min'],
    [
      'categories of a number',
      { features: { age: { type: 'numeric', categories: ['a'] } } },
      'features.age.categories',
    ],
    ['a category twice', { features: { c: { type: 'categorical', categories: ['a', 'a'] } } }, 'features.c.categories'],
    ['an output that does not exist', { features: {}, outputs: { score: { type: 'numeric' } } }, 'outputs'],
  ])('with %s is refused, naming the place', async (_, body, path) => {
    await client.ok(client.put('/v1/models/refusing', { task: 'binary' }));
    const answer = await client.put('/v1/models/refusing/contract', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors.map((e: Json) => e.path)).toContain(path);
  });

  it('of a model that does not exist is not there, and a key that only reads cannot write one', async () => {
    for (const path of ['contract', 'contract/revisions'])
      expect((await client.get(`/v1/models/nobody/${path}`)).status).toBe(404);
    expect((await client.put('/v1/models/nobody/contract', { features: {} })).status).toBe(404);
    const { key } = await client.ok(client.post('/v1/keys', { name: 'reader', scopes: ['read'] }));
    const reader = server.client(key);
    expect((await reader.get('/v1/models/contracted/contract')).status).toBe(200);
    expect((await reader.put('/v1/models/contracted/contract', { features: {} })).status).toBe(403);
  });
});

describe('a source that goes wrong', () => {
  it('is one incident that names it and its features, and every check tells its state', async () => {
    const model = 'sourced';
    await trained(model);
    const now = Date.now();
    // Ages a hundred times too large, and countries that nobody knows: one table upstream.
    await client.predictions(
      events(model, 1_000, now - 20 * 60_000, now - 60_000, (i) => (i % 2 ? { age: 4_000, country: 'XX' } : {})),
    );
    const monitors = await eventually(async () => {
      const { items } = await client.ok(client.get(`/v1/monitors?model=${model}`));
      return items.length > 9 && (items as Json[]);
    });
    const rule = monitors.find((m) => m.name === 'data contract');
    await eventually(async () => (await client.ok(client.post(`/v1/monitors/${rule.id}/evaluate`))).verdict === 'bad');
    const { items } = await client.ok(client.get(`/v1/incidents?model=${model}&state=unresolved`));
    expect(items).toHaveLength(1);
    expect(items[0].title).toContain('crm.customers');
    expect(items[0].subjects).toEqual(expect.arrayContaining(['crm.customers', 'age', 'country']));

    const checks = checksAnswer.parse(await client.ask(model, 'checks', {}));
    expect(checks.contract).toMatchObject({ revision: 0, origin: 'inferred', features: 2 });
    const state = Object.fromEntries(checks.checks.map((c) => [c.check, c.state]));
    expect(state).toMatchObject({ range: 'bad', new_categories: 'bad', cardinality: 'ok', constant: 'ok' });
    expect(Object.keys(state).sort()).toEqual(
      ['freshness', 'volume', 'schema', 'missing', 'range', 'new_categories', 'cardinality', 'constant']
        .concat(['outputs', 'skew', 'latency', 'model_age', 'label_coverage'])
        .sort(),
    );
    const range = checks.checks.find((c) => c.check === 'range')!;
    expect(range.findings).toMatchObject([{ subject: 'crm.customers', details: { features: ['age', 'country'] } }]);
    expect(range.history.at(-1)).toMatchObject({ state: 'bad' });
    expect(range.since).not.toBeNull();
  });
});
