import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, Json } from './client.js';
import { Command } from './command.js';
import { Server } from './server.js';

/** Monitors as code, as people and pipelines use them: the command against a server. */

const HOUR = 3_600_000;
const DAYS = 12;
let server: Server;
let client: Client;
let folder: string;
let command: Command;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-monitors-'));
  server = await Server.start();
  client = server.client();
  command = new Command(server, folder);
  await client.ok(client.put('/v1/models/fraud', { task: 'binary', positive_class: 1 }));
  await send();
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Twelve days; of the last but two nine labels in ten are wrong. */
async function send(): Promise<void> {
  const now = Math.floor(Date.now() / HOUR) * HOUR;
  const at = (i: number) => now - DAYS * 24 * HOUR + i * (HOUR / 10);
  const rows = Array.from({ length: DAYS * 240 }, (_, i) => i);
  const broken = (i: number) => at(i) >= now - 72 * HOUR && at(i) < now - 48 * HOUR;
  const label = (i: number) => ((i % 10 === 0) !== broken(i) ? 1 - (i % 2) : i % 2);
  for (let from = 0; from < rows.length; from += 1000) {
    const some = rows.slice(from, from + 1000);
    await client.predictions(
      some.map((i) => ({
        model: 'fraud',
        prediction_id: `p${i}`,
        ts: at(i),
        features: { amount: i % 17 },
        prediction: { score: i % 2 ? 0.9 : 0.1 },
      })),
    );
    await client.outcomes(
      some.map((i) => ({ model: 'fraud', prediction_id: `p${i}`, label: label(i), ts: at(i) + 1 })),
    );
  }
  await client.joined('fraud', rows.length);
}

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
const run = (...args: string[]) => command.run(['monitors', ...args]);
const own = async (): Promise<Json[]> =>
  (await client.ok(client.get('/v1/monitors?model=fraud&limit=1000'))).items.filter((m: Json) => m.origin === 'user');

const ACCURACY = (more = '') => `monitors:
  - name: accuracy
    model: fraud
    kind: performance
    target: { metric: accuracy }
    window: 1d
    every: 6h
    condition: { op: lt, value: 0.7 }
${more}`;

describe('plumbline monitors apply', () => {
  it('shows what it will do, and does it once', async () => {
    const path = await file('monitors.yaml', ACCURACY());
    const first = await run('apply', '-f', path, '--yes');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain(
      '+ create fraud / accuracy\nPlan: 1 to create, 0 to change, 0 to delete, 0 as they are.',
    );
    expect(await own()).toMatchObject([{ name: 'accuracy', condition: { op: 'lt', value: 0.7 } }]);
    const again = await run('apply', '-f', path);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringContaining('0 to create, 0 to change, 0 to delete, 1 as'),
    ]);
  });

  it('names the fields that change; without --yes and without anybody to ask it changes nothing', async () => {
    const path = await file('changed.yaml', ACCURACY('    severity: critical\n    for: 2\n'));
    const asked = await run('apply', '-f', path);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(asked.stdout).toContain('~ change fraud / accuracy\n    for: 1 → 2\n    severity: warning → critical\n');
    expect((await run('apply', '-f', path, '--check')).code).toBe(1);
    expect((await run('apply', '-f', path, '--dry-run')).code).toBe(0);
    expect(await own()).toMatchObject([{ for: 1 }]);
    expect((await run('apply', '-f', path, '--yes')).code).toBe(0);
    expect(await own()).toMatchObject([{ for: 2, severity: 'critical' }]);
    expect((await run('apply', '-f', path, '--check')).code).toBe(0);
  });

  it('deletes only when asked to, and only of the models in the file', async () => {
    const path = await file('other.yaml', ACCURACY().replace('name: accuracy', 'name: quality'));
    const left = await command.json(['monitors', 'apply', '-f', path, '--yes']);
    expect(left.plan.map((p: Json) => p.action)).toEqual(expect.arrayContaining(['create', 'leave']));
    expect(await own()).toHaveLength(2);
    await run('apply', '-f', path, '--yes', '--prune');
    expect((await own()).map((m) => m.name)).toEqual(['quality']);
  });

  it('does just the plan that was shown', async () => {
    const { monitors } = { monitors: [{ name: 'quality', model: 'fraud', kind: 'drift' }] };
    const shown = await client.ok(client.post('/v1/monitors/apply', { monitors, dry_run: true }));
    const moved = [{ ...monitors[0], severity: 'info' }];
    expect((await client.post('/v1/monitors/apply', { monitors: moved, digest: shown.digest })).status).toBe(409);
  });

  it.each<[what: string, text: string, said: string]>([
    ['a field that is none', ACCURACY('    treshold: 1\n'), ':9:5: monitors.0.treshold: there is no such field'],
    [
      'a model that is none',
      ACCURACY().replace('model: fraud', 'model: frod'),
      ":3:5: monitors.0.model: there is no model 'frod'",
    ],
    [
      'a channel that is none',
      ACCURACY('    channels: [on-call]\n'),
      ":9:16: monitors.0.channels.0: there is no channel 'on-call'",
    ],
    [
      'a rule that cannot be',
      ACCURACY().replace('    condition: { op: lt, value: 0.7 }\n', '    compare: { to: version }\n'),
      ":8:5: monitors.0.compare.version: compare.to 'version' needs compare.version.",
    ],
  ])('tells %s, with its line', async (_, text, said) => {
    const path = await file('wrong.yaml', text);
    const { code, stderr } = await run('apply', '-f', path, '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${path}${said}`)]);
  });
});

