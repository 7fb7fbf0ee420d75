import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { Server } from './server.js';

/** Experts label rows: each row is before one of them at a time, and what they say becomes an outcome like any other. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start({ PLUMBLINE_TEXT_MAX: String(TEXT_MAX) });
  client = server.client();
  await client.put('/v1/models/m', { task: 'binary', positive_class: '1' });
  await client.predictions(
    ROWS.map((r) => ({
      model: 'm',
      prediction_id: r.id,
      ts: r.ts,
      version: 'v1',
      features: { kind: r.kind, x: r.x },
      prediction: { score: r.score },
    })),
  );
  const labelled = ROWS.filter((r) => r.label !== null);
  await client.outcomes(labelled.map((r) => ({ model: 'm', prediction_id: r.id, label: r.label, ts: r.ts + HOUR })));
  await client.joined('m', labelled.length);
});
afterAll(() => server?.dispose());

const HOUR = 3_600_000;
const TEXT_MAX = 16;
const START = Date.parse('2026-02-02T00:00:00Z');
const RANGE = { from: START, to: START + 10 * 24 * HOUR };
/** Half of the rows have no label; kind `rare` is one in fifty. */
const ROWS = Array.from({ length: 400 }, (_, i) => ({
  id: `r${String(i).padStart(3, '0')}`,
  ts: START + i * (HOUR / 4),
  kind: i % 50 === 7 ? 'rare' : i % 2 === 0 ? 'a' : 'b',
  x: (i * 13) % 97,
  score: ((i * 37) % 100) / 100,
  label: i % 2 === 0 ? Number((i * 37) % 100 > 30) : null,
}));
const byId = new Map(ROWS.map((r) => [r.id, r]));

