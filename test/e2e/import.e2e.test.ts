import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Json, ndjson } from './client.js';
import { Command } from './command.js';
import { eventually } from './eventually.js';
import { ALL, START } from './sending.js';
import { Server } from './server.js';

const ROWS = 2_500;
const MANY = 60_000;

type Row = { id: string; ts: number; age: number; city: string | null; score: number; label: number };
const ROW = (i: number): Row => ({
  id: `p${i}`,
  ts: START + i * 60_000,
  age: 18 + (i % 60),
  city: i % 10 === 0 ? null : i % 3 === 0 ? 'São Paulo, "SP"' : 'Köln',
  score: (i % 100) / 100,
  label: i % 2,
});
const DATA = Array.from({ length: ROWS }, (_, i) => ROW(i));

let folder: string;
let server: Server;
let client: Client;
let command: Command;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-import-'));
  server = await Server.start();
  client = server.client();
  command = new Command(server, join(folder, 'state'));
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const file = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const events = (rows: readonly Row[]) =>
  ndjson(
    rows.map((r) => ({
      prediction_id: r.id,
      ts: new Date(r.ts).toISOString(),
      version: 'v1',
      features: { age: r.age, city: r.city },
      prediction: { score: r.score },
      tags: { plan: 'pro' },
    })),
  );
const quoted = (text: string | null) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);
const csv = (rows: readonly Row[]) =>
  `prediction_id,ts,version,feature.age,feature.city,score,tag.plan,label\n${rows
    .map((r) => `${r.id},${new Date(r.ts).toISOString()},v1,${r.age},${quoted(r.city)},${r.score},pro,${r.label}`)
    .join('\n')}\n`;
const parquet = (rows: readonly Row[]) =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'prediction_id', data: rows.map((r) => r.id), type: 'STRING' },
        { name: 'ts', data: rows.map((r) => new Date(r.ts)), type: 'TIMESTAMP' },
        { name: 'version', data: rows.map(() => 'v1'), type: 'STRING' },
        { name: 'feature.age', data: rows.map((r) => BigInt(r.age)), type: 'INT64' },
        { name: 'feature.city', data: rows.map((r) => r.city), type: 'STRING' },
        { name: 'score', data: rows.map((r) => r.score), type: 'DOUBLE' },
        { name: 'tag.plan', data: rows.map(() => 'pro'), type: 'STRING' },
        { name: 'label', data: rows.map((r) => r.label), type: 'INT32' },
      ],
      rowGroupSize: 1_000,
    }),
  );
const stored = async (model: string): Promise<number> =>
  (await client.ask(model, 'performance', ALL)).windows[0]?.predictions ?? 0;

describe('every format', () => {
  const FORMATS: [string, () => string | Buffer][] = [
    ['a.ndjson', () => events(DATA)],
    ['a.ndjson.gz', () => gzipSync(events(DATA))],
    ['a.csv', () => csv(DATA)],
    ['a.csv.gz', () => gzipSync(csv(DATA))],
    ['a.parquet', () => parquet(DATA)],
    ['a.parquet.gz', () => gzipSync(parquet(DATA))],
  ];
  it.each(FORMATS)('%s stores the same predictions, once', async (name, content) => {
    const path = await file(name, content());
    const model = name.replaceAll('.', '-');
    const summary = await command.json(['import', 'predictions', path, '--model', model]);
    expect(summary).toMatchObject({ rows: ROWS, accepted: ROWS, duplicates: 0, rejected: 0, complete: true });
    expect(await command.json(['import', 'predictions', path, '--model', model])).toMatchObject({ duplicates: ROWS });
    expect(await stored(model)).toBe(ROWS);
    for (const i of [0, 3, 7]) {
      const { city, age } = DATA[i]!;
      const seen = await client.ok(client.get(`/v1/models/${model}/predictions/p${i}`));
      expect(seen.predictions).toMatchObject([
        {
          version: 'v1',
          ts: new Date(DATA[i]!.ts).toISOString(),
          features: { age, city },
          prediction: { score: DATA[i]!.score },
          tags: { plan: 'pro' },
        },
      ]);
    }
  });

  it('labels of the same table are outcomes; rows without one are counted', async () => {
    const labels = csv(DATA).replace(/^(p1\d,.*),\d$/gm, '$1,');
    const path = await file('labels.csv', labels);
    await command.json(['import', 'predictions', path, '--model', 'labelled']);
    const summary = await command.json(['import', 'outcomes', path, '--model', 'labelled']);
    expect(summary).toMatchObject({ rows: ROWS, accepted: ROWS - 10, unlabelled: 10, rejected: 0 });
    await client.joined('labelled', ROWS - 10);
  });

  it('columns may have other names, and come from standard input', async () => {
    const rows = DATA.map((r) => `${r.id};${r.ts / 1000};${r.age};${r.score}`).join('\n');
    const args = '--model other --map prediction_id=order,ts=at,score=proba --time-unit s --all-features --json';
    const { code, stdout, stderr } = await command.run(['import', 'predictions', '-', ...args.split(' ')], {
      stdin: gzipSync(`order;at;age;proba\n${rows}\n`),
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS, accepted: ROWS });
    const { predictions } = await client.ok(client.get('/v1/models/other/predictions/p1'));
    expect(predictions).toMatchObject([{ features: { age: 19 }, ts: new Date(DATA[1]!.ts).toISOString() }]);
  });

  it.each([
    [
      'reference.ndjson.gz',
      () => gzipSync(DATA.map((r) => events([r]).replace(/}$/, `,"label":${r.label}}`)).join('\n')),
      [],
    ],
    ['reference.csv', () => csv(DATA), []],
    ['reference.parquet', () => parquet(DATA), []],
    ['renamed.csv', () => csv(DATA).replace('feature.age', 'years'), ['--map', 'feature.age=years']],
  ] as [string, () => string | Buffer, string[]][])('%s is a reference', async (name, content, more) => {
    const path = await file(name, content());
    const model = 'a-ndjson';
    await client.ok(client.put(`/v1/models/${model}`, { task: 'binary' }));
    const made = await command.json(['import', 'reference', path, '--model', model, '--name', name, ...more]);
    expect(made).toMatchObject({ name, revision: 1, rows: ROWS, labelled: ROWS });
    expect(made.features).toEqual(expect.arrayContaining(['age', 'city']));
  });
});

