import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openParquet, readCsv } from '@plumbline/tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { Command } from './command.js';
import { eventually } from './eventually.js';
import { expectSame } from './same.js';
import { Server } from './server.js';

/** Rows as files: what is in them is what was sent, and the same question gives the same bytes. */

let server: Server;
let client: Client;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-exports-'));
  server = await Server.start();
  client = server.client();
  await client.put('/v1/models/m', { task: 'binary', positive_class: '1' });
  await client.predictions(ROWS.map(prediction));
  await client.outcomes(ROWS.filter((r) => r.label !== null).map(outcome));
  await client.joined('m', ROWS.filter((r) => r.label !== null).length);
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const RANGE = { from: START, to: START + 30 * 24 * HOUR };
/** Names that would be something else if anybody pasted them into SQL, a header or a path. */
const HOSTILE = ['a"b', "it's", '`tick`', 'semi;colon --', '{p0:String}', 'näme\n', '=1+1', '__proto__'];

type Row = {
  id: string;
  ts: number;
  score: number;
  label: string | null;
  features: Record<string, unknown>;
  tags: Record<string, string>;
};
const ROWS: Row[] = Array.from({ length: 3_000 }, (_, i) => ({
  id: `r${String((i * 7919) % 3000).padStart(5, '0')}`,
  // A third of them at one instant.
  ts: i % 3 === 0 ? START + 5 * HOUR : START + i * 60_000,
  score: ((i * 37) % 1000) / 1000,
  label: i % 4 === 3 ? null : String(Number((i * 37) % 1000 > 450)),
  features: {
    age: i % 90,
    ratio: i / 7,
    country: ['BR', 'DE', '=SUM(A1)', 'a,"b"\nc'][i % 4],
    ...(i % 5 === 0 ? { gone: null } : {}),
    mixed: i % 11 === 0 ? 'x' : i % 4,
    vec: [i, 0.5],
    ...Object.fromEntries(HOSTILE.map((name, j) => [name, i + j])),
  },
  tags: i % 6 === 0 ? ({} as Record<string, string>) : { platform: i % 2 === 0 ? 'ios' : 'android' },
}));
const prediction = (r: Row) => ({
  model: 'm',
  prediction_id: r.id,
  ts: r.ts,
  version: 'v1',
  features: r.features,
  tags: r.tags,
  prediction: { score: r.score },
});
const outcome = (r: Row) => ({ model: 'm', prediction_id: r.id, label: Number(r.label), ts: r.ts + HOUR });
const byId = new Map(ROWS.map((r) => [r.id, r]));

async function exported(body: object, by = client, model = 'm'): Promise<Json> {
  const answer = await by.post(`/v1/models/${model}/exports`, { ...RANGE, format: 'ndjson', ...body });
  expect(answer.status, answer.text).toBe(202);
  return finished(answer.body.export, by);
}
const finished = (id: string, by = client): Promise<Json> =>
  eventually(
    async () => {
      const view = await by.ok(by.get(`/v1/exports/${id}`));
      expect(view.progress).toBeGreaterThanOrEqual(0);
      expect(view.progress).toBeLessThanOrEqual(1);
      return ['done', 'failed'].includes(view.state) ? view : null;
    },
    { withinMs: 120_000, what: 'the export to end' },
  );
