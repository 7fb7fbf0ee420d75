import { exploreAnswer, fieldView, pageOf, valuesAnswer, viewView } from '@plumbline/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { Server } from './server.js';

/** Fields, values and groups are those of the rows as they were sent, and every group leads to just its rows. */

let server: Server;
let client: Client;
let stranger: Client;

const HOUR = 3_600_000;
const START = Date.parse('2026-03-02T00:00:00Z');
const RANGE = { from: START, to: START + 100 * HOUR };
const M = 'explored';
const HOSTILE = [
  "'; DROP TABLE predictions; --",
  'a\\b"c`d',
  '%_\u0000x',
  'ünï\ncode 🚲',
  '{p0:String}',
  '=',
  '*',
  '#1',
];

type Row = {
  id: string;
  ts: number;
  version: string;
  features: Record<string, string | number | boolean | null>;
  tags: Record<string, string>;
  value: number;
  label: number | null;
};
const ROWS: Row[] = Array.from({ length: 800 }, (_, i) => ({
  id: `r${i}`,
  ts: START + i * (HOUR / 8),
  version: i % 4 === 0 ? 'v2' : 'v1',
  features: {
    amount: ((i * 7919) % 1000) / 3,
    steps: i % 5,
    ...(i % 9 === 0 ? {} : { city: ['Rio', 'Köln', 'null', ''][i % 4]! }),
    ...(i % 6 === 0 ? { gone: null } : { gone: i % 11 === 0 ? 'x' : i }),
    wild: HOSTILE[i % HOSTILE.length]!,
    name: `n${i}`,
  },
  tags: i % 3 === 0 ? {} : { platform: i % 2 ? 'ios' : 'web' },
  value: 10 + (i % 17),
  label: i % 5 === 4 ? null : 10 + (i % 13),
}));

beforeAll(async () => {
  server = await Server.start();
  client = server.client();
  await client.ok(
    client.put(`/v1/models/${M}`, {
      task: 'regression',
      features: { amount: { type: 'numeric', importance: 0.4, source: 'tills' } },
    }),
  );
  await client.predictions(
    ROWS.map(({ id, ts, version, features, tags, value }) => ({
      model: M,
      prediction_id: id,
      ts,
      version,
      features,
      tags,
      prediction: { value },
    })),
  );
  const labelled = ROWS.filter((r) => r.label !== null);
  await client.outcomes(labelled.map((r) => ({ model: M, prediction_id: r.id, label: r.label, ts: r.ts + HOUR })));
  await client.joined(M, labelled.length);
  const other = await client.ok(client.post('/v1/projects', { name: 'strangers' }));
  stranger = server.client(other.key);
});
afterAll(() => server?.dispose());

const ask = async (body: object): Promise<Json> =>
  exploreAnswer.parse(await client.ask(M, 'explore', { ...RANGE, ...body }));
const values = async (body: object): Promise<Json> =>
  valuesAnswer.parse(await client.ask(M, 'values', { ...RANGE, ...body }));
const mae = (rows: readonly Row[]): number | null => {
  const known = rows.filter((r) => r.label !== null);
  return known.length === 0 ? null : known.reduce((sum, r) => sum + Math.abs(r.value - r.label!), 0) / known.length;
};
const textOf = (row: Row, field: string): string | null => {
  const [kind, name] = field.split('.') as [string, string];
  const raw = kind === 'tags' ? row.tags[name] : kind === 'version' ? row.version : row.features[name];
  return raw === undefined || raw === null ? null : String(raw);
};
/** Whether a row is in the group that a predicate names. */
function isIn(row: Row, p: Json, last: boolean): boolean {
  const text = textOf(row, p.field);
  if (p.op === 'is_null') return text === null;
  if (text === null) return false;
  if (p.op === 'eq') return text === p.value;
  if (p.op === 'not_in') return !p.value.includes(text);
  const x = row.features[p.field.slice('features.'.length)];
  return typeof x === 'number' && x >= p.value[0] && (last ? x <= p.value[1] : x < p.value[1]);
}
/** Ids of the rows that filters select. */
async function idsOf(filters: Json[]): Promise<string[]> {
  const answer = await client.ask(M, 'events/search', { ...RANGE, filters, limit: 1000 });
  return answer.items.map((r: Json) => r.prediction_id).sort();
}