const made = async (body: object): Promise<Json> => {
  const answer = await client.post('/v1/models/m/reviews', { ...RANGE, size: 10, ...body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const itemsOf = async (id: string, query = ''): Promise<Json[]> =>
  (await client.ok(client.get(`/v1/reviews/${id}/items?limit=1000${query}`))).items;
const claim = (id: string, claimant: string, size = 1): Promise<Json> =>
  client.ok(client.post(`/v1/reviews/${id}/claim`, { size, claimant }));
const act = (id: string, n: number, what: string, body: object = {}) =>
  client.post(`/v1/reviews/${id}/items/${n}/${what}`, body);
const counted = async (): Promise<{ labelled: number; accuracy: number }> => {
  const { windows } = await client.ask('m', 'performance', {
    ...RANGE,
    granularity: 'all',
    metrics: ['accuracy'],
    min_labels: 0,
  });
  return { labelled: windows[0].labelled, accuracy: windows[0].metrics.accuracy.value };
};

describe('a sample', () => {
  it('at random is of the slice, each row once, and the same for the same seed', async () => {
    const filters = [{ field: 'features.kind', op: 'eq', value: 'a' }];
    const known_at = Date.now();
    const [one, two, other] = await Promise.all(
      [1, 1, 2].map((seed) => made({ filters, seed, size: 30, known_at, sample: 'random' })),
    );
    expect(one).toMatchObject({
      state: 'open',
      size: 30,
      pending: 30,
      rows: ROWS.filter((r) => r.kind === 'a').length,
    });
    const ids = await Promise.all(
      [one, two, other].map(async (r) => (await itemsOf(r.id)).map((i) => i.prediction_id)),
    );
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).not.toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(30);
    expect(ids[0]!.every((id) => byId.get(id)!.kind === 'a')).toBe(true);
  });

  it('of the uncertain is nearest to the decision; of the suspicious errs most', async () => {
    const near = await itemsOf((await made({ sample: 'uncertain', size: 20 })).id);
    const margin = (r: { score: number }) => Math.abs(r.score - 0.5);
    const bound = ROWS.map(margin).sort((a, b) => a - b)[19]!;
    for (const item of near) expect(margin(byId.get(item.prediction_id)!)).toBeLessThanOrEqual(bound + 1e-12);
    const wrong = await itemsOf((await made({ sample: 'disagreeing', size: 20 })).id);
    const doubt = (r: (typeof ROWS)[number]) =>
      r.label === null ? (r.score >= 0.5 ? 1 - r.score : r.score) : Math.abs(r.label - r.score);
    const least = ROWS.map(doubt).sort((a, b) => b - a)[19]!;
    for (const item of wrong) expect(doubt(byId.get(item.prediction_id)!)).toBeGreaterThanOrEqual(least - 1e-9);
  });

  it('of the diverse has the rare kind too', async () => {
    const items = await itemsOf((await made({ sample: 'diverse', size: 6 })).id);
    expect(new Set(items.map((i) => byId.get(i.prediction_id)!.kind))).toEqual(new Set(['a', 'b', 'rare']));
  });

  it('stays as it is: items show their rows, in pages', async () => {
    const review = await made({ size: 5 });
    const first = await client.ok(client.get(`/v1/reviews/${review.id}/items?limit=2`));
    const rest = await client.ok(client.get(`/v1/reviews/${review.id}/items?limit=9&cursor=${first.next_cursor}`));
    const items = [...first.items, ...rest.items];
    expect(items.map((i) => i.n)).toEqual([1, 2, 3, 4, 5]);
    for (const item of items) {
      const row = byId.get(item.prediction_id)!;
      expect(item.row.features).toEqual({ kind: row.kind, x: row.x });
      expect(item.answer).toEqual({ class: row.score >= 0.5 ? '1' : '0', score: row.score, value: null });
      expect(item.label_before).toBe(row.label === null ? null : String(row.label));
    }
  });

  it.each([
    [{ filters: [{ field: 'features.kind', op: 'eq', value: 'never' }] }, 'No row fits'],
    [{ size: 1001 }, 'size'],
    [{ size: 0 }, 'size'],
    [{ sample: 'best' }, 'sample'],
    [{ to: START }, 'to'],
  ])('that cannot be, %j, is a 400 that says so', async (body, said) => {
    const answer = await client.post('/v1/models/m/reviews', { ...RANGE, ...body });
    expect([answer.status, answer.text.includes(said)]).toEqual([400, true]);
  });

  it('of the uncertain is not there where nothing is decided, and another sample is the way out', async () => {
    await client.put('/v1/models/values', { task: 'regression' });
    await client.predictions([{ model: 'values', prediction_id: 'v', ts: START, prediction: { value: 1 } }]);
    const answer = await client.post('/v1/models/values/reviews', { ...RANGE, sample: 'uncertain' });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain('Use another sample');
  });

  it('leaves out rows with U+0000, which a review cannot keep', async () => {
    const odd = { model: 'odd', version: 'v1', ts: START, prediction: { class: 'a' } };
    await client.put('/v1/models/odd', { task: 'multiclass' });
    await client.predictions([
      { ...odd, prediction_id: 'plain' },
      { ...odd, prediction_id: 'a\0b' },
      { ...odd, prediction_id: 'version', version: 'v\0' },
      { ...odd, prediction_id: 'class', prediction: { class: 'a\0' } },
    ]);
    for (const sample of ['random', 'diverse']) {
      const review = await client.ok(client.post('/v1/models/odd/reviews', { ...RANGE, sample }));
      expect((await itemsOf(review.id)).map((i) => i.prediction_id)).toEqual(['plain']);
    }
  });
});

describe('two reviewers', () => {
  it('never have the same row before them', async () => {
    const { id } = await made({ size: 12, seed: 9 });
    const taken = await Promise.all(Array.from({ length: 4 }, (_, i) => claim(id, `window-${i}`, 3)));
    const numbers = taken.flatMap((t) => t.items.map((i: Json) => i.n));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect((await claim(id, 'late')).items).toEqual([]);
    // What one has they get again, and another may not decide it.
    const [mine] = taken[0]!.items;
    expect((await claim(id, 'window-0', 3)).items.map((i: Json) => i.n)).toEqual(taken[0]!.items.map((i: Json) => i.n));
    expect((await act(id, mine.n, 'label', { label: 1, claimant: 'window-1' })).status).toBe(409);
    expect((await act(id, mine.n, 'label', { label: 1, claimant: 'window-0' })).status).toBe(200);
    expect((await act(id, mine.n, 'label', { label: 0, claimant: 'window-0' })).status).toBe(409);
    expect((await act(id, mine.n, 'undo', { claimant: 'window-0' })).status).toBe(200);
    expect((await act(id, 999, 'skip')).status).toBe(404);
    expect((await act(id, taken[1]!.items[0].n, 'undo')).status).toBe(409);
  });
});

describe('labels', () => {
  it('become outcomes with their source, change what is measured, and are taken out again by undo', async () => {
    const filters = [{ field: 'label', op: 'is_null' }];
    const review = await made({ size: 3, filters, seed: 5, name: 'no outcome yet' });
    const before = await counted();
    const { items } = await claim(review.id, 'me', 3);
    const [first, second, third] = items;
    for (const item of [first, second])
      expect(
        (await act(review.id, item.n, 'label', { label: item.answer.class, note: 'seen', claimant: 'me' })).status,
      ).toBe(200);
    expect((await act(review.id, third.n, 'skip', { claimant: 'me' })).body).toMatchObject({ state: 'skipped' });
    await eventually(async () => (await counted()).labelled === before.labelled + 2, {
      withinMs: 60_000,
      what: 'the labels to count',
    });
    expect((await counted()).accuracy).toBeGreaterThan(before.accuracy);
    const { outcomes } = await client.ok(client.get(`/v1/models/m/predictions/${first.prediction_id}`));
    expect(outcomes).toMatchObject([{ label: first.answer.class, source: 'review', wins: true }]);
    const rows = await client.ask('m', 'events/search', { ...RANGE, limit: 1000 });
    expect(
      rows.items
        .filter((r: Json) => r.label_source === 'review')
        .map((r: Json) => r.prediction_id)
        .sort(),
    ).toEqual([first.prediction_id, second.prediction_id].sort());
    expect((await client.ok(client.get(`/v1/reviews/${review.id}`))).result).toMatchObject({
      labelled: 2,
      relabelled: 0,
    });

    const undone = await act(review.id, first.n, 'undo', { claimant: 'me' });
    expect(undone.body).toMatchObject({ state: 'pending', label: null });
    await eventually(async () => (await counted()).labelled === before.labelled + 1, {
      withinMs: 60_000,
      what: 'the label to be gone',
    });
    expect((await client.ok(client.get(`/v1/models/m/predictions/${first.prediction_id}`))).outcomes).toEqual([]);
    const windows = await client.ask('m', 'performance', {
      ...RANGE,
      granularity: '1d',
      metrics: ['accuracy'],
      min_labels: 0,
    });
    expect(windows.windows.reduce((n: number, w: Json) => n + w.labelled, 0)).toBe(before.labelled + 1);
    // It can be labelled anew, otherwise.
    const other = first.answer.class === '1' ? '0' : '1';
    expect((await act(review.id, first.n, 'label', { label: other, claimant: 'me' })).status).toBe(200);
    await eventually(async () => (await counted()).labelled === before.labelled + 2, {
      withinMs: 60_000,
      what: 'the new label to count',
    });
    expect((await client.ok(client.get(`/v1/models/m/predictions/${first.prediction_id}`))).label).toBe(other);
  });

  it('that could not become outcomes are refused with what to do, and the row still waits for one', async () => {
    const label = 'x'.repeat(TEXT_MAX + 1);
    await client.put('/v1/models/long', { task: 'multiclass', classes: ['short', label] });
    await client.predictions([{ model: 'long', prediction_id: 'l', ts: START, prediction: { class: 'short' } }]);
    const review = await client.ok(client.post('/v1/models/long/reviews', RANGE));
    const { items } = await claim(review.id, 'me');
    const refused = await act(review.id, items[0].n, 'label', { label, claimant: 'me' });
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      `label has at most ${TEXT_MAX} characters. Give a shorter one, or raise PLUMBLINE_TEXT_MAX on the server.`,
    ]);
    expect((await itemsOf(review.id))[0]).toMatchObject({ state: 'pending', label: null, reason: null });
    expect((await act(review.id, items[0].n, 'skip', { claimant: 'me' })).status).toBe(200);
  });

  it.each([
    ['declared', 'declared', { task: 'binary', positive_class: 'yes', classes: ['no', 'yes'] }],
    ['declared without a positive one', 'plain', { task: 'binary', classes: ['no', 'yes'] }],
    ['learnt from predictions', 'learnt', { task: 'multiclass' }],
  ])('that are none of the classes, %s, are refused with those there are', async (_, model, declared) => {
    await client.put(`/v1/models/${model}`, declared);
    await client.predictions(
      ['yes', 'no'].map((said) => ({ model, prediction_id: said, ts: START, prediction: { class: said } })),
    );
    const review = await eventually(
      async () => {
        const view = await client.ok(client.post(`/v1/models/${model}/reviews`, RANGE));
        return view.classes.length === 2 ? view : null;
      },
      { withinMs: 30_000, what: 'a review that knows the classes' },
    );
    expect(review.classes).toEqual(['no', 'yes']);
    for (const label of ['Yes', 'maybe', 5, true]) {
      const refused = await act(review.id, 1, 'label', { label });
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
      expect(refused.body.detail).toBe(`'${label}' is no class of ${model}. Choose from no, yes.`);
    }
    expect((await act(review.id, 1, 'label', { label: 'yes', note: 'a\0b' })).status).toBe(400);
    expect((await client.ok(client.get(`/v1/reviews/${review.id}`))).pending).toBe(2);
    expect((await act(review.id, 1, 'label', { label: 'yes' })).body).toMatchObject({ label: 'yes' });
  });

  it('that are undone at once never become outcomes', async () => {
    const review = await made({ size: 1, filters: [{ field: 'label', op: 'is_null' }], seed: 77 });
    const before = await counted();
    const { items } = await claim(review.id, 'me');
    await act(review.id, items[0].n, 'label', { label: 1, claimant: 'me' });
    await act(review.id, items[0].n, 'undo', { claimant: 'me' });
    await act(review.id, items[0].n, 'skip', { claimant: 'me' });
    // What comes after it has arrived, so it would have too.
    const marker = await made({ size: 1, filters: [{ field: 'label', op: 'is_null' }], seed: 78 });
    const next = (await claim(marker.id, 'me')).items[0];
    await act(marker.id, next.n, 'label', { label: 1, claimant: 'me' });
    await eventually(async () => (await counted()).labelled > before.labelled, {
      withinMs: 60_000,
      what: 'the later label',
    });
    expect((await counted()).labelled).toBe(before.labelled + 1);
    expect((await client.ok(client.get(`/v1/models/m/predictions/${items[0].prediction_id}`))).outcomes).toEqual([]);
  });

  it('of an expert win over the outcome that was there, because they are later', async () => {
    const filters = [{ field: 'label', op: 'not_null' }];
    const review = await made({ size: 1, filters, seed: 3 });
    const { items } = await claim(review.id, 'me');
    const other = items[0].label_before === '1' ? '0' : '1';
    await act(review.id, items[0].n, 'label', { label: other, claimant: 'me' });
    const said = await eventually(
      async () => {
        const prediction = await client.ok(client.get(`/v1/models/m/predictions/${items[0].prediction_id}`));
        return prediction.label === other ? prediction : null;
      },
      { withinMs: 60_000, what: 'the label to win' },
    );
    expect(said.outcomes.map((o: Json) => [o.source, o.wins])).toEqual([
      ['api', false],
      ['review', true],
    ]);
    const closed = await client.ok(client.post(`/v1/reviews/${review.id}/close`));
    expect(closed).toMatchObject({ state: 'closed', labelled: 1, result: { relabelled: 1, agree: 0 } });
    expect((await act(review.id, items[0].n, 'undo', { claimant: 'me' })).status).toBe(409);
    const exported = await client.ok(
      client.post('/v1/models/m/exports', {
        ...RANGE,
        format: 'ndjson',
        columns: ['prediction_id', 'label', 'label_source'],
        filters: [{ field: 'prediction_id', op: 'eq', value: items[0].prediction_id }],
      }),
    );
    const view = await eventually(
      async () => {
        const e = await client.ok(client.get(`/v1/exports/${exported.export}`));
        return e.state === 'done' ? e : null;
      },
      { withinMs: 90_000, what: 'the export' },
    );
    expect((await client.get(view.download)).body).toEqual({
      prediction_id: items[0].prediction_id,
      label: Number(other),
      label_source: 'review',
    });
  });
});

