import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { eventually } from './eventually.js';
import { expectNoNaN } from './golden.js';
import { expectSame } from './same.js';
import { Server } from './server.js';

/** What may be asked, and that the answers are those of a few lines of JavaScript over the same rows. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Thursday. */
const START = Date.parse('2026-01-01T00:00:00Z');
const ALL = { from: START - DAY, to: START + 60 * DAY, granularity: 'all', min_labels: 0 };

type Row = {
  id: string;
  ts: number;
  version: string;
  features: Record<string, number | string | boolean | null>;
  tags: Record<string, string>;
  score: number;
  class: string;
  latency: number;
  label: string | null;
};
/** Every half hour one row; days 2 and 4 are without any. */
const ROWS: Row[] = Array.from({ length: 480 }, (_, i) => {
  const score = (i % 10) / 10 + 0.05;
  return {
    id: `r${String(i).padStart(4, '0')}`,
    ts: START + i * (HOUR / 2),
    version: i % 3 === 0 ? 'v2' : 'v1',
    features: {
      i,
      ratio: i / 8,
      ...(i % 5 === 0 ? {} : { country: ['BR', 'DE', 'null', ''][i % 4]! }),
      flag: i % 2 === 0,
      ...(i % 7 === 0 ? { gone: null } : { gone: 1 }),
      ...(i % 11 === 0 ? { mixed: 'x' } : { mixed: i % 4 }),
    },
    tags: i % 6 === 0 ? ({} as Row['tags']) : { platform: i % 4 === 1 ? 'ios' : 'android' },
    score,
    class: score >= 0.5 ? '1' : '0',
    latency: i % 50,
    label: i % 4 === 3 ? null : String(Number((i * 7) % 10 < 4)),
  };
}).filter((r) => ![2, 4].includes(Math.floor((r.ts - START) / DAY)));

const M = 'asked';
const send = async (rows: readonly Row[], model: string) => {
  await client.predictions(
    rows.map((r) => ({
      model,
      prediction_id: r.id,
      ts: r.ts,
      version: r.version,
      features: r.features,
      tags: r.tags,
      prediction: { score: r.score },
      latency_ms: r.latency,
    })),
  );
  const outcomes = rows.filter((r) => r.label !== null);
  await client.outcomes(
    outcomes.map((r) => ({ model, prediction_id: r.id, label: Number(r.label), ts: r.ts + 3 * HOUR })),
  );
  await client.joined(model, outcomes.length);
};
const ask = (body: object, model = M): Promise<Json[]> =>
  client.ask(model, 'performance', { ...ALL, ...body }).then((a) => a.windows);
/** Counts of a selection, by hand. */
const byHand = (rows: readonly Row[]) => {
  const known = rows.filter((r) => r.label !== null);
  const n = (label: string, cls: string) => known.filter((r) => r.label === label && r.class === cls).length;
  return {
    predictions: rows.length,
    labelled: known.length,
    tp: n('1', '1'),
    fp: n('0', '1'),
    tn: n('0', '0'),
    fn: n('1', '0'),
  };
};
const counts = (w: Json) => ({
  predictions: w.predictions,
  labelled: w.labelled,
  ...Object.fromEntries(['tp', 'fp', 'tn', 'fn'].map((m) => [m, w.metrics[m].value ?? 0])),
});
const problem = async (path: string, body: unknown, status: number, code: string) => {
  const answer = await client.post(path, body);
  expect([answer.status, answer.body?.code], answer.text).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  });
  return answer.body;
};
const asks = (path: string) => `/v1/models/${M}/${path}`;