describe('groups', () => {
  it.each([
    ['values', [{ field: 'features.city' }], {}],
    ['missing values, empty ones and the text null apart', [{ field: 'features.gone' }], {}],
    ['few numbers one by one', [{ field: 'features.steps' }], {}],
    ['quantiles', [{ field: 'features.amount' }], {}],
    ['bins of equal width', [{ field: 'features.amount', bins: { kind: 'equal_width', count: 6 } }], {}],
    ['hostile values', [{ field: 'features.wild' }], {}],
    ['names beyond the limit as one', [{ field: 'features.name' }], { limit: 3 }],
    ['two fields', [{ field: 'features.amount', bins: { count: 4 } }, { field: 'tags.platform' }], {}],
    [
      'a field with conditions on it',
      [{ field: 'features.amount' }],
      { filters: [{ field: 'features.steps', op: 'in', value: [1, 2] }] },
    ],
  ] as [string, Json[], Json][])(
    'by %s are those counted by hand, and their filters select just their rows',
    async (_, by, more) => {
      const answer = await ask({ by, metric: 'mae', ...more });
      const all = more.filters ? ROWS.filter((r) => [1, 2].includes(r.features.steps as number)) : ROWS;
      expect(answer.overall).toMatchObject({
        predictions: all.length,
        labelled: all.filter((r) => r.label !== null).length,
      });
      expect(answer.overall.value).toBeCloseTo(mae(all)!, 9);
      expect(answer.groups.reduce((sum: number, g: Json) => sum + g.predictions, 0)).toBe(all.length);
      expect(new Set(answer.groups.map((g: Json) => JSON.stringify(g.predicates))).size).toBe(answer.groups.length);
      const top = Math.max(
        ...answer.groups.flatMap((g: Json) => g.predicates.map((p: Json) => (p.op === 'between' ? p.value[1] : 0))),
      );
      for (const group of answer.groups) {
        const mine = all.filter((r) =>
          group.predicates.every((p: Json) => isIn(r, p, p.op === 'between' && p.value[1] === top)),
        );
        expect(group.predictions, JSON.stringify(group.predicates)).toBe(mine.length);
        expect(group.share).toBeCloseTo(mine.length / all.length, 12);
        if (group.value === null) expect(mae(mine)).toBeNull();
        else expect(group.value).toBeCloseTo(mae(mine)!, 9);
        expect(group.uncertain).toBe(group.labelled < 30);
        expect(await idsOf([...(more.filters ?? []), ...group.filters])).toEqual(mine.map((r) => r.id).sort());
      }
    },
  );

  it('sizes and impacts add up, and small groups are marked', async () => {
    const answer = await ask({ by: [{ field: 'features.city' }] });
    expect(answer.metric).toBe('mae');
    expect(answer.groups.reduce((sum: number, g: Json) => sum + g.impact, 0)).toBeCloseTo(0, 9);
    const few = await ask({ by: [{ field: 'features.city' }], from: START, to: START + 10 * HOUR });
    expect(few.groups.some((g: Json) => g.uncertain)).toBe(true);
    expect((await ask({})).groups).toEqual([]);
    const filtered = await ask({ filters: [{ field: 'version', op: 'eq', value: 'v2' }] });
    expect(filtered.overall.predictions).toBe(200);
    expect(filtered.baseline.predictions).toBe(800);
  });

  it('are compared with an earlier range or another version, with an interval', async () => {
    const half = START + 50 * HOUR;
    const [before, now] = [ROWS.filter((r) => r.ts < half), ROWS.filter((r) => r.ts >= half)];
    const answer = await ask({ from: half, by: [{ field: 'tags.platform' }], compare_with: { from: START, to: half } });
    expect(answer.change.value).toBeCloseTo(mae(now)! - mae(before)!, 9);
    for (const group of answer.groups) {
      const mine = (rows: readonly Row[]) => rows.filter((r) => isIn(r, group.predicates[0], false));
      expect(group.before.predictions).toBe(mine(before).length);
      expect(group.change.value).toBeCloseTo(mae(mine(now))! - mae(mine(before))!, 9);
      expect(group.change.low).toBeLessThanOrEqual(group.change.value);
      expect(group.change.high).toBeGreaterThanOrEqual(group.change.value);
    }
    const versions = await ask({ version: 'v2', by: [{ field: 'features.steps' }], compare_with: { version: 'v1' } });
    expect([versions.overall.predictions, versions.before.predictions]).toEqual([200, 600]);
    for (const compare_with of [{ version: 'v1' }, { from: START + HOUR, to: half }, {}, { from: START }])
      await refused('explore', { ...RANGE, compare_with }, /compare_with|other|both/);
  });
});

