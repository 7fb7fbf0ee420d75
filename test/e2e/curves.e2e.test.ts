import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Json, ndjson } from './client.js';
import { expectNoNaN } from './golden.js';
import { Server } from './server.js';

/** Curves of a selection and two versions against each other, over the wire. */

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const RANGE = { from: START, to: START + 60 * 24 * HOUR };
const problem = async (path: string, body: object) => {
  const answer = await client.post(path, { ...RANGE, ...body });
  expect([answer.status, answer.body?.code], answer.text).toEqual([400, 'invalid_request']);
  return answer.body.detail as string;
};
const ask = async (model: string, question: string, body: object = {}): Promise<Json> => {
  const answer = await client.post(`/v1/models/${model}/${question}`, { ...RANGE, ...body });
  expect(answer.status, answer.text).toBe(200);
  expectNoNaN(answer.text);
  return answer.body;
};
/** The area under points by trapezoids. */
const area = (points: Json[], x: string, y: string) =>
  points.slice(1).reduce((sum, p, i) => sum + ((p[x] - points[i][x]) * (p[y] + points[i][y])) / 2, 0);

/** Champion and shadow score the same requests; the last forty have only one of them. */
const N = 400;
const ROWS = Array.from({ length: N }, (_, i) => {
  const truth = ((i * 37) % 101) / 101;
  return {
    id: `r${i}`,
    ts: START + i * HOUR,
    champion: Math.round(100 * (0.3 * truth + (0.7 * ((i * 59) % 89)) / 89)) / 100,
    shadow: Math.round(100 * (0.8 * truth + (0.2 * ((i * 71) % 97)) / 97)) / 100,
    label: Number(((i * 53) % 97) / 97 < truth),
    channel: i % 2 === 0 ? 'app' : 'web',
  };
});
const M = 'duel';
const loaded = async () => {
  await client.ok(client.put(`/v1/models/${M}`, { task: 'binary', positive_class: 1, classes: [0, 1] }));
  const versions = ['champion', 'shadow'] as const;
  const events = versions.flatMap((version, k) =>
    ROWS.filter((_, i) => i < N - 40 || Number(i % 2 === 0) === k).map((r) => ({
      model: M,
      prediction_id: r.id,
      ts: r.ts,
      version,
      prediction: { score: r[version] },
      tags: { channel: r.channel },
    })),
  );
  await client.predictions(events);
  await client.outcomes(ROWS.map((r) => ({ model: M, prediction_id: r.id, label: r.label, ts: r.ts + HOUR })));
  await client.joined(M, 2 * N - 40);
  const reference = ROWS.map((r) => ({ prediction: { score: r.label ? 0.9 : 0.2 }, label: r.label, features: {} }));
  await client.ok(
    client.request('POST', `/v1/models/${M}/references?name=training`, ndjson(reference), {
      type: 'application/x-ndjson',
    }),
  );
};

describe('curves', () => {
  beforeAll(loaded);

  it('are those of the metrics, for any selection, beside a reference', async () => {
    for (const selection of [
      {},
      { version: 'shadow' },
      { filters: [{ field: 'tags.channel', op: 'eq', value: 'app' }] },
      { as_of: START + 200 * HOUR },
    ]) {
      const drawn = await ask(M, 'curves', { ...selection, reference: 'training' });
      const { windows } = await ask(M, 'performance', { ...selection, granularity: 'all', min_labels: 0 });
      const { metrics, predictions, labelled } = windows[0];
      expect([drawn.n, drawn.labelled, drawn.exact]).toEqual([predictions, labelled, true]);
      expect(drawn.roc.auc).toBeCloseTo(metrics.roc_auc.value, 9);
      expect(drawn.precision_recall.average_precision).toBeCloseTo(metrics.average_precision.value, 9);
      expect(drawn.calibration.ece).toBeCloseTo(metrics.ece.value, 9);
      expect(drawn.confusion.counts).toEqual([
        [metrics.tn.value, metrics.fp.value],
        [metrics.fn.value, metrics.tp.value],
      ]);
      expect(drawn.roc.points.length).toBeLessThanOrEqual(200);
      expect(drawn.roc.points[0]).toEqual({ threshold: null, fpr: 0, tpr: 0 });
      expect(drawn.roc.points.at(-1)).toMatchObject({ fpr: 1, tpr: 1 });
      expect(area(drawn.roc.points, 'fpr', 'tpr')).toBeCloseTo(drawn.roc.auc, 2);
      for (const bin of drawn.calibration.bins) {
        expect(bin.from <= bin.mean_score && bin.mean_score <= bin.to).toBe(true);
        expect(bin.low <= bin.observed && bin.observed <= bin.high).toBe(true);
      }
      expect(drawn.reference).toMatchObject({ name: 'training', revision: 1, n: N, labelled: N, roc: { auc: 1 } });
      expect(Object.keys(drawn.reference)).toEqual(
        expect.arrayContaining(['roc', 'precision_recall', 'calibration', 'confusion']),
      );
    }
  });

  it('of nothing are empty, and known_at repeats them', async () => {
    expect(await ask(M, 'curves', { version: 'nobody' })).toEqual({
      n: 0,
      labelled: 0,
      exact: true,
      roc: { points: [], auc: null },
      precision_recall: { points: [], average_precision: null, base_rate: null },
      calibration: { bins: [], ece: null },
      confusion: {
        classes: ['0', '1'],
        counts: [
          [0, 0],
          [0, 0],
        ],
        folded: 0,
      },
    });
    expect((await ask(M, 'curves', { known_at: '2026-01-01' })).n).toBe(0);
  });

  it('that the model does not have are refused with those it has', async () => {
    await client.ok(client.put('/v1/models/demand', { task: 'regression' }));
    await client.ok(client.put('/v1/models/kinds', { task: 'multiclass', classes: ['x', 'y', 'z'] }));
    expect(await problem('/v1/models/demand/curves', { kinds: ['roc'] })).toMatch(
      /regression model\. It has: residuals/,
    );
    expect(await problem(`/v1/models/${M}/curves`, { kinds: ['residuals'] })).toMatch(/binary model\. It has: roc/);
    expect(await problem(`/v1/models/${M}/curves`, { class: '1' })).toMatch(/multiclass/);
    expect(await problem('/v1/models/kinds/curves', { class: 'w' })).toMatch(/It has: x, y, z/);
    expect(await problem('/v1/models/kinds/curves', { kinds: ['roc'] })).toMatch(/name it in 'class'/);
    expect(await problem(`/v1/models/${M}/curves`, { bins: { count: 1 } })).toMatch(/bins\.count/);
    expect(await problem(`/v1/models/${M}/curves`, { kinds: ['lift'] })).toMatch(/kinds/);
    const nothing = await client.post(`/v1/models/${M}/curves`, { ...RANGE, reference: 'nothing' });
    expect([nothing.status, nothing.body.code]).toEqual([404, 'not_found']);
    const nobody = await client.post('/v1/models/nobody/curves', RANGE);
    expect([nobody.status, nobody.body.code]).toEqual([404, 'not_found']);
  });

  it('of a regression are its residuals', async () => {
    const model = 'demand';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'regression' }));
    const rows = Array.from({ length: 300 }, (_, i) => ({
      id: `d${i}`,
      value: i % 50,
      label: (i % 50) + ((i * 7) % 5),
    }));
    await client.predictions(
      rows.map((r) => ({ model, prediction_id: r.id, ts: START, prediction: { value: r.value } })),
    );
    await client.outcomes(rows.map((r) => ({ model, prediction_id: r.id, ts: START, label: r.label })));
    await client.joined(model, 300);
    const { residuals } = await ask(model, 'curves');
    expect(residuals).toMatchObject({ n: 300, mean: -2, quantiles: { '0.5': -2 } });
    expect(residuals.histogram.counts).toHaveLength(residuals.histogram.edges.length + 1);
    expect(residuals.predicted_vs_actual.reduce((sum: number, b: Json) => sum + b.n, 0)).toBe(300);
  });
});