async function bytesOf(view: Json, headers: Record<string, string> = {}): Promise<Buffer> {
  expect(view, view.error).toMatchObject({ state: 'done' });
  const answer = await fetch(`${server.url}${view.download}`, {
    headers: { authorization: `Bearer ${server.adminKey}`, ...headers },
  });
  return Buffer.from(await answer.arrayBuffer());
}
const linesOf = (bytes: Buffer): Json[] =>
  bytes
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a file', () => {
  it('of NDJSON holds every event as it was sent, in the order of time, with its label', async () => {
    const view = await exported({});
    expect(view, view.error).toMatchObject({ state: 'done', rows: 3000, progress: 1, error: null });
    const bytes = await bytesOf(view);
    expect(view.manifest).toMatchObject({ rows: 3000, labelled: 2250, sha256: sha(bytes), bytes: bytes.length });
    expect(view.manifest).toMatchObject({ settled: true, as_of: null, definition: { threshold: 0.5 } });
    const lines = linesOf(bytes);
    expect(lines).toHaveLength(3000);
    let last = 0;
    for (const line of lines) {
      const row = byId.get(line.prediction_id)!;
      expect(Date.parse(line.ts)).toBe(row.ts);
      expect(Date.parse(line.ts)).toBeGreaterThanOrEqual(last);
      last = Date.parse(line.ts);
      expect(line.features).toEqual(row.features);
      expect(line.tags ?? {}).toEqual(row.tags);
      expect(line.prediction).toEqual({ score: row.score });
      expect(line.label === undefined ? null : String(line.label)).toBe(row.label);
      expect(line.delay_ms).toBe(row.label === null ? undefined : HOUR);
    }
    expect(new Set(lines.map((l) => l.prediction_id)).size).toBe(3000);
  });

  it('of Parquet and of CSV hold the same rows under the names that imports know', async () => {
    const [parquet, csv] = await Promise.all([exported({ format: 'parquet' }), exported({ format: 'csv' })]);
    const path = join(folder, 'rows.parquet');
    await writeFile(path, await bytesOf(parquet));
    const table = await openParquet(path);
    const cells: Json[] = [];
    for await (const rows of table.read())
      for (const row of rows) cells.push(Object.fromEntries(table.columns.map((c, i) => [c, row.cells[i]])));
    await table.close();
    expect(table.columns).toEqual(parquet.manifest.schema.map((c: Json) => c.column));
    expect(table.columns).toEqual(
      expect.arrayContaining(['prediction_id', 'ts', 'score', 'class', 'label', 'feature.age', 'tag.platform']),
    );
    for (const name of HOSTILE) expect(table.columns).toContain(`feature.${name}`);
    expect(cells).toHaveLength(3000);
    for (const cell of cells) {
      const row = byId.get(cell.prediction_id)!;
      expect((cell.ts as Date).getTime()).toBe(row.ts);
      expect(cell.score).toBe(row.score);
      expect(cell.class).toBe(row.score >= 0.5 ? '1' : '0');
      expect(cell.label ?? null).toBe(row.label);
      expect(cell['feature.ratio']).toBe(row.features.ratio);
      expect(cell['feature.country']).toBe(row.features.country);
      expect(cell['feature.mixed']).toBe(String(row.features.mixed));
      expect(cell["feature.it's"]).toBe(row.features["it's"]);
      expect(cell['feature.gone'] ?? null).toBe(null);
      expect([...cell['feature.vec']]).toEqual(row.features.vec);
    }
    const text: Json[] = [];
    for await (const rows of readCsv(one(await bytesOf(csv)))) text.push(...rows.map((r) => r.cells));
    expect(text[0]).toEqual(csv.manifest.schema.map((c: Json) => c.column));
    expect(text.slice(1).map((r) => r[0])).toEqual(cells.map((c) => c.prediction_id));
    const country = text[0].indexOf('feature.country');
    expect(text.slice(1).map((r) => r[country])).toEqual(cells.map((c) => c['feature.country']));
  });

  it('has the columns that are asked for, in their order; a formula is defused if that is asked for', async () => {
    const columns = ['features.country', 'label', 'prediction_id', 'delay_ms', 'version'];
    const view = await exported({ format: 'csv', columns, spreadsheet_safe: true, limit: 8 });
    const [header, ...rows] = (await bytesOf(view)).toString().split(/\n(?=")/);
    expect(header).toBe('"feature.country","label","prediction_id","delay_ms","version"');
    expect(rows.some((r) => r.startsWith('"\'=SUM(A1)"'))).toBe(true);
    expect(rows.some((r) => r.startsWith('"="'))).toBe(false);
    expect(view.rows).toBe(8);
  });

  it('without rows has its columns all the same', async () => {
    const none = {
      filters: [{ field: 'features.age', op: 'gt', value: 1000 }],
      columns: ['prediction_id', 'features.age'],
    };
    const path = join(folder, 'none.parquet');
    await writeFile(path, await bytesOf(await exported({ ...none, format: 'parquet' })));
    const table = await openParquet(path);
    expect([table.rows, table.columns]).toEqual([0, ['prediction_id', 'feature.age']]);
    await table.close();
    expect((await bytesOf(await exported({ ...none, format: 'csv' }))).toString()).toBe(
      '"prediction_id","feature.age"\n',
    );
    expect((await bytesOf(await exported(none))).length).toBe(0);
  });

  it('of a slice, worst first, at random or nearest to the decision, is what a few lines of JavaScript choose', async () => {
    const ios = { filters: [{ field: 'tags.platform', op: 'eq', value: 'ios' }] };
    const slice = ROWS.filter((r) => r.tags.platform === 'ios');
    const error = (r: Row) => Math.abs(Number(r.label) - r.score);
    const worst = linesOf(await bytesOf(await exported({ ...ios, order: 'error', limit: 50 })));
    const expected = slice
      .filter((r) => r.label !== null)
      .sort((a, b) => error(b) - error(a) || (a.id < b.id ? -1 : 1));
    expect(worst.map((l) => l.prediction_id)).toEqual(expected.slice(0, 50).map((r) => r.id));
    const nearest = linesOf(await bytesOf(await exported({ ...ios, order: 'boundary', limit: 40, format: 'ndjson' })));
    const margins = slice.map((r) => Math.abs(r.score - 0.5)).sort((a, b) => a - b);
    expect(nearest.map((l) => Math.abs(l.prediction.score - 0.5))).toEqual(margins.slice(0, 40));
    const drawn = async (seed: number) =>
      linesOf(await bytesOf(await exported({ ...ios, order: 'random', seed, limit: 100 }))).map((l) => l.prediction_id);
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first).size).toBe(100);
    expect(first.every((id) => byId.get(id)!.tags.platform === 'ios')).toBe(true);
    const { items } = await client.ask('m', 'events/search', {
      ...RANGE,
      ...ios,
      order: 'random',
      seed: 1,
      limit: 100,
    });
    expect(items.map((i: Json) => i.prediction_id)).toEqual(first);
  });

  it('can be imported again, labels too', async () => {
    const lines = linesOf(await bytesOf(await exported({})));
    await client.predictions(lines.map((line) => ({ ...line, model: 'copy' })));
    await client.outcomes(
      lines
        .filter((l) => l.label !== undefined)
        .map((l) => ({ model: 'copy', prediction_id: l.prediction_id, label: l.label, ts: l.outcome_ts })),
    );
    await client.joined('copy', 2250);
    const [a, b] = await Promise.all(
      ['m', 'copy'].map((model) =>
        client.ask(model, 'performance', {
          ...RANGE,
          granularity: 'all',
          metrics: ['roc_auc', 'log_loss', 'accuracy'],
        }),
      ),
    );
    expectSame(b.windows[0].metrics, a.windows[0].metrics);
    const copy = linesOf(await bytesOf(await exported({}, client, 'copy')));
    expect(copy).toEqual(lines);
  });
});