describe('an import that is interrupted', () => {
  const many = () => Array.from({ length: MANY }, (_, i) => ROW(i));
  /** Starts an import and resolves when it remembers to have done something but not all. */
  const underWay = async (path: string, model: string) => {
    const args = ['import', 'predictions', path, '--model', model, '--parallel', '1', '--json'];
    const running = command.start(args);
    await eventually(async () => (await command.remembered()) > 0, {
      what: 'the import to remember something',
      everyMs: 5,
      giveUpOn: () => running.child.exitCode !== null,
    });
    return { ...running, args };
  };

  it.each([
    ['SIGKILL', 'many.ndjson.gz', () => gzipSync(events(many()), { level: 1 })],
    ['SIGINT', 'many.csv', () => csv(many())],
    ['SIGKILL', 'many.parquet', () => parquet(many())],
  ] as ['SIGKILL' | 'SIGINT', string, () => string | Buffer][])(
    'by %s goes on where it stopped: %s',
    async (signal, name, content) => {
      const path = await file(name, content());
      const model = name.replaceAll('.', '-');
      const { child, ended } = await underWay(path, model);
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(code).toBe(signal === 'SIGINT' ? 1 : null);
      if (signal === 'SIGINT') expect(stderr).toMatch(/^plumbline: Interrupted\. \d+ rows are done; the same command/m);
      const done = await command.remembered();
      expect(done).toBeGreaterThan(0);

      const { code: again, stdout } = await command.run(['import', 'predictions', path, '--model', model, '--json']);
      expect(again).toBe(0);
      const summary = JSON.parse(stdout);
      expect(summary).toMatchObject({ rows: MANY, rejected: 0, resumed_from: done, complete: true });
      expect(summary.accepted + summary.duplicates).toBe(MANY);
      expect(await stored(model)).toBe(MANY);
      expect(await command.remembered(), 'finished').toBe(0);
    },
  );

  it('because the server is away goes on when it is back, by itself', async () => {
    const path = await file('away.ndjson', events(many()));
    const { ended, said } = await underWay(path, 'away');
    await server.kill9();
    await eventually(() => said.stderr.includes('waiting for'), { what: 'the import to wait', everyMs: 5 });
    await server.restart();
    const { code, stdout, stderr } = await ended;
    expect([code, stderr.split('\n')[0]]).toEqual([0, expect.stringMatching(/waiting for http/)]);
    expect(JSON.parse(stdout)).toMatchObject({ rows: MANY, rejected: 0, complete: true });
    expect(await stored('away')).toBe(MANY);
  });

  it('because the server is away for good ends with one line, and the next run goes on', async () => {
    const path = await file('gone.ndjson', events(many()));
    const args = ['import', 'predictions', path, '--model', 'gone', '--parallel', '1', '--no-progress'];
    const { ended } = command.start([...args, '--give-up-after', '1s']);
    await eventually(async () => (await command.remembered()) > 0, { everyMs: 5 });
    await server.kill9();
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^plumbline: .* cannot be reached \(E.*the same command goes on.*\n$/),
    ]);
    await server.restart();
    const summary = await command.json(args);
    expect(summary.resumed_from).toBeGreaterThan(0);
    expect([summary.rows, await stored('gone')]).toEqual([MANY, MANY]);
  });
});