describe('which rows', () => {
  beforeAll(async () => {
    await client.ok(client.put(`/v1/models/${M}`, { task: 'binary', positive_class: 1, classes: [0, 1] }));
    await send(ROWS, M);
  });

  const f = (r: Row, name: string) => (r.features[name] === undefined ? null : r.features[name]);
  const country = (r: Row) => f(r, 'country') as string | null;
  const cases: [object | object[], (r: Row) => boolean][] = [
    [{ field: 'features.country', op: 'eq', value: 'BR' }, (r) => country(r) === 'BR'],
    [{ field: 'features.country', op: 'ne', value: 'BR' }, (r) => country(r) !== 'BR'],
    [{ field: 'features.country', op: 'eq', value: '' }, (r) => country(r) === ''],
    [{ field: 'features.country', op: 'eq', value: 'null' }, (r) => country(r) === 'null'],
    [{ field: 'features.country', op: 'is_null' }, (r) => country(r) === null],
    [{ field: 'features.country', op: 'not_null' }, (r) => country(r) !== null],
    [{ field: 'features.country', op: 'in', value: ['BR', 'DE'] }, (r) => ['BR', 'DE'].includes(country(r)!)],
    [{ field: 'features.country', op: 'in', value: ['BR', null] }, (r) => ['BR', null].includes(country(r))],
    [{ field: 'features.country', op: 'not_in', value: ['BR', 'DE'] }, (r) => !['BR', 'DE'].includes(country(r)!)],
    [{ field: 'features.country', op: 'not_in', value: [null] }, (r) => country(r) !== null],
    [{ field: 'features.country', op: 'in', value: [] }, () => false],
    [{ field: 'features.country', op: 'not_in', value: [] }, () => true],
    [{ field: 'features.country', op: 'gt', value: 0 }, () => false],
    [{ field: 'features.i', op: 'eq', value: 7 }, (r) => f(r, 'i') === 7],
    [{ field: 'features.i', op: 'eq', value: '7' }, (r) => f(r, 'i') === 7],
    [{ field: 'features.i', op: 'gt', value: 100 }, (r) => Number(f(r, 'i')) > 100],
    [{ field: 'features.i', op: 'gte', value: 100 }, (r) => Number(f(r, 'i')) >= 100],
    [{ field: 'features.i', op: 'lt', value: 100 }, (r) => Number(f(r, 'i')) < 100],
    [{ field: 'features.i', op: 'lte', value: '100' }, (r) => Number(f(r, 'i')) <= 100],
    [{ field: 'features.ratio', op: 'eq', value: 0.375 }, (r) => f(r, 'ratio') === 0.375],
    [
      { field: 'features.ratio', op: 'in', value: [0.125, 5, '10.5'] },
      (r) => [0.125, 5, 10.5].includes(f(r, 'ratio') as number),
    ],
    [{ field: 'features.flag', op: 'eq', value: true }, (r) => f(r, 'flag') === true],
    [{ field: 'features.flag', op: 'eq', value: 'false' }, (r) => f(r, 'flag') === false],
    [{ field: 'features.gone', op: 'is_null' }, (r) => f(r, 'gone') === null],
    [{ field: 'features.gone', op: 'ne', value: 1 }, (r) => f(r, 'gone') !== 1],
    [{ field: 'features.mixed', op: 'eq', value: 'x' }, (r) => f(r, 'mixed') === 'x'],
    [{ field: 'features.mixed', op: 'lt', value: 2 }, (r) => f(r, 'mixed') !== 'x' && Number(f(r, 'mixed')) < 2],
    [{ field: 'features.never', op: 'is_null' }, () => true],
    [{ field: 'tags.platform', op: 'eq', value: 'ios' }, (r) => r.tags.platform === 'ios'],
    [{ field: 'tags.platform', op: 'ne', value: 'ios' }, (r) => r.tags.platform !== 'ios'],
    [{ field: 'tags.platform', op: 'is_null' }, (r) => r.tags.platform === undefined],
    [{ field: 'version', op: 'eq', value: 'v2' }, (r) => r.version === 'v2'],
    [{ field: 'version', op: 'in', value: ['v3', 'v1'] }, (r) => r.version === 'v1'],
    [{ field: 'prediction.class', op: 'eq', value: 1 }, (r) => r.class === '1'],
    [{ field: 'prediction.score', op: 'gte', value: 0.65 }, (r) => r.score >= 0.65],
    [{ field: 'prediction.value', op: 'is_null' }, () => true],
    [{ field: 'label', op: 'eq', value: 1 }, (r) => r.label === '1'],
    [{ field: 'label', op: 'is_null' }, (r) => r.label === null],
    [{ field: 'label', op: 'ne', value: 1 }, (r) => r.label !== '1'],
    [{ field: 'latency_ms', op: 'lt', value: 10 }, (r) => r.latency < 10],
    [{ field: 'prediction_id', op: 'eq', value: 'r0003' }, (r) => r.id === 'r0003'],
    [
      [
        { field: 'features.i', op: 'gte', value: 50 },
        { field: 'tags.platform', op: 'eq', value: 'android' },
        { field: 'label', op: 'not_null' },
      ],
      (r) => Number(f(r, 'i')) >= 50 && r.tags.platform === 'android' && r.label !== null,
    ],
  ];
  it.each(cases.map(([filters, keep]) => [JSON.stringify(filters), filters, keep] as const))(
    '%s',
    async (_, filters, keep) => {
      const list = [filters].flat();
      const want = byHand(ROWS.filter(keep));
      const windows = await ask({ filters: list, metrics: ['tp', 'fp', 'tn', 'fn'] });
      expect(windows.map(counts)).toEqual(want.predictions > 0 ? [want] : []);
      const { items } = await client.ask(M, 'events/search', {
        from: ALL.from,
        to: ALL.to,
        filters: list,
        limit: 1000,
      });
      expect(items.map((r: Json) => r.prediction_id).sort()).toEqual(ROWS.filter(keep).map((r) => r.id));
    },
  );

  it('numbers are found by their value, however they are written', async () => {
    const values = [
      1e21,
      1e-7,
      0.1 + 0.2,
      123_456_789.125,
      1.5e300,
      1e20,
      2 ** 53,
      -0.5,
      5e-324,
      1e16,
      12345678901234567000,
    ];
    await client.predictions(
      values.map((x, i) => ({
        model: 'numbers',
        prediction_id: `n${i}`,
        ts: START,
        features: { x },
        prediction: { value: 1 },
      })),
    );
    for (const [i, value] of values.entries()) {
      for (const filter of [
        { op: 'eq', value },
        { op: 'in', value: [value, 'y'] },
      ]) {
        const { items } = await client.ask('numbers', 'events/search', {
          from: ALL.from,
          to: ALL.to,
          filters: [{ field: 'features.x', ...filter }],
        });
        expect(
          items.map((r: Json) => [r.prediction_id, r.features.x]),
          `${value}`,
        ).toEqual([[`n${i}`, value]]);
      }
    }
  });

  it('a range holds its start and not its end, to the millisecond', async () => {
    const [from, to] = [ROWS[10]!.ts, ROWS[20]!.ts];
    const n = async (a: number, b: number) => (await ask({ from: a, to: b }))[0]?.predictions ?? 0;
    expect([await n(from, to), await n(from + 1, to), await n(from, to + 1), await n(from, from + 1)]).toEqual([
      10, 9, 11, 1,
    ]);
    const [window] = await ask({ from: from + 7, to: to + 13 });
    expect([window.start, window.end]).toEqual([new Date(from + 7).toISOString(), new Date(to + 13).toISOString()]);
  });

  it('takes any form of a time', async () => {
    const [a] = await ask({ from: '2026-01-06T02:00:00+02:00', to: '2026-01-07' });
    const [b] = await ask({ from: Date.parse('2026-01-06T00:00:00Z'), to: '2026-01-07T00:00:00.000Z' });
    expect(a).toEqual(b);
    expect(a.predictions).toBe(48);
  });

  it('version narrows as a filter does', async () => {
    const [named] = await ask({ version: 'v2' });
    const [filtered] = await ask({ filters: [{ field: 'version', op: 'eq', value: 'v2' }] });
    expectSame(named, filtered);
    expect(named.predictions).toBe(ROWS.filter((r) => r.version === 'v2').length);
    expect(await ask({ version: 'nobody' })).toEqual([]);
  });
});

