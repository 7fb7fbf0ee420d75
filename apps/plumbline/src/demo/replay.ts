import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Plumbline } from '@plumbline/sdk';
import { type Dataset, dataFile } from './datasets.js';
import type { DemoEvent, Timeline } from './timeline.js';

export type Api = { url: string; key: string };

export async function call<T>(
  { url, key }: Api,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const isBytes = body instanceof Uint8Array;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : isBytes ? new Uint8Array(body) : JSON.stringify(body),
    signal: AbortSignal.timeout(300_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Declares the model and uploads its reference, on the moved clock. */
export async function prepare(api: Api, { dataset, shiftMs }: Pick<Timeline, 'dataset' | 'shiftMs'>): Promise<void> {
  await call(api, 'PUT', `/v1/models/${dataset.model}`, dataset.declaration);
  const lines = gunzipSync(readFileSync(dataFile(dataset.file, 'reference'))).toString('utf8');
  const moved = lines.replaceAll(
    /"ts":\s*"([^"]+)"/g,
    (_, ts: string) => `"ts":"${new Date(Date.parse(ts) + shiftMs).toISOString()}"`,
  );
  await call(
    api,
    'POST',
    `/v1/models/${dataset.model}/references?name=training&version=v1`,
    gzipSync(moved, { level: 1 }),
    { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  );
}

/** Sends what lies in `(afterMs, untilMs]`, in order of time, as fast as the server takes it. */
export async function send(
  api: Api,
  timelines: readonly Timeline[],
  afterMs: number,
  untilMs: number,
  onProgress: (events: number) => void,
): Promise<{ sent: number; rejected: number }> {
  const client = new Plumbline({
    url: api.url,
    apiKey: api.key,
    batchSize: 5_000,
    batchBytes: 4 * 1024 * 1024,
    queueMax: 60_000,
    flushIntervalMs: 200,
    shutdownSignals: false,
  });
  let sent = 0;
  for (const { dataset, events } of timelines) {
    for (const event of events) {
      if (event.at <= afterMs) continue;
      if (event.at > untilMs) break;
      if (sent % 2_000 === 0) {
        await client.ready();
        onProgress(sent);
      }
      log(client, dataset, event);
      sent++;
    }
  }
  const { pending } = await client.flush({ timeoutMs: 300_000 });
  const stats = client.stats();
  await client.close();
  onProgress(sent);
  if (pending > 0 || stats.dropped > 0)
    throw new Error(
      `${pending + stats.dropped} of ${sent} events could not be delivered. Is something else using this machine's CPU? Try again: what arrived stays.`,
    );
  return { sent, rejected: stats.rejected };
}

function log(client: Plumbline, { model }: Dataset, { prediction, outcome }: DemoEvent): void {
  if (prediction)
    client.logPrediction({
      model,
      predictionId: prediction.prediction_id,
      ts: prediction.ts,
      version: prediction.model_version,
      features: prediction.features,
      prediction: prediction.prediction,
    });
  if (outcome)
    client.logOutcome({
      model,
      predictionId: outcome.prediction_id,
      label: outcome.label,
      ts: outcome.ts,
      predictionTs: outcome.predictionTs,
    });
}