describe('rejected rows', () => {
  it('are told with their lines, kept, and can be mended and imported again', async () => {
    const lines = events(DATA.slice(0, 20)).split('\n');
    lines[4] = lines[4]!.replace('"score":', '"score":7');
    lines[9] = 'broken';
    const path = await file('bad.ndjson', `\n${lines.join('\n')}`);
    const rejects = join(folder, 'rejects.ndjson');
    const { code, stdout, stderr } = await command.run([
      'import',
      'predictions',
      path,
      '--model',
      'bad',
      '--rejects',
      rejects,
    ]);
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(`plumbline: 2 of 20 rows were rejected; they are in ${rejects}.`);
    expect(stdout).toMatch(/^20 rows of .*: 18 accepted, 0 duplicates, 2 rejected;/);
    expect(stdout).toMatch(/bad_prediction: 1\n {2}line 6, p4: prediction\.score is a probability/);
    expect(stdout).toMatch(/invalid_json: 1\n {2}line 11: /);
    const kept = (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l) as Json);
    expect(kept.map((k) => [k.line, k.code])).toEqual([
      [6, 'bad_prediction'],
      [11, 'invalid_json'],
    ]);
    const mended = { ...kept[0]!.event, prediction: { score: 0.04 } };
    const again = await command.run(['import', 'predictions', '-', '--model', 'bad'], {
      stdin: JSON.stringify(mended),
    });
    expect(again.code).toBe(0);
  });
});

describe('wrong use', () => {
  it.each([
    [['import'], 2, /say which command/],
    [['import', 'predictions'], 2, /missing required argument|required option/],
    [['import', 'predictions', 'no-such-file', '--model', 'm'], 2, /cannot be read \(ENOENT\)/],
    [['import', 'predictions', 'x', '--model', 'a b'], 2, /Model names match/],
    [['import', 'predictions', 'x', '--model', 'm', '--map', 'nonsense'], 2, /role=column/],
    [['keys', 'create', '--name', 'x', '--scopes', 'all'], 2, /'all' is no scope/],
    [['keys', 'revoke', 'nobody'], 1, /There is no key 'nobody'/],
    [['keys', 'list', '--url', 'http://127.0.0.1:9'], 1, /cannot be reached .*plumbline serve/],
    [['keys', 'list', '--key', 'plk_wrong'], 1, /does not accept the key/],
  ] as [string[], number, RegExp][])('%j: %d', async (args, code, message) => {
    const ended = await command.run(args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stdout).toBe('');
  });

  it('a reference for a model that nobody knows says how to declare it', async () => {
    const path = await file('unknown.csv', csv(DATA.slice(0, 5)));
    const { code, stderr } = await command.run(['import', 'reference', path, '--model', 'unknown']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/There is no model 'unknown'.*PUT http/)]);
  });
});

describe('keys and doctor', () => {
  it('a key is made, works, is listed, revoked and refused', async () => {
    const made = await command.json(['keys', 'create', '--name', 'ci', '--scopes', 'ingest,read']);
    expect(made).toMatchObject({ name: 'ci', scopes: ['ingest', 'read'], key: expect.stringMatching(/^plk_/) });
    const doctor = async () => (await command.json(['doctor', '--key', made.key])) as Json[];
    const keyOf = (findings: Json[]) => findings.find((f) => f.name === 'key');
    expect(keyOf(await doctor())).toMatchObject({ state: 'ok', text: 'it may send events, ask questions' });
    const list = (await command.run(['keys', 'list'])).stdout;
    expect(list).toMatch(new RegExp(`^${made.id}  ci +ingest,read .* valid$`, 'm'));
    expect((await command.run(['keys', 'revoke', made.id])).code).toBe(0);
    await eventually(async () => keyOf(await doctor())?.state === 'fail', {
      withinMs: 60_000,
      what: 'the key to be refused',
    });
  });

  it('the doctor finds everything well, and says what is not', async () => {
    const well = await command.run(['doctor', '--data-dir', server.dataDir]);
    expect(well.stdout).not.toMatch(/FAIL/);
    expect(well.code).toBe(0);
    expect(well.stdout).toMatch(/data folder: .* is in use by process \d+/);
    const ill = await command.run(['doctor', '--url', 'http://127.0.0.1:9'], { env: { PLUMBLINE_PRT: '1' } });
    expect(ill.code).toBe(1);
    expect(ill.stdout).toMatch(/FAIL {2}configuration: .*PLUMBLINE_PRT/);
    expect(ill.stdout).toMatch(/FAIL {2}server: .*→ start it with plumbline serve/);
    expect(ill.stderr).toBe('plumbline: 2 of 5 checks failed; each says what to do.\n');
  });
});