describe('windows and groups', () => {
  const group = (rows: readonly Row[], key: (r: Row) => string) => {
    const out = new Map<string, Row[]>();
    for (const r of rows) out.set(key(r), [...(out.get(key(r)) ?? []), r]);
    return out;
  };

  it.each([
    ['1h', HOUR, 0],
    ['1d', DAY, 0],
    ['7d', 7 * DAY, 4 * DAY],
  ] as const)('%s windows ascend, are aligned, and empty ones are left out', async (granularity, step, shift) => {
    const start = (r: Row) => Math.floor((r.ts - shift) / step) * step + shift;
    const want = group(ROWS, (r) => new Date(start(r)).toISOString());
    const windows = await ask({ granularity });
    expect(windows.map((w) => [w.start, w.predictions, w.labelled])).toEqual(
      [...want].sort().map(([s, rows]) => [s, rows.length, rows.filter((r) => r.label !== null).length]),
    );
    for (const w of windows) expect(Date.parse(w.end) - Date.parse(w.start)).toBe(step);
    if (granularity === '7d') for (const w of windows) expect(new Date(w.start).getUTCDay()).toBe(1);
  });

  it('groups keep the fields as asked, and null is null', async () => {
    const windows = await ask({ group_by: ['tags.platform', 'features.flag'], metrics: ['tp', 'fp', 'tn', 'fn'] });
    const want = group(ROWS, (r) =>
      JSON.stringify({ 'tags.platform': r.tags.platform ?? null, 'features.flag': String(r.features.flag) }),
    );
    expect(new Map(windows.map((w) => [JSON.stringify(w.group), counts(w)]))).toEqual(
      new Map([...want].map(([key, rows]) => [key, byHand(rows)])),
    );
    const countries = await ask({ group_by: ['features.country'] });
    expect(countries.map((w) => w.group['features.country']).sort()).toEqual(['', 'BR', 'DE', 'null', null].sort());
    const days = await ask({ group_by: ['version'], granularity: '1d' });
    expect(days.length).toBe(2 * new Set(ROWS.map((r) => Math.floor(r.ts / DAY))).size);
    for (const field of ['label', 'prediction.class', 'latency_ms', 'prediction.score'])
      expect(
        (await ask({ group_by: [field] })).reduce((n, w) => n + w.predictions, 0),
        field,
      ).toBe(ROWS.length);
  });

  it('too few labels make a metric null, not the counts', async () => {
    const range = { from: START, to: START + 10 * HOUR };
    const [few] = await client.ask(M, 'performance', { ...range, granularity: 'all' }).then((a) => a.windows);
    expect(few).toMatchObject({ predictions: 20, labelled: 15, coverage: 0.75 });
    for (const [name, m] of Object.entries<Json>(few.metrics))
      if (!['count', 'latency_p50', 'latency_p95'].includes(name))
        expect(m, name).toEqual({ value: null, low: null, high: null, kind: 'realized' });
    expect(few.metrics.count.value).toBe(20);
    const [enough] = await ask({ ...range, min_labels: 15 });
    expect(enough.metrics.accuracy.value).toBeGreaterThan(0);
    expect((await ask({ ...range, min_labels: 16 }))[0].metrics.accuracy.value).toBeNull();
  });

  it('as_of leaves out what was not known', async () => {
    const as_of = ROWS[100]!.ts + 1;
    const [window] = await ask({ as_of });
    expect([window.predictions, window.labelled]).toEqual([
      ROWS.filter((r) => r.ts <= as_of).length,
      ROWS.filter((r) => r.label !== null && r.ts + 3 * HOUR <= as_of).length,
    ]);
  });

  it('latency quantiles are those of all predictions', async () => {
    const [w] = await ask({ metrics: ['latency_p50', 'latency_p95', 'count'] });
    const sorted = ROWS.map((r) => r.latency).sort((a, b) => a - b);
    const at = (q: number) => {
      const h = (sorted.length - 1) * q;
      return sorted[Math.floor(h)]! + (h % 1) * (sorted[Math.ceil(h)]! - sorted[Math.floor(h)]!);
    };
    expect(w.metrics.latency_p50.value).toBeCloseTo(at(0.5), 9);
    expect(w.metrics.latency_p95.value).toBeCloseTo(at(0.95), 9);
    expect(w.metrics.count.value).toBe(ROWS.length);
  });
});