describe('a review', () => {
  it('is of its project alone, and needs a key that may write', async () => {
    const review = await made({ size: 2 });
    const { key } = await client.ok(client.post('/v1/projects', { name: 'elsewhere' }));
    const other = server.client(key);
    for (const path of ['', '/items']) expect((await other.get(`/v1/reviews/${review.id}${path}`)).status).toBe(404);
    for (const path of ['/claim', '/close', '/items/1/label', '/items/1/skip', '/items/1/undo'])
      expect((await other.post(`/v1/reviews/${review.id}${path}`, { label: 1 })).status, path).toBe(404);
    expect((await other.ok(other.get('/v1/reviews'))).items).toEqual([]);
    const reader = server.client((await client.ok(client.post('/v1/keys', { name: 'reader', scopes: ['read'] }))).key);
    expect((await reader.get(`/v1/reviews/${review.id}`)).status).toBe(200);
    expect((await reader.post(`/v1/reviews/${review.id}/claim`)).status).toBe(403);
    expect((await reader.post('/v1/models/m/reviews', RANGE)).status).toBe(403);
  });

  it('goes with its model', async () => {
    const review = await made({ size: 2 });
    expect((await client.delete('/v1/models/m')).status).toBe(204);
    expect((await client.get(`/v1/reviews/${review.id}`)).status).toBe(404);
    expect((await client.ok(client.get('/v1/reviews?model=m'))).items).toEqual([]);
  });
});
