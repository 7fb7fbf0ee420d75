import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PredictionRow, publishedKs } from '../../libs/stats/src/golden/read.js';
import { type Client, type Json, ndjson } from './client.js';
import { expectClose, of, readPredictions } from './golden.js';
import { Server } from './server.js';

/** Half of the sixth printed digit. */
const PRINTED = 6e-7;
const MODEL = 'california';

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = server.client();
});
afterAll(() => server?.dispose());

/** The row's number is a column of the published table. */
const withId = (row: PredictionRow): PredictionRow => ({
  ...row,
  features: { ...row.features, id: Number(row.prediction_id.slice('ca-'.length)) },
});

describe('California housing as NannyML publishes it, through the API', () => {
  it('mean KS of nine columns over twenty months against the whole reference', async () => {
    const { columns, months } = publishedKs();
    const reference = readPredictions('california', 'reference').map(withId);
    const served = [...reference, ...readPredictions('california', 'predictions').map(withId)];
    await client.ok(client.put(`/v1/models/${MODEL}`, { task: 'binary', positive_class: 1, classes: [0, 1] }));
    await client.ok(
      client.request('POST', `/v1/models/${MODEL}/references?name=training`, ndjson(reference), {
        type: 'application/x-ndjson',
      }),
    );
    // Served rows have no label: those of the reference come as production traffic here.
    const sent = served.map(({ label, ...row }) => row);
    expect(await client.predictions(of(MODEL, sent))).toEqual({ accepted: sent.length, duplicates: 0, rejected: [] });

    const windows: Json[] = [];
    for (const { start, end } of months) {
      const answer = await client.ask(MODEL, 'drift', {
        from: start,
        to: end,
        granularity: 'all',
        exact: true,
        measures: ['ks'],
        features: Object.keys(columns),
      });
      windows.push(...answer.windows);
    }
    expect(windows.reduce((rows, window) => rows + window.rows, 0)).toBe(served.length);
    for (const [column, want] of Object.entries(columns)) {
      const distances: number[] = windows.map((window) => window.features[column].measures.ks.value);
      expect(distances, column).toHaveLength(20);
      expectClose(distances.reduce((a, b) => a + b, 0) / distances.length, want, column, PRINTED);
    }
  });
});