describe('an embedding', () => {
  const EMBEDDED = 'embedded';
  const range = { from: ALL.from, to: ALL.to };
  beforeAll(async () => {
    await client.predictions(
      Array.from({ length: 400 }, (_, i) => ({
        model: EMBEDDED,
        prediction_id: `e${i}`,
        ts: START + i,
        features: i % 4 === 0 ? {} : { emb: [i, 1] },
        tags: { corner: i % 4 === 0 ? 'dark' : 'lit' },
        prediction: { score: 0.5 },
      })),
    );
  });

  it.each([
    ['is_null', 100],
    ['not_null', 300],
  ])('that %s picks the rows that say so, whatever is asked', async (op, expected) => {
    const filters = [{ field: 'features.emb', op }];
    expect((await ask({ filters }, EMBEDDED))[0].predictions).toBe(expected);
    const { items } = await client.ask(EMBEDDED, 'events/search', { ...range, filters, limit: 1000 });
    expect(items.filter((r: Json) => 'emb' in r.features === (op === 'not_null'))).toHaveLength(expected);
    const by = [{ field: 'tags.corner' }];
    const { groups } = await client.ask(EMBEDDED, 'explore', { ...range, filters, by });
    expect(groups.map((g: Json) => g.predictions)).toEqual([expected]);
    expect((await client.ask(EMBEDDED, 'values', { ...range, filters, field: 'tags.corner' })).rows).toBe(expected);
    const { export: id } = await client.ask(EMBEDDED, 'exports', { ...range, filters, format: 'parquet' });
    const view = await eventually(
      async () => {
        const e = await client.ok(client.get(`/v1/exports/${id}`));
        return e.state === 'done' ? e : null;
      },
      { withinMs: 60_000, what: 'the export' },
    );
    expect(view.rows).toBe(expected);
  });

  it('is nothing to group by, which is said', async () => {
    const by = [{ field: 'features.emb' }];
    const answer = await client.post(`/v1/models/${EMBEDDED}/explore`, { ...range, by });
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('holds embeddings')]);
  });

  it('has a place where it is missing', async () => {
    const { slices, overall } = await client.ask(EMBEDDED, 'slices/search', {
      ...range,
      loss: 'missing',
      field: 'features.emb',
    });
    expect(overall.error).toBe(0.25);
    expect(slices[0]).toMatchObject({ error: 1, rest: 0, predicates: [{ field: 'tags.corner', value: 'dark' }] });
  });
});

