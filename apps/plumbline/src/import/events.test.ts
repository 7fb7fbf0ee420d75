import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeIngest, json, type Script } from '../testing/fake-ingest.js';
import { type EventsImport, importEvents } from './events.js';

const ROWS = 55_000;
let folder: string;
let file: string;
let fake: FakeIngest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-events-'));
  file = join(folder, 'a.ndjson');
  const lines = Array.from({ length: ROWS }, (_, i) =>
    JSON.stringify({ prediction_id: `p${i}`, prediction: { score: 0.5 } }),
  );
  await writeFile(file, lines.join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => fake.close());

function start(script: Script, asked: Partial<EventsImport> = {}, stdin: Readable = Readable.from([])) {
  const stop = new AbortController();
  fake.script = script;
  const said: string[] = [];
  const done = importEvents(
    { file, kind: 'predictions', model: 'm', parallel: 3, restart: false, progress: false, ...asked },
    { url: fake.url, key: 'k' },
    {
      env: { XDG_STATE_HOME: folder },
      stdin,
      stderr: { write: (text: string) => said.push(text) } as never,
      stop: stop.signal,
    },
  );
  return { done, stop, said };
}
const everyRow = Array.from({ length: ROWS }, (_, i) => i);
const idsOf = (lines: readonly string[]) =>
  lines.map((l) => Number((JSON.parse(l) as { prediction_id: string }).prediction_id.slice(1)));

describe('an import', () => {
  it('sends every row once, with few requests at a time', async () => {
    fake = await FakeIngest.start();
    const { summary } = await start(() => false).done;
    expect(summary).toMatchObject({ rows: ROWS, accepted: ROWS, rejected: 0, complete: true });
    expect(idsOf(fake.lines).sort((a, b) => a - b)).toEqual(everyRow);
    expect(fake.mostUnderWay).toBeLessThanOrEqual(3);
  });

  it('keeps the order with one request at a time', async () => {
    fake = await FakeIngest.start();
    await start(() => false, { parallel: 1, restart: true }).done;
    expect(idsOf(fake.lines)).toEqual(everyRow);
  });

  it('that is interrupted goes on where it stopped', async () => {
    fake = await FakeIngest.start();
    // One request at a time: when the third comes, two were answered.
    const first = start(
      () => {
        if (fake.received.length >= 3) first.stop.abort();
        return false;
      },
      { parallel: 1 },
    );
    const { summary } = await first.done;
    expect(summary).toMatchObject({
      complete: false,
      error: expect.stringMatching(/^Interrupted\. \d+ rows are done; the same/),
    });
    expect(summary.rows).toBeGreaterThan(0);
    await vi.waitFor(() => expect(fake.underWay).toBe(0));
    const before = fake.received.length;
    const second = start(() => false);
    const after = (await second.done).summary;
    expect(after).toMatchObject({ rows: ROWS, accepted: ROWS, resumed_from: summary.rows, complete: true });
    expect(second.said.join()).toMatch(/going on after row/);
    expect(fake.received.slice(before).flatMap((r) => r.lines)).toHaveLength(ROWS - summary.rows);
    expect(new Set(idsOf(fake.lines)).size).toBe(ROWS);
    expect((await start(() => false).done).summary.resumed_from, 'it was finished').toBe(0);
  });

  it('that is refused ends at once, and what is done is told', async () => {
    fake = await FakeIngest.start();
    const { summary } = await start((_, r) => fake.received.length >= 2 && json(r, 401, {}), { restart: true }).done;
    expect(summary.error).toMatch(/does not accept the key.*rows are done; the same command/);
    await start(() => false, { restart: true }).done;
  });

  it('keeps rejected rows with their lines', async () => {
    fake = await FakeIngest.start();
    const rejects = join(folder, 'rejects');
    const refuse: Script = ({ lines }, r) => {
      const index = lines.findIndex((l) => l.includes('"p12345"'));
      if (index === -1) return false;
      const rejected = [{ index, prediction_id: 'p12345', code: 'conflict', message: 'no' }];
      return json(r, 200, { accepted: lines.length - 1, duplicates: 0, rejected });
    };
    const { summary } = await start(refuse, { rejects }).done;
    expect(summary).toMatchObject({ rows: ROWS, accepted: ROWS - 1, rejected: 1 });
    expect(summary.rejected_by_code.conflict?.examples[0]?.line).toBe(12_346);
    expect(JSON.parse(await readFile(rejects, 'utf8'))).toMatchObject({
      line: 12_346,
      event: { prediction_id: 'p12345' },
    });
  });

  it('reads no further than it sends', async () => {
    fake = await FakeIngest.start();
    const stdin = new PassThrough();
    let written = 0;
    const line = Buffer.from(`${JSON.stringify({ prediction_id: 'p', pad: 'x'.repeat(1_000) })}\n`.repeat(64));
    const pour = () => {
      while (written < 400 && stdin.write(line)) written++;
      if (written < 400) stdin.once('drain', pour);
    };
    pour();
    let held = 0;
    const hold: Script = () => {
      held++;
      return true;
    };
    const { done, stop } = start(hold, { file: '-' }, stdin);
    await vi.waitFor(() => expect([held, stdin.writableNeedDrain]).toEqual([3, true]), {
      timeout: 30_000,
      interval: 5,
    });
    expect(written * line.length, 'three requests, one batch, buffers').toBeLessThan(12 * 1024 * 1024);
    stop.abort();
    expect((await done).summary.error).toMatch(/Interrupted/);
  });

  it('ends when a slow writer is interrupted', async () => {
    fake = await FakeIngest.start();
    const stdin = new PassThrough();
    stdin.write('{"prediction_id":"a"}\n');
    const { done, stop } = start(() => false, { file: '-' }, stdin);
    setTimeout(() => stop.abort(), 50);
    expect((await done).summary).toMatchObject({ complete: false, error: 'Interrupted. Nothing was taken.' });
  });

  it('of a broken file sends what could be read', async () => {
    fake = await FakeIngest.start();
    const path = join(folder, 'broken.csv');
    await writeFile(path, 'prediction_id,score\na,0.1\nb,0.2\n"c,0.3\n');
    const { summary } = await start(() => false, { file: path }).done;
    expect(summary.error).toMatch(/the CSV cannot be read after line/);
    expect(summary.complete).toBe(false);
  });

  it('of nothing is done', async () => {
    fake = await FakeIngest.start();
    const path = join(folder, 'empty.ndjson');
    await writeFile(path, '');
    expect((await start(() => false, { file: path }).done).summary).toMatchObject({ rows: 0, complete: true });
  });
});