describe('a file of an earlier moment', () => {
  it.each(['ts', 'error'])('has what had happened by then, in the order %s', async (order) => {
    const asOf = START + 20 * HOUR;
    const view = await exported({ as_of: new Date(asOf).toISOString(), order, columns: ['prediction_id', 'label'] });
    const happened = ROWS.filter((r) => r.ts <= asOf);
    const labelled = (r: Row) => r.label !== null && r.ts + HOUR <= asOf;
    const expected = happened.filter((r) => order === 'ts' || labelled(r));
    const lines = linesOf(await bytesOf(view));
    expect(view.manifest).toMatchObject({
      as_of: new Date(asOf).toISOString(),
      rows: expected.length,
      labelled: happened.filter(labelled).length,
    });
    expect(new Set(lines.map((l) => l.prediction_id))).toEqual(new Set(expected.map((r) => r.id)));
    for (const line of lines) expect('label' in line).toBe(labelled(byId.get(line.prediction_id)!));
  });
});

describe('the same question', () => {
  it('gives the same bytes, whatever came since', async () => {
    const before = await exported({ format: 'parquet' });
    const known = before.known_at;
    const late = ROWS.filter((r) => r.label === null);
    await client.outcomes(late.map((r) => ({ model: 'm', prediction_id: r.id, label: 1, ts: r.ts + 2 * HOUR })));
    await client.predictions([{ ...prediction(ROWS[0]!), prediction_id: 'later', features: { new: 1 } }]);
    await client.joined('m', 3000);
    const after = await exported({ format: 'parquet', known_at: known });
    expect(after.manifest.sha256).toBe(before.manifest.sha256);
    const now = await exported({ format: 'parquet' });
    expect(now.manifest).toMatchObject({ rows: 3001, labelled: 3000 });
    expect(now.manifest.sha256).not.toBe(before.manifest.sha256);
  });
});