describe('groups of scores and classes', () => {
  it.each([
    ['binary', ['roc_auc', 'accuracy', 'recall', 'brier']],
    ['multiclass', ['accuracy', 'f1_macro', 'recall:b']],
  ] as const)('have the very values and intervals that performance has of their filters: %s', async (task, metrics) => {
    const model = `grouped-${task}`;
    const classes = task === 'binary' ? ['0', '1'] : ['a', 'b', 'c'];
    await client.ok(client.put(`/v1/models/${model}`, { task, classes }));
    const events = Array.from({ length: 600 }, (_, i) => ({
      model,
      prediction_id: `g${i}`,
      ts: START + i * 60_000,
      features: { amount: ((i * 7919) % 997) / 7, ...(i % 8 ? { kind: `k${i % 3}` } : {}) },
      prediction: task === 'binary' ? { score: ((i * 37) % 100) / 100 } : { class: classes[(i * 5) % 3] },
    }));
    await client.predictions(events);
    const label = (i: number) => classes[((i * 7) % 11) % classes.length]!;
    await client.outcomes(
      events.map((e, i) => ({ model, prediction_id: e.prediction_id, label: label(i), ts: e.ts + HOUR })),
    );
    await client.joined(model, events.length);
    for (const metric of metrics) {
      const by = [{ field: 'features.amount', bins: { count: 3 } }, { field: 'features.kind' }];
      const answer = exploreAnswer.parse(await client.ask(model, 'explore', { ...RANGE, metric, by }));
      expect(answer.groups).toHaveLength(12);
      for (const { filters, predictions, value, low, high } of answer.groups) {
        const question = { ...RANGE, filters, metrics: [metric], granularity: 'all', min_labels: 1 };
        const [window] = (await client.ask(model, 'performance', question)).windows;
        const same = window.metrics[metric];
        expect(predictions).toBe(window.predictions);
        for (const [mine, theirs] of [
          [value, same.value],
          [low, same.low],
          [high, same.high],
        ])
          if (theirs === null) expect(mine).toBeNull();
          else expect(mine).toBeCloseTo(theirs, 9);
      }
    }
  });
});

