import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, type Json, ndjson } from './client.js';
import { eventually } from './eventually.js';
import { freePort, Server } from './server.js';

/** A real Prometheus with the files of docs/examples, over a real server: what it scrapes, what rings, what the dashboard asks. */

const EXAMPLES = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const MODEL = 'credit';
const HOUR = 3_600_000;
const ROWS = 360;

let server: Server;
let client: Client;
let prometheus: ChildProcess;
let folder: string;
let base: string;
let said = '';

/** Rows of the last six hours; of a model that is wrong nine times of ten, on an input that moved. */
const rows = (from: number, to: number, moved: number, wrong: boolean) =>
  Array.from({ length: ROWS }, (_, i) => ({
    model: MODEL,
    prediction_id: `${moved}-${i}`,
    ts: Math.round(from + (i * (to - from)) / ROWS),
    features: { amount: ((i * 37) % 100) + moved, country: i % 3 === 0 ? 'BR' : 'DE' },
    prediction: { score: i % 2 ? 0.9 : 0.1 },
    label: (i % 10 === 0 ? wrong : !wrong) ? i % 2 : 1 - (i % 2),
  }));
const query = async (expr: string): Promise<Json[]> => {
  const answer = (await (await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expr)}`)).json()) as Json;
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result;
};

beforeAll(async () => {
  server = await Server.start();
  client = server.client();
  await client.ok(client.put(`/v1/models/${MODEL}`, { task: 'binary', positive_class: 1 }));
  const now = Date.now();
  const reference = ndjson(rows(now - 30 * HOUR, now - 20 * HOUR, 0, false));
  await client.ok(
    client.request('POST', `/v1/models/${MODEL}/references?name=training`, reference, { type: 'application/x-ndjson' }),
  );
  const served = rows(now - 6 * HOUR, now - 60_000, 50, true);
  await client.predictions(served.map(({ label: _, ...event }) => event));
  await client.outcomes(served.map(({ prediction_id, label }) => ({ model: MODEL, prediction_id, label })));
  await client.joined(MODEL, ROWS);
  const monitor = { model: MODEL, window: '1d', severity: 'critical' };
  for (const [name, kind, more] of [
    [
      'accuracy',
      'performance',
      { target: { metric: 'accuracy' }, compare: { to: 'threshold' }, condition: { op: 'lt', value: 0.8 } },
    ],
    ['inputs', 'drift', { target: { measure: 'psi' }, compare: { to: 'reference' } }],
  ] as const) {
    const { id } = await client.ok(client.post('/v1/monitors', { ...monitor, name, kind, ...more }));
    await eventually(async () => {
      const { verdict, message } = await client.ok(client.post(`/v1/monitors/${id}/evaluate`));
      if (verdict !== 'bad') throw new Error(`${name} is ${verdict}: ${message}`);
      return true;
    });
  }

  folder = await mkdtemp(join(tmpdir(), 'plumbline-prometheus-'));
  const config = (await readFile(join(EXAMPLES, 'prometheus/prometheus.yml'), 'utf8'))
    .replaceAll('15s', '1s')
    .replace('127.0.0.1:4000', `127.0.0.1:${server.port}`);
  await writeFile(join(folder, 'prometheus.yml'), config);
  await writeFile(
    join(folder, 'plumbline.rules.yml'),
    await readFile(join(EXAMPLES, 'prometheus/plumbline.rules.yml')),
  );
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  prometheus = spawn('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  prometheus.stderr!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually(async () => (await fetch(`${base}/-/ready`)).status === 200, {
    what: 'Prometheus to be ready',
    giveUpOn: () => prometheus.exitCode !== null,
  });
  await eventually(
    async () => (await query('plumbline_monitor_state{state="firing",monitor=~"accuracy|inputs"}')).length === 2,
    {
      what: 'both monitors to be scraped as firing',
    },
  );
});
afterAll(async () => {
  prometheus?.kill('SIGTERM');
  await server?.dispose();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('Prometheus', () => {
  it('takes the examples and finds nothing wrong with /metrics', async () => {
    execFileSync('promtool', ['check', 'config', join(EXAMPLES, 'prometheus/prometheus.yml')]);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith('plumbline_') && !line.includes('_nodejs_'));
    expect(lines.length).toBeGreaterThan(40);
    // The lint does not like some names that prom-client gives to what it says of Node.
    const ours = text.split('\n').filter((line) => !/^(# \w+ )?plumbline_nodejs_/.test(line));
    execFileSync('promtool', ['check', 'metrics'], { input: ours.join('\n'), stdio: ['pipe', 'pipe', 'pipe'] });
    expect(said).not.toMatch(/level=error/);
    expect(await query('up{job="plumbline"}')).toMatchObject([{ value: [expect.anything(), '1'] }]);
  });

  it('has every model with its metric and interval, drift, freshness and volume, as the API says', async () => {
    const value = async (expr: string) => Number((await query(expr))[0]?.value[1]);
    // Again, should an hour end between the scrape and the question.
    await eventually(async () => {
      const to = Math.floor(Date.now() / HOUR) * HOUR;
      const { windows } = await client.ask(MODEL, 'performance', { from: to - 7 * HOUR, to, metrics: ['accuracy'] });
      const window = windows.filter((w: Json) => Date.parse(w.end) <= to && w.labelled >= 30).at(-1);
      const of = `{model="${MODEL}",metric="accuracy",kind="realized"}`;
      for (const [name, bound] of [
        ['', 'value'],
        ['_low', 'low'],
        ['_high', 'high'],
      ] as const)
        expect(await value(`plumbline_model_metric${name}${of}`)).toBeCloseTo(window.metrics.accuracy[bound], 9);
      expect(await value(`plumbline_model_predictions{model="${MODEL}"}`)).toBe(window.predictions);
      expect(await value(`time() - plumbline_model_last_event_timestamp_seconds{model="${MODEL}"}`)).toBeLessThan(600);
      expect(await value(`plumbline_drift{model="${MODEL}",feature="amount",measure="psi"}`)).toBeGreaterThan(
        await value(`plumbline_drift_threshold{model="${MODEL}",feature="amount",measure="psi"}`),
      );
      expect(await value(`plumbline_monitor_value{monitor="accuracy"}`)).toBeLessThan(0.2);
      expect(await value(`plumbline_monitor_threshold{monitor="accuracy"}`)).toBe(0.8);
      expect(await value('sum(plumbline_incidents)')).toBeGreaterThan(0);
      expect(await value('plumbline_series_left_out')).toBe(0);
      return true;
    });
  });

  it('rings by the example rules', async () => {
    const alerts = await eventually(async () => {
      const found = ((await (await fetch(`${base}/api/v1/alerts`)).json()) as Json).data.alerts;
      const ringing = found.filter((a: Json) => /^(accuracy|inputs)$/.test(a.labels.monitor) && a.state === 'firing');
      return ringing.length === 2 && (ringing as Json[]);
    });
    expect(alerts.find((a: Json) => a.labels.monitor === 'accuracy')).toMatchObject({
      state: 'firing',
      labels: { model: MODEL, kind: 'performance', severity: 'critical' },
      annotations: { summary: `${MODEL}: accuracy is firing` },
    });
  });

  it('answers every question of the dashboard', async () => {
    const dashboard: Json = JSON.parse(await readFile(join(EXAMPLES, 'grafana/plumbline.json'), 'utf8'));
    const exprs: string[] = dashboard.panels.flatMap((p: Json) => p.targets.map((t: Json) => t.expr));
    expect(exprs.length).toBeGreaterThan(10);
    for (const expr of exprs) {
      const asked = expr.replace(/\$(project|model|metric)/g, '.*');
      expect(asked).not.toContain('$');
      await eventually(async () => (await query(asked)).length > 0, { what: asked, withinMs: 60_000 });
    }
    // Names of the dashboard exist, so that a renamed metric is seen here.
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const name of new Set(exprs.join(' ').match(/plumbline_\w+/g)))
      expect(text, name).toContain(`# TYPE ${name} `);
  });
});