describe('wrong questions', () => {
  it.each<[string, string, object, RegExp]>([
    ['an unknown metric', 'performance', { metrics: ['accuracy', 'acuracy'] }, /'acuracy'.*accuracy/],
    ['a metric of another task', 'performance', { metrics: ['mae'] }, /'mae' is not a metric of a binary model/],
    ['a range that ends before it starts', 'performance', { to: ALL.from - 1 }, /after from/],
    ['an empty range', 'performance', { to: ALL.from }, /after from/],
    ['no range', 'performance', { from: undefined }, /from/],
    ['a time without zone', 'performance', { from: '2026-01-01T00:00:00' }, /zone/],
    ['an unknown granularity', 'performance', { granularity: '1m' }, /granularity/],
    ['an unknown field', 'performance', { group_by: ['country'] }, /features\.NAME/],
    ['an unknown op', 'performance', { filters: [{ field: 'label', op: 'like', value: 'x' }] }, /filters/],
    ['a filter without value', 'performance', { filters: [{ field: 'label', op: 'eq' }] }, /value/],
    ['in without a list', 'performance', { filters: [{ field: 'label', op: 'in', value: 'x' }] }, /array/],
    ['gt with a text', 'performance', { filters: [{ field: 'label', op: 'gt', value: 'x' }] }, /number/],
    ['four groups', 'performance', { group_by: ['label', 'version', 'tags.a', 'tags.b'] }, /group_by/],
    ['an unknown measure', 'drift', { measures: ['psy'] }, /measures/],
    ['drift without a reference', 'drift', {}, /no reference.*references/],
    ['a cursor of somebody else', 'events/search', { cursor: 'abc' }, /cursor/],
    ['an unknown order', 'events/search', { order: 'upwards' }, /order/],
  ])('%s is refused with what to do', async (_, question, body, says) => {
    const told = await problem(asks(question), { from: ALL.from, to: ALL.to, ...body }, 400, 'invalid_request');
    expect(told.detail).toMatch(says);
  });

  it('a body that is no JSON, a model that is none, a reference that is none', async () => {
    const broken = await client.request('POST', asks('performance'), '{"from":');
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_body']);
    for (const question of ['performance', 'drift', 'profile', 'checks', 'events/search'])
      await problem(`/v1/models/nobody/${question}`, { from: 0, to: 1, features: ['a'] }, 404, 'not_found');
    await problem(asks('drift'), { from: 0, to: 1, reference: 'nothing' }, 404, 'not_found');
    const nowhere = await client.get('/v1/nowhere');
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'not_found']);
  });

  it.each([
    ['GET', `/v1/models/${M}%00`, undefined],
    ['POST', `/v1/models/${M}%00/events/search`, {}],
    ['POST', `/v1/models/${M}%00/attribution`, { compare_with: { from: ALL.from - DAY, to: ALL.from } }],
    ['POST', `/v1/models/${M}%00/exports`, { format: 'csv' }],
    ['POST', `/v1/models/${M}%00/reviews`, {}],
    ['POST', `/v1/models/${M}/reviews`, { name: 'a\0b' }],
    [
      'POST',
      `/v1/models/${M}/exports`,
      { format: 'csv', filters: [{ field: 'features.country', op: 'eq', value: 'a\0b' }] },
    ],
    [
      'POST',
      `/v1/models/${M}/exports`,
      { format: 'csv', filters: [{ field: 'features.country', op: 'eq', value: 'a\ud800b' }] },
    ],
    ['GET', '/v1/reviews/a%00b', undefined],
    ['GET', '/v1/exports/a%00b', undefined],
  ])('%s %s %j holds what cannot be kept, which is said', async (method, path, body) => {
    const sent = body && JSON.stringify({ from: ALL.from, to: ALL.to, ...body });
    const answer = await client.request(method, path, sent);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.detail).toContain('U+0000');
  });

  it('all mistakes are told at once', async () => {
    const told = await problem(asks('performance'), { from: 'x', to: 'y', granularity: 'z' }, 400, 'invalid_request');
    expect(told.errors.map((e: Json) => e.path).sort()).toEqual(['from', 'granularity', 'to']);
  });

  it('too many windows are refused, as many as allowed are answered', async () => {
    const centuries = { from: '1970-01-01', to: '2100-01-01', granularity: '1h' };
    await problem(asks('performance'), centuries, 400, 'range_too_large');
    const model = 'hourly';
    const n = 10_001;
    await client.predictions(
      Array.from({ length: n }, (_, i) => ({
        model,
        prediction_id: `h${i}`,
        ts: START - i * HOUR,
        prediction: { value: 1 },
      })),
    );
    const to = START + HOUR;
    const question = { to, granularity: '1h', metrics: ['count'] };
    await problem(`/v1/models/${model}/performance`, { ...question, from: START - n * HOUR }, 400, 'range_too_large');
    const answer = await client.ask(model, 'performance', { ...question, from: START - (n - 2) * HOUR });
    expect(answer.windows).toHaveLength(n - 1);
  });
});

describe('rows', () => {
  const all = { from: ALL.from, to: ALL.to };
  const pages = async (question: object, limit: number) => {
    const items: Json[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Json = await client.ask(M, 'events/search', {
        ...all,
        ...question,
        limit,
        ...(cursor ? { cursor } : {}),
      });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.items);
      cursor = page.next_cursor;
    }
    return items;
  };

  it('come newest first, in pages that make up the whole', async () => {
    const items = await pages({}, 37);
    expect(items.map((r) => r.prediction_id)).toEqual(ROWS.map((r) => r.id).reverse());
    const r = ROWS.find((x) => x.label !== null && x.features.country === 'DE')!;
    const item = items.find((x) => x.prediction_id === r.id);
    expect(item).toMatchObject({
      version: r.version,
      ts: new Date(r.ts).toISOString(),
      features: { ...r.features, flag: String(r.features.flag) },
      tags: r.tags,
      prediction: { score: r.score, class: r.class, value: null },
      label: r.label,
      outcome_ts: new Date(r.ts + 3 * HOUR).toISOString(),
      delay_ms: 3 * HOUR,
      latency_ms: r.latency,
    });
    expect(item.error).toBeCloseTo(Math.abs(Number(r.label) - r.score), 12);
  });

  it('or worst first, although most are equally wrong', async () => {
    const items = await pages({ order: 'error' }, 50);
    const known = ROWS.filter((r) => r.label !== null);
    expect(new Set(items.map((r) => r.prediction_id)).size).toBe(items.length);
    expect(items).toHaveLength(known.length);
    const errors = items.map((r) => r.error);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
  });
});

