import { SECRETS } from './compose.js';

export type Answer<T> = { status: number; headers: Headers; body: T };

/** Asks one of the services with the admin key; every status is an answer. */
export async function ask<T = Record<string, unknown>>(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(base + path, {
    method,
    headers: {
      authorization: `Bearer ${SECRETS.PLUMBLINE_ADMIN_KEY}`,
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? (body as string | undefined) : JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
}

const MINUTE_MS = 60_000;

/** Predictions of the last 40 minutes and their outcomes; of `wrong` the first half says the opposite of what came true. */
export function traffic(model: string, from: number, count: number, wrong: boolean) {
  const nowMs = Date.now();
  const predictions = Array.from({ length: count }, (_, i) => ({
    model,
    prediction_id: `p${from + i}`,
    ts: nowMs - 2 * MINUTE_MS - (i * 38 * MINUTE_MS) / count,
    version: 'v1',
    features: { amount: (from + i) % 100, country: i % 3 ? 'BR' : 'DE' },
    prediction: { score: i % 2 ? 0.9 : 0.1 },
  }));
  const outcomes = predictions.map(({ prediction_id, prediction }, i) => ({
    model,
    prediction_id,
    label: Number(prediction.score > 0.5 !== (wrong && i < count / 2)),
  }));
  return { predictions, outcomes };
}

export const ndjson = (rows: readonly object[]): string => rows.map((r) => JSON.stringify(r)).join('\n');