describe('fields and values', () => {
  it('are named with what they hold', async () => {
    const { items } = pageOf(fieldView).parse(await client.ask(M, 'fields', {}));
    const types = Object.fromEntries(items.map((f) => [f.field, f.type]));
    expect(types).toMatchObject({
      'features.amount': 'numeric',
      'features.city': 'categorical',
      'tags.platform': 'categorical',
      version: 'categorical',
      label: 'numeric',
      'prediction.value': 'numeric',
    });
    expect(types).not.toHaveProperty('prediction.score');
    expect(items.find((f) => f.field === 'features.amount')).toMatchObject({ importance: 0.4, source: 'tills' });
    expect(items.find((f) => f.field === 'features.city')!.operators).not.toContain('gt');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.ask(M, 'fields', { limit: 4, cursor });
      seen.push(...page.items.map((f: Json) => f.field));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(items.map((f) => f.field));
    expect((await client.ask(M, 'fields', { search: 'CIT' })).items).toHaveLength(1);
  });

  it('come with counts, most frequent first, and can be searched', async () => {
    const city = await values({ field: 'features.city' });
    const count = (v: string | null) => ROWS.filter((r) => textOf(r, 'features.city') === v).length;
    expect(city).toMatchObject({
      type: 'categorical',
      rows: 800,
      missing: count(null),
      distinct: 4,
      numbers: null,
      sampled: 1,
    });
    for (const { value, count: n } of city.values) expect(n).toBe(count(value));
    const counts = city.values.map((v: Json) => v.count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect((await values({ field: 'features.city', search: 'KÖL' })).values.map((v: Json) => v.value)).toEqual([
      'Köln',
    ]);
    expect((await values({ field: 'features.name', limit: 5 })).values).toHaveLength(5);
    const wild = await values({ field: 'features.wild' });
    expect(wild.values.map((v: Json) => v.value).sort()).toEqual([...HOSTILE].sort());
    for (const search of HOSTILE)
      expect((await values({ field: 'features.wild', search })).values.map((v: Json) => v.value)).toContain(search);
  });

  it('of numbers come with quantiles', async () => {
    const { numbers, values: top } = await values({ field: 'features.steps' });
    expect(numbers).toMatchObject({ min: 0, max: 4, mean: 2 });
    expect(numbers.quantiles['0.5']).toBe(2);
    expect(top).toHaveLength(5);
    const filters = [{ field: 'label', op: 'gt', value: 15 }];
    expect((await values({ field: 'features.steps', filters })).rows).toBe(
      ROWS.filter((r) => (r.label ?? 0) > 15).length,
    );
    expect((await values({ field: 'label' })).missing).toBe(160);
    expect((await values({ field: 'features.steps', from: 0, to: 1 })).numbers).toBeNull();
  });
});

async function refused(question: string, body: object, says: RegExp): Promise<void> {
  const answer = await client.post(`/v1/models/${M}/${question}`, body);
  expect([answer.status, answer.body.code], answer.text).toEqual([400, 'invalid_request']);
  expect(answer.text).toMatch(says);
}

describe('what cannot be answered', () => {
  it('is refused with what to do instead', async () => {
    await refused('values', { ...RANGE, field: 'features.citty' }, /Did you mean 'features.city'/);
    await refused('explore', { ...RANGE, by: [{ field: 'features.platform' }] }, /Did you mean 'tags.platform'/);
    const filters = [{ field: 'features.nobody_knows_it', op: 'eq', value: 1 }];
    await refused('explore', { ...RANGE, filters }, /no field 'features.nobody_knows_it'/);
    await refused('explore', { ...RANGE, metric: 'roc_auc' }, /regression/);
    await refused('explore', { ...RANGE, by: [{ field: 'version' }, { field: 'version' }] }, /two different/);
    await refused('explore', { ...RANGE, by: ['a', 'b', 'c'].map((f) => ({ field: `features.${f}` })) }, /by/);
    await refused('explore', { ...RANGE, by: [{ field: 'features.amount', bins: { count: 51 } }] }, /count/);
    await refused('explore', { ...RANGE, limit: 51 }, /limit/);
    await refused('values', { ...RANGE, field: 'features.city', limit: 1000 }, /limit/);
    await refused('values', { ...RANGE, field: 'city' }, /a field is/);
    await refused('fields', { cursor: 'nothing' }, /cursor/);
  });

  it('in another project is not there', async () => {
    for (const [question, body] of [
      ['fields', {}],
      ['values', { ...RANGE, field: 'version' }],
      ['explore', RANGE],
    ] as const)
      expect((await stranger.post(`/v1/models/${M}/${question}`, body)).status).toBe(404);
    await stranger.ok(stranger.put(`/v1/models/${M}`, { task: 'regression' }));
    expect((await stranger.ask(M, 'values', { ...RANGE, field: 'version' })).rows).toBe(0);
    expect((await stranger.ask(M, 'explore', { ...RANGE, by: [{ field: 'version' }] })).overall.predictions).toBe(0);
    expect((await stranger.ask(M, 'fields', { search: 'features.' })).items).toEqual([]);
  });
});

describe('saved views', () => {
  it('are kept by project, in pages, and deleted', async () => {
    const path = `/models/${M}/slices?by=features.city&filters=%5B%5D`;
    const saved = viewView.parse(await client.ok(client.post('/v1/views', { name: 'By city', path })));
    expect(saved).toMatchObject({ name: 'By city', path });
    const again = await client.post('/v1/views', { name: 'By city', path: '/models' });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    await client.ok(client.post('/v1/views', { name: 'Incidents', path: '/incidents' }));
    const first = await client.ok(client.get('/v1/views?limit=1'));
    expect(first.items.map((v: Json) => v.name)).toEqual(['Incidents']);
    const second = await client.ok(client.get(`/v1/views?limit=1&cursor=${first.next_cursor}`));
    expect([second.items.map((v: Json) => v.name), second.next_cursor]).toEqual([['By city'], null]);
    expect((await stranger.ok(stranger.get('/v1/views'))).items).toEqual([]);
    expect((await stranger.delete(`/v1/views/${saved.id}`)).status).toBe(404);
    expect((await client.delete(`/v1/views/${saved.id}`)).status).toBe(204);
    expect((await client.delete(`/v1/views/${saved.id}`)).status).toBe(404);
  });

  it('lead nowhere else, and need the right to write', async () => {
    for (const path of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/a b',
      '',
      'models',
    ])
      expect((await client.post('/v1/views', { name: 'x', path })).status, path).toBe(400);
    expect((await client.post('/v1/views', { name: '  ', path: '/' })).status).toBe(400);
    const { key } = await client.ok(client.post('/v1/keys', { name: 'reader', scopes: ['read'] }));
    const reader = server.client(key);
    expect((await reader.get('/v1/views')).status).toBe(200);
    expect((await reader.post('/v1/views', { name: 'x', path: '/' })).status).toBe(403);
  });
});