describe('plumbline monitors export', () => {
  it('writes what apply takes and what changes nothing, channels by name', async () => {
    const channel = { kind: 'webhook', name: 'on-call', config: { url: 'https://example.com/hook' } };
    await client.ok(client.post('/v1/channels', channel));
    const path = await file('named.yaml', ACCURACY('    channels: [on-call]\n'));
    await run('apply', '-f', path, '--yes');
    const out = join(folder, 'exported.yaml');
    expect((await run('export', '-o', out)).code).toBe(0);
    const text = await readFile(out, 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=http:.*\/v1\/monitors\/schema\.json\nmonitors:\n/);
    expect(text).toContain('- on-call');
    const applied = await run('apply', '-f', out, '--prune');
    expect([applied.code, applied.stdout]).toEqual([
      0,
      expect.stringContaining('0 to create, 0 to change, 0 to delete'),
    ]);
  });
});

describe('plumbline monitors test', () => {
  it('tells when a monitor would have rung, and fails', async () => {
    const path = await file('test.yaml', ACCURACY());
    const { code, stdout, stderr } = await run('test', '-f', path, '--last', '10d');
    expect([code, stderr]).toEqual([1, expect.stringContaining('1 of 1 monitors would have rung')]);
    expect(stdout).toMatch(/fraud \/ accuracy: \d{4}-.* UTC: accuracy is \d/);
    expect((await run('test', '-f', path, '--last', '10d', '--allow', '1')).code).toBe(0);
    const quiet = await command.json([
      'monitors',
      'test',
      '-f',
      path,
      '--to',
      new Date(Date.now() - 80 * HOUR).toISOString(),
      '--last',
      '6d',
    ]);
    expect(quiet).toMatchObject([{ name: 'accuracy', would_have_fired: [], suggested_threshold: expect.any(Number) }]);
  });
});

describe('the schema', () => {
  it('is served without a key, and written by the command', async () => {
    const served = await fetch(`${server.url}/v1/monitors/schema.json`);
    expect(served.status).toBe(200);
    const schema = (await served.json()) as Json;
    expect(JSON.parse((await run('schema')).stdout)).toEqual(schema);
    expect(JSON.stringify(schema)).toContain('false_alarms');
  });
});

describe('a diagnosis', () => {
  it('is answered for a monitor that looked at nothing yet', async () => {
    const [monitor] = await own();
    const diagnosis = await client.ok(client.get(`/v1/monitors/${monitor!.id}/diagnosis`));
    expect(diagnosis).toMatchObject({ health: expect.any(String), problems: expect.any(Array) });
  });
});