describe('a download', () => {
  it('goes on where it broke off, and says what it is', async () => {
    const view = await exported({ format: 'csv' });
    const whole = await bytesOf(view);
    const head = await client.request('HEAD', view.download);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': String(whole.length),
      etag: `"${view.manifest.sha256}"`,
    });
    expect(head.headers.get('content-disposition')).toMatch(/^attachment; filename="m_2026-01-01_[\w-]+\.csv"$/);
    const etag = head.headers.get('etag')!;
    const half = Math.floor(whole.length / 2);
    const rest = await bytesOf(view, { range: `bytes=${half}-`, 'if-range': etag });
    expect(Buffer.concat([whole.subarray(0, half), rest]).equals(whole)).toBe(true);
    expect((await bytesOf(view, { range: 'bytes=-10' })).equals(whole.subarray(-10))).toBe(true);
    expect((await bytesOf(view, { range: 'bytes=3-5' })).equals(whole.subarray(3, 6))).toBe(true);
    expect((await bytesOf(view, { range: 'bytes=0-', 'if-range': '"other"' })).length).toBe(whole.length);
    const past = await client.request('GET', view.download, undefined, {
      headers: { range: `bytes=${whole.length}-` },
    });
    expect([past.status, past.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
  });

  it('is there until the export is deleted', async () => {
    const view = await exported({ limit: 10 });
    expect((await client.delete(`/v1/exports/${view.id}`)).status).toBe(204);
    expect((await client.get(view.download)).status).toBe(404);
    expect((await client.delete(`/v1/exports/${view.id}`)).status).toBe(404);
  });
});

describe('the command', () => {
  it('waits for the file, downloads it, and goes on with one that broke off', async () => {
    const command = new Command(server, join(folder, 'state'));
    const path = join(folder, 'command.csv');
    const args = ['export', '--model', 'm', '--from', '2026-01-01', '--to', '2026-01-20', '-o', path, '--no-progress'];
    const filtered = [...args, '--filter', 'tags.platform=ios', '--columns', 'prediction_id,features.age'];
    const manifest = await command.json(filtered);
    const bytes = await readFile(path);
    expect([sha(bytes), manifest.rows]).toEqual([
      manifest.sha256,
      ROWS.filter((r) => r.tags.platform === 'ios').length,
    ]);
    // As it would be left by a run that ended in the middle.
    const question = {
      format: 'csv',
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-20T00:00:00.000Z',
      filters: [{ field: 'tags.platform', op: 'eq', value: 'ios' }],
    };
    const note = ['m', { ...question, order: 'ts', columns: ['prediction_id', 'features.age'] }];
    await writeFile(`${path}.part`, bytes.subarray(0, 1000));
    await writeFile(
      `${path}.part.json`,
      JSON.stringify({ url: server.url, question: JSON.stringify(note), id: manifest.export }),
    );
    await rm(path);
    const again = await command.json(filtered);
    expect(again.export).toBe(manifest.export);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    // What is no part of the file is noticed, and not kept.
    await writeFile(`${path}.part`, Buffer.alloc(bytes.length));
    await writeFile(
      `${path}.part.json`,
      JSON.stringify({ url: server.url, question: JSON.stringify(note), id: manifest.export }),
    );
    const broken = await command.run(filtered);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('its hash is another')]);
    const wrong = await command.run([...args, '--filter', 'country']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Use one such as')]);
  });
});