describe('drift of a slice', () => {
  it('is held against the same slice of the reference when that is asked for', async () => {
    const rows = (n: number, shift: number) =>
      Array.from({ length: n }, (_, i) => ({
        model: 'sliced',
        prediction_id: `s${shift}-${i}`,
        ts: START + i * 1000,
        // What is one amount to some is another to others.
        features: { amount: (i % 100) + (i % 4 ? 0 : 500) },
        tags: { platform: i % 4 ? 'web' : 'ios' },
        prediction: { score: (i % 10) / 10 },
      }));
    const upload = rows(2000, 1).map((r) => JSON.stringify(r));
    await client.predictions(rows(800, 2));
    const type = 'application/x-ndjson';
    await client.ok(client.request('POST', '/v1/models/sliced/references', upload.join('\n'), { type }));
    const filters = [{ field: 'tags.platform', op: 'eq', value: 'ios' }];
    const asked = (body: object) =>
      client.ask('sliced', 'drift', { ...RANGE, granularity: 'all', features: ['amount'], filters, ...body });
    const [whole, same] = [await asked({}), await asked({ same_slice: true })];
    expect([whole.reference.rows, same.reference.rows]).toEqual([2000, 500]);
    const psi = (answer: Json) => answer.windows[0].features.amount.measures.psi;
    expect(psi(whole).drifted).toBe(true);
    expect(psi(same)).toMatchObject({ drifted: false, value: 0 });
    const profile = await client.ask('sliced', 'profile', {
      ...RANGE,
      features: ['amount'],
      filters,
      same_slice: true,
    });
    expect(profile.features.amount.reference.n).toBe(500);
    expect(profile.features.amount.current.n).toBe(200);
    const nobody = [{ field: 'tags.platform', op: 'eq', value: 'tv' }];
    const answer = await client.post('/v1/models/sliced/drift', { ...RANGE, filters: nobody, same_slice: true });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain('0 rows of this slice');
  });
});