describe('nothing to divide by', () => {
  const model = (name: string, task: string, more: object = {}) =>
    client.ok(client.put(`/v1/models/${name}`, { task, ...more }));
  const fill = async (name: string, rows: { prediction: object; label?: unknown; features?: object }[]) => {
    await client.predictions(
      rows.map((r, i) => ({
        model: name,
        prediction_id: `p${i}`,
        ts: START + i * 1000,
        features: r.features ?? {},
        prediction: r.prediction,
      })),
    );
    const known = rows.flatMap((r, i) =>
      r.label === undefined ? [] : [{ model: name, prediction_id: `p${i}`, label: r.label, ts: START + DAY }],
    );
    await client.outcomes(known);
    await client.joined(name, known.length);
    const answer = await client.post(`/v1/models/${name}/performance`, ALL);
    expectNoNaN(answer.text);
    return Object.fromEntries(Object.entries<Json>(answer.body.windows[0].metrics).map(([m, v]) => [m, v.value]));
  };
  const many = <T>(make: (i: number) => T) => Array.from({ length: 60 }, (_, i) => make(i));

  it('one class only', async () => {
    await model('one-class', 'binary');
    const m = await fill(
      'one-class',
      many((i) => ({ prediction: { score: (i % 10) / 10 }, label: 0 })),
    );
    expect(m).toMatchObject({
      roc_auc: null,
      recall: null,
      average_precision: null,
      mcc: null,
      base_rate: 0,
      tp: 0,
      fn: 0,
    });
    expect(m.accuracy).toBeGreaterThan(0);
  });

  it('constant scores', async () => {
    await model('constant', 'binary');
    const m = await fill(
      'constant',
      many((i) => ({ prediction: { score: 0.2 }, label: i % 2 })),
    );
    expect(m).toMatchObject({ roc_auc: 0.5, precision: null, mcc: null, f1: 0, recall: 0, tp: 0, fp: 0 });
  });

  it('no labels, and labels without a score', async () => {
    await model('unlabelled', 'binary');
    const none = await fill(
      'unlabelled',
      many(() => ({ prediction: { score: 0.7 } })),
    );
    expect(
      Object.entries(none)
        .filter(([, v]) => v !== null)
        .map(([k]) => k),
    ).toEqual(['count']);
    await model('classes-only', 'binary');
    const m = await fill(
      'classes-only',
      many((i) => ({ prediction: { class: i % 2 }, label: i % 2 })),
    );
    expect(m).toMatchObject({ accuracy: 1, roc_auc: null, log_loss: null, brier: null, ece: null });
  });

  it('scores of exactly 0 and 1', async () => {
    await model('certain', 'binary');
    const m = await fill(
      'certain',
      many((i) => ({ prediction: { score: i % 2 }, label: Number(i % 20 < 10) })),
    );
    // Half of the rows are wrong; clipped at both ends as doubles are.
    const wrong = [1e-15, 1 - (1 - 1e-15)].map((p) => -Math.log(p));
    expect(m.log_loss).toBeCloseTo((wrong[0]! + wrong[1]!) / 4, 9);
  });

  it('a regression of one value, and of zeros', async () => {
    await model('flat', 'regression');
    const m = await fill(
      'flat',
      many(() => ({ prediction: { value: 3 }, label: 0 })),
    );
    expect(m).toMatchObject({ mae: 3, rmse: 3, mape: null, r2: null, bias: 3 });
    await model('huge-values', 'regression');
    const huge = await fill(
      'huge-values',
      many((i) => ({ prediction: { value: i % 2 ? 1e300 : -1e300 }, label: i })),
    );
    expect(huge.mse === null || Number.isFinite(huge.mse)).toBe(true);
    await model('words', 'regression');
    expect(
      await fill(
        'words',
        many(() => ({ prediction: { value: 3 }, label: 'many' })),
      ),
    ).toMatchObject({ mae: null });
  });

  it('a multiclass model with a class that never comes, and a label nobody knew', async () => {
    await model('classes', 'multiclass', { classes: ['a', 'b', 'never'] });
    const m = await fill(
      'classes',
      many((i) => ({ prediction: { scores: { a: 0.6, b: 0.3, never: 0.1 } }, label: i % 3 === 0 ? 'surprise' : 'a' })),
    );
    expect(m).toMatchObject({ roc_auc_ovr_macro: null });
    expect(m.accuracy).toBeCloseTo(2 / 3, 12);
    const { windows } = await client.ask('classes', 'performance', {
      ...ALL,
      metrics: ['confusion', 'f1:never', 'precision:b'],
    });
    expect(windows[0].metrics['f1:never'].value ?? null).toBeNull();
    const { classes, counts } = windows[0].confusion;
    expect(classes).toEqual(expect.arrayContaining(['a', 'b', 'never']));
    expect(counts.flat().reduce((a: number, b: number) => a + b, 0)).toBe(60);
  });

  it('drift of constants and of columns that are all missing', async () => {
    await model('still', 'regression', { features: { c: { type: 'numeric' }, k: { type: 'categorical' } } });
    const rows = many((i) => ({
      prediction: { value: 1 },
      label: 1,
      features: { c: 5, k: 'x', gone: i > 30 ? null : 1 },
    }));
    await fill('still', rows);
    const reference = rows.map((r) =>
      JSON.stringify({ features: { ...r.features, gone: null, only: 1 }, prediction: r.prediction, label: 1 }),
    );
    await client.ok(
      client.request('POST', '/v1/models/still/references', reference.join('\n'), { type: 'application/x-ndjson' }),
    );
    const answer = await client.post('/v1/models/still/drift', {
      ...ALL,
      exact: true,
      targets: ['features', 'prediction', 'label'],
    });
    expectNoNaN(answer.text);
    const { features } = answer.body.windows[0];
    expect(features.c.measures).toMatchObject({
      psi: { value: 0 },
      ks: { value: 0 },
      wasserstein: { value: 0 },
      wasserstein_normalised: { value: null },
    });
    expect(features.k.measures).toMatchObject({ psi: { value: 0 }, chi_square: { value: 0, p_value: 1 } });
    expect(features.gone).toMatchObject({
      note: expect.stringMatching(/in the reference/),
      measures: { psi: { value: null, drifted: null } },
    });
    expect(features.only).toMatchObject({ note: 'all missing in this window', n: 0, missing_rate: 1 });
    expect(Object.keys(features)).toEqual(expect.arrayContaining(['prediction.value', 'label']));
  });
});