describe('what cannot be', () => {
  it.each([
    [{ format: 'xlsx' }, 'format'],
    [{ columns: ['nothing'] }, 'columns'],
    [{ columns: [] }, 'columns'],
    [{ columns: ['features.never'] }, "no 'features.never'"],
    [{ columns: ['features.contry'] }, 'Did you mean'],
    [{ order: 'random', limit: 0 }, 'limit'],
    [{ to: START }, 'to'],
    [{ filters: [{ field: 'x', op: 'eq', value: 1 }] }, 'field'],
    [{ format: 'parquet', spreadsheet_safe: true }, 'spreadsheet_safe'],
  ])('%j is a 400 that says so', async (body, said) => {
    const answer = await client.post('/v1/models/m/exports', { ...RANGE, format: 'csv', ...body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(said);
  });

  it('an export of another project, or of nothing, is not there', async () => {
    const view = await exported({ limit: 5 });
    const made = await client.ok(client.post('/v1/projects', { name: 'other' }));
    const other = server.client(made.key);
    for (const path of ['', '/download', '/manifest'])
      expect((await other.get(`/v1/exports/${view.id}${path}`)).status, path).toBe(404);
    expect((await other.delete(`/v1/exports/${view.id}`)).status).toBe(404);
    expect((await other.ok(other.get('/v1/exports'))).items).toEqual([]);
    expect((await client.get('/v1/exports/nothing')).status).toBe(404);
    expect((await client.post('/v1/models/nothing/exports', { ...RANGE, format: 'csv' })).status).toBe(404);
  });

  it('lists are paged, newest first', async () => {
    const first = await client.ok(client.get('/v1/exports?limit=2&model=m'));
    expect(first.items).toHaveLength(2);
    const next = await client.ok(client.get(`/v1/exports?limit=2&model=m&cursor=${first.next_cursor}`));
    expect(next.items[0].id < first.items[1].id).toBe(true);
    expect((await client.ok(client.get('/v1/exports?model=copy'))).items.every((e: Json) => e.model === 'copy')).toBe(
      true,
    );
  });
});

describe('a worker that is killed', () => {
  it('leaves an export that is written once, whole, by the next', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => ({
      model: 'killed',
      prediction_id: `k${i}`,
      ts: START + (i % 48) * HOUR,
      features: { i, text: `some text ${i % 1000}` },
      prediction: { score: (i % 100) / 100 },
    }));
    await client.predictions(many);
    const { body } = await client.post('/v1/models/killed/exports', { ...RANGE, format: 'ndjson' });
    await eventually(
      async () => {
        const { state } = await client.ok(client.get(`/v1/exports/${body.export}`));
        return state !== 'queued';
      },
      { withinMs: 90_000, what: 'the export to begin', everyMs: 5 },
    );
    await server.kill9();
    await server.restart();
    const view = await finished(body.export);
    expect(view).toMatchObject({ state: 'done', rows: 60_000 });
    const bytes = await bytesOf(view);
    expect(sha(bytes)).toBe(view.manifest.sha256);
    expect(new Set(linesOf(bytes).map((l) => l.prediction_id)).size).toBe(60_000);
    const again = await exported({ known_at: view.known_at }, client, 'killed');
    expect(again.manifest.sha256).toBe(view.manifest.sha256);
    expect((await client.delete('/v1/models/killed')).status).toBe(204);
    expect((await client.get(view.download)).status).toBe(404);
  });
});

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