describe('two versions', () => {
  it('are compared on the requests that both saw', async () => {
    const answer = await ask(M, 'compare', { a: { version: 'shadow' }, b: { version: 'champion' } });
    expect(answer).toMatchObject({ paired: true, rows: N - 40, shared: N - 40, only_a: 20, only_b: 20 });
    const { roc_auc, accuracy } = answer.metrics;
    expect(roc_auc.difference.value).toBeCloseTo(roc_auc.a.value - roc_auc.b.value, 9);
    expect(accuracy.difference.value).toBeCloseTo(accuracy.a.value - accuracy.b.value, 9);
    expect(roc_auc.difference.low).toBeGreaterThan(0);
    expect(roc_auc.p_value).toBeLessThan(0.05);
    const back = await ask(M, 'compare', { a: { version: 'champion' }, b: { version: 'shadow' } });
    for (const [name, { difference, p_value }] of Object.entries<Json>(answer.metrics)) {
      expect(back.metrics[name].difference.value, name).toBeCloseTo(-difference.value, 9);
      expect(back.metrics[name].difference.low, name).toBeCloseTo(-difference.high, 9);
      expect(back.metrics[name].p_value, name).toBeCloseTo(p_value, 9);
    }
    const apart = await ask(M, 'compare', { a: { version: 'shadow' }, b: { version: 'champion' }, paired: false });
    const width = ({ low, high }: Json) => high - low;
    expect(apart.paired).toBe(false);
    expect(width(apart.metrics.roc_auc.difference)).toBeGreaterThan(width(roc_auc.difference));
  });

  it('that share nothing are two samples, and say so', async () => {
    const model = 'split';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary', positive_class: 1 }));
    await client.predictions(
      ROWS.map((r, i) => ({
        model,
        prediction_id: r.id,
        ts: r.ts,
        version: i % 2 === 0 ? 'v1' : 'v2',
        prediction: { score: i % 2 === 0 ? r.champion : r.shadow },
      })),
    );
    await client.outcomes(ROWS.map((r) => ({ model, prediction_id: r.id, label: r.label, ts: r.ts })));
    await client.joined(model, N);
    const answer = await ask(model, 'compare', { a: { version: 'v2' }, b: { version: 'v1' } });
    expect(answer).toMatchObject({ paired: false, rows: 0, shared: 0, only_a: 200, only_b: 200 });
    const { windows } = await ask(model, 'performance', { granularity: 'all', group_by: ['version'] });
    for (const [name, { a, b, difference }] of Object.entries<Json>(answer.metrics)) {
      expect(b.value, name).toBeCloseTo(windows[0].metrics[name].value, 12);
      expect(a.value, name).toBeCloseTo(windows[1].metrics[name].value, 12);
      expect(difference.value, name).toBeCloseTo(a.value - b.value, 12);
    }
  });

  it('wrong questions are refused', async () => {
    const sides = { a: { version: 'shadow' }, b: { version: 'champion' } };
    expect(await problem(`/v1/models/${M}/compare`, { ...sides, metrics: ['mae'] })).toMatch(
      /binary model. It has: roc_auc/,
    );
    expect(await problem(`/v1/models/${M}/compare`, { a: { version: 'x' } })).toMatch(/^b/);
    expect(await problem(`/v1/models/${M}/compare`, { ...sides, to: 0 })).toMatch(/after from/);
  });
});