describe('what a declaration changes', () => {
  it('the threshold decides where no class is given; a given class stays', async () => {
    const model = 'threshold';
    const put = (decision_threshold: number) =>
      client.ok(client.put(`/v1/models/${model}`, { task: 'binary', decision_threshold }));
    await put(0.5);
    await client.predictions([
      { model, prediction_id: 'a', ts: START, prediction: { score: 0.6 } },
      { model, prediction_id: 'b', ts: START, prediction: { score: 0.6, class: 0 } },
      { model, prediction_id: 'c', ts: START, prediction: { score: 0.5 } },
    ]);
    await client.outcomes(['a', 'b', 'c'].map((id) => ({ model, prediction_id: id, label: true, ts: START })));
    await client.joined(model, 3);
    const tp = async () => (await ask({ metrics: ['tp', 'fn'] }, model))[0].metrics;
    expect(await tp()).toMatchObject({ tp: { value: 2 }, fn: { value: 1 } });
    await put(0.7);
    expect(await tp()).toMatchObject({ tp: { value: 0 }, fn: { value: 3 } });
  });

  it('classes and labels are compared as text', async () => {
    const model = 'texts';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 'yes' }));
    await client.predictions(
      ['yes', 'no', 'yes'].map((c, i) => ({ model, prediction_id: `p${i}`, ts: START, prediction: { class: c } })),
    );
    await client.outcomes(
      ['yes', 'yes', 'no'].map((label, i) => ({ model, prediction_id: `p${i}`, label, ts: START })),
    );
    await client.joined(model, 3);
    expect(counts((await ask({}, model))[0])).toMatchObject({ tp: 1, fp: 1, fn: 1, tn: 0 });
  });

  it('without an outcome a prediction is negative once its attribution window has passed', async () => {
    const model = 'attributed';
    const put = (labels: object) => client.ok(client.put(`/v1/models/${model}`, { task: 'binary', labels }));
    await put({ attribution_window: '2d', missing: 'negative' });
    await client.predictions(
      [0, 1, 2, 3].map((d) => ({ model, prediction_id: `d${d}`, ts: START + d * DAY, prediction: { score: 0.9 } })),
    );
    await client.outcomes([{ model, prediction_id: 'd0', label: 1, ts: START + HOUR }]);
    await client.joined(model, 1);
    const at = async (days: number) => counts((await ask({ as_of: START + days * DAY }, model))[0]);
    expect(await at(2.5)).toMatchObject({ predictions: 3, labelled: 1, tp: 1, fp: 0 });
    expect(await at(3)).toMatchObject({ predictions: 4, labelled: 2, tp: 1, fp: 1 });
    expect(counts((await ask({}, model))[0])).toMatchObject({ predictions: 4, labelled: 4, tp: 1, fp: 3 });
    await put({ attribution_window: '2d', missing: 'ignore' });
    expect(counts((await ask({}, model))[0])).toMatchObject({ labelled: 1 });
  });
});

describe('versions', () => {
  it('champion and shadow share an id, and the outcome is for both, whenever they come', async () => {
    const model = 'shadowed';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary' }));
    const ids = Array.from({ length: 40 }, (_, i) => `p${i}`);
    const predictions = (version: string, score: number) =>
      ids.map((prediction_id, i) => ({ model, prediction_id, version, ts: START + i * HOUR, prediction: { score } }));
    await client.predictions(predictions('champion', 0.9));
    await client.outcomes(ids.map((prediction_id) => ({ model, prediction_id, label: 1, ts: START + 2 * DAY })));
    await client.joined(model, 40);
    await client.predictions(predictions('shadow', 0.1));
    await client.joined(model, 80);
    const windows = await ask({ group_by: ['version'] }, model);
    expect(windows.map((w) => [w.group.version, counts(w)])).toEqual([
      ['champion', { predictions: 40, labelled: 40, tp: 40, fp: 0, tn: 0, fn: 0 }],
      ['shadow', { predictions: 40, labelled: 40, tp: 0, fp: 0, tn: 0, fn: 40 }],
    ]);
    await client.outcomes([{ model, prediction_id: 'p7', label: 0, ts: START + 3 * DAY }]);
    const corrected = await eventually(async () => {
      const [a, b] = await ask({ group_by: ['version'] }, model);
      return a.metrics.fp.value === 1 && b.metrics.tn.value === 1;
    });
    expect(corrected).toBe(true);
    const told = await client.ok(client.get(`/v1/models/${model}/predictions/p7`));
    expect(told.predictions.map((p: Json) => p.version).sort()).toEqual(['champion', 'shadow']);
    expect(told.outcomes.map((o: Json) => [o.label, o.wins])).toEqual([
      ['1', false],
      ['0', true],
    ]);
    const shown = await client.model(model);
    expect(shown.versions.map((v: Json) => [v.version, v.predictions])).toEqual([
      ['champion', 40],
      ['shadow', 40],
    ]);
    expect(shown.labels).toMatchObject({ joined: 80, corrected: 2, orphaned: 0 });
  });
});

describe('known_at', () => {
  it('repeats an answer exactly after more has come', async () => {
    const model = 'repeated';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
    await client.ok(
      client.request(
        'POST',
        `/v1/models/${model}/references`,
        ROWS.map((r) => JSON.stringify({ features: r.features, prediction: { score: r.score } })).join('\n'),
        {
          type: 'application/x-ndjson',
        },
      ),
    );
    const first = ROWS.slice(0, 200);
    await send(first, model);
    const known_at = await eventually(() => Date.now());
    const questions: [string, object][] = [
      ['performance', { ...ALL, known_at }],
      ['performance', { ...ALL, granularity: '1d', group_by: ['version'], known_at }],
      ['performance', { ...ALL, as_of: START + 3 * DAY, known_at }],
      ['events/search', { from: ALL.from, to: ALL.to, limit: 500, order: 'error', known_at }],
      ['drift', { ...ALL, known_at, measures: ['psi', 'ks', 'chi_square'] }],
    ];
    const answers = async () => {
      const out: string[] = [];
      for (const [question, body] of questions)
        out.push((await client.post(`/v1/models/${model}/${question}`, body)).text);
      return out;
    };
    const before = await answers();
    expect(JSON.parse(before[0]!).windows[0].predictions).toBe(200);
    // More rows in the same windows, labels that were missing, and corrections of those that were not.
    await eventually(() => Date.now() > known_at + 5);
    await send(ROWS, model).catch(() => {});
    await client.outcomes(
      first.map((r) => ({ model, prediction_id: r.id, label: r.label === '1' ? 0 : 1, ts: r.ts + 5 * HOUR })),
    );
    const now = await eventually(async () => {
      const [w] = await ask({}, model);
      return w.labelled >= 250 && w.predictions === ROWS.length && w;
    });
    expect(now.metrics.accuracy.value).not.toBe(JSON.parse(before[0]!).windows[0].metrics.accuracy.value);
    expect(await answers()).toEqual(before);
  });
});

describe('the rest of a model', () => {
  it('references have revisions, annotations are kept, checks and profiles answer', async () => {
    const model = 'rest';
    await client.predictions(
      ROWS.map((r) => ({ model, prediction_id: r.id, ts: r.ts, features: r.features, prediction: { score: r.score } })),
    );
    const csv = `feature.i,feature.country,score,label\n${ROWS.map((r) => `${r.features.i},${r.features.country ?? ''},${r.score},1`).join('\n')}`;
    const upload = (body: string, type: string, query = '') =>
      client.ok(client.request('POST', `/v1/models/${model}/references${query}`, body, { type }));
    expect(await upload(csv, 'text/csv')).toMatchObject({
      name: 'training',
      revision: 1,
      rows: ROWS.length,
      labelled: ROWS.length,
    });
    expect(await upload(csv, 'text/csv')).toMatchObject({ revision: 2 });
    expect(await upload(csv, 'text/csv', '?name=validation&version=v9')).toMatchObject({ revision: 1, version: 'v9' });
    const { items } = await client.ok(client.get(`/v1/models/${model}/references`));
    expect(items.map((r: Json) => [r.name, r.revision])).toEqual([
      ['validation', 1],
      ['training', 2],
      ['training', 1],
    ]);
    const bad = await client.request('POST', `/v1/models/${model}/references`, 'feature.i,score\n1,7', {
      type: 'text/csv',
    });
    expect([bad.status, bad.body.code]).toEqual([400, 'invalid_request']);
    expect(bad.body.detail).toMatch(/Row 1/);

    const note = await client.ok(
      client.post(`/v1/models/${model}/annotations`, { ts: START, text: 'v2 is out', kind: 'deploy' }),
    );
    expect((await client.ok(client.get(`/v1/models/${model}/annotations`))).items).toEqual([note]);

    const range = { from: ALL.from, to: ALL.to };
    const drift = await client.ask(model, 'drift', {
      ...range,
      reference: 'training',
      granularity: '1d',
      features: ['i'],
    });
    expect(drift.reference).toMatchObject({ name: 'training', revision: 2 });
    expect(Object.keys(drift.windows[0].features).sort()).toEqual(
      ['i', 'prediction.class', 'prediction.score', 'prediction.value']
        .filter((n) => n in drift.windows[0].features)
        .sort(),
    );
    expect(drift.windows[0].features.i.measures.psi.drifted).toBe(true);
    const self = await client.ask(model, 'drift', { ...range, granularity: 'all', reference: range });
    for (const [name, feature] of Object.entries<Json>(self.windows[0].features)) {
      expect(feature.measures.psi.value ?? 0, name).toBe(0);
      expect(feature.measures.psi.drifted, name).not.toBe(true);
    }
    const profile = await client.ask(model, 'profile', {
      ...range,
      features: ['i', 'country', 'prediction.score', 'nothing'],
    });
    expect(profile.features.i.current).toMatchObject({ type: 'numeric', n: ROWS.length, min: 0, max: 479 });
    expect(profile.features.i.current.counts.reduce((a: number, b: number) => a + b)).toBe(ROWS.length);
    expect(profile.features.country).toMatchObject({
      reference: { type: 'categorical' },
      current: { type: 'categorical' },
    });
    expect(profile.features.nothing).toEqual({ reference: null, current: null });
    const checks = await client.ask(model, 'checks', {});
    expect(checks).toMatchObject({ freshness: { state: 'no_data' }, schema: { against: 'validation' } });
    const overview = await client.ok(client.get('/v1/overview'));
    expect(overview.items.find((m: Json) => m.name === model)).toMatchObject({ task: 'binary', open_incidents: 0 });
  });
});
